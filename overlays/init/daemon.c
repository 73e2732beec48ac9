#include "daemon.h"

#include "cgroup.h"
#include "failure.h"
#include "privileges.h"
#include "sys.h"

#include <signal.h>

static void must(const char *what, int done)
{
	if (done < 0)
		child_not_started(what, done);
}

static _Noreturn void become_program(const struct daemon *daemon, int ready)
{
	const struct plan *plan = daemon->plan;
	const int null = 0;
	int output = daemon->output >= 0 ? daemon->output : null;
	const int fds[] = { null, output, output, [READY_FD] = ready };
	int count = ready >= 0 ? 4 : 3;
	must("daemon: new session", sys_new_session());
	must("daemon: join the control group", cgroup_join());
	place_descriptors(fds, count);
	must("daemon: close the rest", sys_close_on_exec_from(count));
	must("daemon: enter its folder", sys_chdir(plan->working_directory));
	become_daemon(plan);
	child_not_started(plan->program, sys_execute_low(plan->arguments, daemon->unit->environment));
}

/* No other child is forked while the values of the unit are shown to children. */
static pid_t fork_with_values(const struct daemon *daemon)
{
	int done = unit_show_to_children(daemon->unit, true);
	if (done < 0)
		return done;
	pid_t pid = sys_fork(daemon->plan->recipe);
	if (pid == 0)
		return 0;
	done = unit_show_to_children(daemon->unit, false);
	if (done < 0)
		fail("hide the unit's values", done);
	return pid;
}

int daemon_start(struct daemon *daemon)
{
	int ends[2] = { -1, -1 };
	if (daemon->plan->readiness == READY_BY_DESCRIPTOR) {
		int done = sys_pipe(ends);
		if (done < 0)
			return done;
	}
	pid_t pid = fork_with_values(daemon);
	if (pid == 0)
		become_program(daemon, ends[1]);
	if (ends[1] >= 0)
		sys_close(ends[1]);
	if (pid < 0) {
		if (ends[0] >= 0)
			sys_close(ends[0]);
		return pid;
	}
	daemon->pid = pid;
	daemon->ready = ends[0];
	return 0;
}

void daemon_signal(const struct daemon *daemon, int signal)
{
	if (daemon->pid > 0)
		(void)sys_kill(daemon->pid, signal);
}

void daemon_clear(struct daemon *daemon)
{
	(void)sys_kill(-daemon->pid, SIGKILL);
	cgroup_kill();
	if (daemon->ready >= 0)
		sys_close(daemon->ready);
	daemon->ready = -1;
	daemon->pid = 0;
}
