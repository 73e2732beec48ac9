#include "logger.h"

#include "event.h"
#include "identities.h"
#include "log_filter.h"
#include "sys.h"

/* Descriptors of the child. */
enum { LOG_INPUT = 0, LOG_CONSOLE = 1, LOG_LAST_WORDS = 2 };

/* A line without an end is shown after so long. */
static const int64_t patience_ms = 500;

static void to_console(const char *text, size_t length)
{
	(void)sys_write(LOG_CONSOLE, text, length);
}

/* Passes on what came into the ring since the last time. */
static void pass_on(const struct kept_lines *keep, uint64_t *passed)
{
	if (keep->written - *passed > KEPT_BYTES)
		*passed = keep->written - KEPT_BYTES;
	while (*passed < keep->written) {
		uint64_t at = *passed % KEPT_BYTES, count = keep->written - *passed;
		if (count > KEPT_BYTES - at)
			count = KEPT_BYTES - at;
		(void)sys_write(LOG_LAST_WORDS, keep->bytes + at, (size_t)count);
		*passed += count;
	}
}

static _Noreturn void copy_lines(const char *prefix, struct kept_lines *keep, bool last_words)
{
	uint64_t passed = keep ? keep->written : 0;
	static struct log_filter filter;
	log_filter_start(&filter, prefix, sys_uptime_ms(), to_console);
	filter.keep = keep;
	for (;;) {
		if (keep && last_words)
			pass_on(keep, &passed);
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
	const int fds[] = { [LOG_INPUT] = logger->input, [LOG_CONSOLE] = logger->console, [LOG_LAST_WORDS] = logger->last_words };
	bool last_words = logger->last_words >= 0;
	if (helper_start(&logger->copier, fds, last_words ? 3 : 2))
		copy_lines(logger->plan->recipe, logger->keep, last_words);
}

void logger_start(struct logger *logger, const struct plan *plan, int empty_root, int console, struct kept_lines *keep, int last_words)
{
	*logger = (struct logger){
		.plan = plan, .copier = helper_new("log", LOG_ID, empty_root), .console = console, .keep = keep, .last_words = last_words, .output = -1, .input = -1,
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
	return helper_ended(&logger->copier, pid, status);
}

void logger_tick(struct logger *logger, int64_t now)
{
	if (now >= logger->copier.restart_ms)
		start_child(logger);
}
