#include "helper.h"

#include "deadline.h"
#include "event.h"
#include "helper_wait.h"
#include "privileges.h"
#include "sys.h"
#include "text.h"

#include <signal.h>

struct helper helper_new(const char *name, uint32_t id, int empty_root)
{
	return (struct helper){ .name = name, .id = id, .empty_root = empty_root, .answer = -1, .restart_ms = NEVER };
}

static void retry_later(struct helper *helper, int error)
{
	char what[32];
	struct text text = text_in(what, sizeof what);
	text_add(&text, "start ");
	text_add(&text, helper->name);
	event_degraded(what, error);
	helper->restart_ms = sys_uptime_ms() + backoff_next(&helper->backoff);
}

/* As fork(2), but the child has already given up everything. */
static pid_t fork_confined(struct helper *helper, const int *fds, int count)
{
	pid_t child = sys_fork(helper->name);
	if (child == 0)
		become_helper(helper->id, fds, count, helper->empty_root);
	else if (child > 0)
		helper->child = child;
	return child;
}

bool helper_start(struct helper *helper, const int *fds, int count)
{
	helper->restart_ms = NEVER;
	pid_t child = fork_confined(helper, fds, count);
	if (child < 0)
		retry_later(helper, child);
	return child == 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		sys_close(fd);
}

bool helper_start_with_socket(struct helper *helper, int socket, bool answers)
{
	helper->restart_ms = NEVER;
	int ends[2] = { -1, -1 };
	int done = socket >= 0 && answers ? sys_pipe(ends) : socket;
	pid_t child = done < 0 ? done : fork_confined(helper, (const int[]){ [HELPER_SOCKET] = socket, [HELPER_ANSWER] = ends[1] }, answers ? 2 : 1);
	if (child == 0)
		return true;
	close_if_open(socket);
	close_if_open(ends[1]);
	if (child < 0) {
		close_if_open(ends[0]);
		retry_later(helper, child);
	} else {
		helper->answer = ends[0];
	}
	return false;
}

static void close_answer(struct helper *helper)
{
	close_if_open(helper->answer);
	helper->answer = -1;
}

ssize_t helper_read(struct helper *helper, void *answer, size_t size)
{
	ssize_t got = sys_read(helper->answer, answer, size);
	if (got == 0)
		close_answer(helper);
	return got;
}

void helper_kill(struct helper *helper)
{
	if (helper->child > 0)
		(void)sys_kill(helper->child, SIGKILL);
	close_answer(helper);
}

bool helper_ended_for_good(struct helper *helper, pid_t pid)
{
	if (pid != helper->child)
		return false;
	helper->child = 0;
	close_answer(helper);
	return true;
}

bool helper_ended(struct helper *helper, pid_t pid, int status)
{
	if (!helper_ended_for_good(helper, pid))
		return false;
	int64_t delay = backoff_next(&helper->backoff);
	helper->restart_ms = sys_uptime_ms() + delay;
	struct event event = event_begin("child-exit");
	event_string(&event, "child", helper->name);
	event_exit_status(&event, status);
	event_number(&event, "restart_in_ms", delay);
	event_end(&event);
	return true;
}
