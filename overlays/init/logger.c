#include "logger.h"

#include "deadline.h"
#include "event.h"
#include "identities.h"
#include "log_filter.h"
#include "privileges.h"
#include "sys.h"

/* Descriptors of the child. */
enum { LOG_INPUT = 0, LOG_CONSOLE = 1 };

/* A line without an end is shown after so long. */
static const int64_t patience_ms = 500;

static void to_console(const char *text, size_t length)
{
	(void)sys_write(LOG_CONSOLE, text, length);
}

static _Noreturn void copy_lines(const char *prefix, struct kept_lines *keep)
{
	static struct log_filter filter;
	log_filter_start(&filter, prefix, sys_uptime_ms(), to_console);
	filter.keep = keep;
	for (;;) {
		struct pollfd wait = { .fd = LOG_INPUT, .events = POLLIN };
		bool pending = filter.length > 0 || filter.dropped > 0;
		if (sys_poll(&wait, 1, pending ? patience_ms : -1) == 0) {
			log_filter_flush(&filter, sys_uptime_ms());
			continue;
		}
		uint8_t bytes[4096];
		ssize_t size = sys_read(LOG_INPUT, bytes, sizeof bytes);
		if (size <= 0)
			sys_exit(size == 0 ? 0 : 1); /* PID 1 holds the other end: this is the machine's end */
		log_filter_feed(&filter, bytes, (size_t)size, sys_uptime_ms());
	}
}

static void start_child(struct logger *logger)
{
	logger->restart_ms = NEVER;
	pid_t child = sys_fork("log");
	if (child == 0) {
		become_helper(LOG_ID, (const int[]){ [LOG_INPUT] = logger->input, [LOG_CONSOLE] = logger->console }, 2, logger->empty_root);
		copy_lines(logger->plan->recipe, logger->keep);
	}
	if (child < 0) {
		event_degraded("start log", child);
		logger->restart_ms = sys_uptime_ms() + backoff_next(&logger->backoff);
		return;
	}
	logger->child = child;
}

void logger_start(struct logger *logger, const struct plan *plan, int empty_root, int console, struct kept_lines *keep)
{
	*logger = (struct logger){
		.plan = plan, .empty_root = empty_root, .console = console, .keep = keep, .output = -1, .input = -1, .restart_ms = NEVER,
	};
	if (console < 0)
		return;
	int ends[2];
	int done = sys_pipe(ends);
	if (done < 0) {
		event_degraded("log pipe", done);
		return;
	}
	logger->input = ends[0];
	logger->output = ends[1];
	start_child(logger);
}

bool logger_child_ended(struct logger *logger, pid_t pid, int status)
{
	if (pid != logger->child)
		return false;
	logger->child = 0;
	int64_t delay = backoff_next(&logger->backoff);
	logger->restart_ms = sys_uptime_ms() + delay;
	struct event event = event_begin("child-exit");
	event_string(&event, "child", "log");
	event_exit_status(&event, status);
	event_number(&event, "restart_in_ms", delay);
	event_end(&event);
	return true;
}

void logger_tick(struct logger *logger, int64_t now)
{
	if (now >= logger->restart_ms)
		start_child(logger);
}
