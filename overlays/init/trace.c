#include "trace.h"

#include "deadline.h"
#include "event.h"
#include "failure.h"
#include "identities.h"
#include "last_words.h"
#include "log_filter.h"
#include "privileges.h"
#include "sys.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Longer than the log child waits for the end of a line, shorter than the pause before the daemon's next start. */
static const int64_t settling_ms = 700;
/* 16 KiB of lines take 1.5 s at 115200 baud. */
static const int64_t showing_limit_ms = 10000;

/* What the boot before this one left. */
struct last_boot {
	bool known; /* there is a valid record */
	struct trace_record record;
	struct kept_lines lines; /* if the daemon ended in it */
	struct last_words words;
};

/* Where fail() finds what to write to; it is called from everywhere. */
static struct trace *of_failure;

static void told_failure(const char *what)
{
	trace_end(of_failure, BOOT_FAILED, what);
}

static int write_at(const struct trace *trace, const void *bytes, size_t size, uint64_t offset)
{
	ssize_t written = sys_pwrite(trace->fd, bytes, size, trace->start + offset);
	if (written < 0)
		return (int)written;
	return (size_t)written == size ? 0 : -EIO;
}

/* The record comes last: it says that there are lines. */
static void save(struct trace *trace, bool with_lines)
{
	trace->save_ms = NEVER;
	if (trace->fd < 0)
		return;
	int done = 0;
	if (with_lines && trace->lines) {
		done = write_at(trace, trace->lines, sizeof *trace->lines, TRACE_LINES_OFFSET);
		if (done == 0)
			done = sys_fsync(trace->fd);
	}
	trace_record_seal(&trace->record);
	uint8_t sector[SECTOR] = { 0 };
	_Static_assert(sizeof trace->record <= sizeof sector, "a record is written whole or not at all");
	memcpy(sector, &trace->record, sizeof trace->record);
	if (done == 0)
		done = write_at(trace, sector, sizeof sector, TRACE_OFFSET);
	if (done == 0)
		done = sys_fsync(trace->fd);
	if (done == 0)
		return;
	/* Once: a card that cannot be written is told of by everything else, too. */
	event_degraded("keep a trace", done);
	sys_close(trace->fd);
	trace->fd = -1;
}

static bool read_at(const struct trace *trace, void *bytes, size_t size, uint64_t offset)
{
	return sys_pread(trace->fd, bytes, size, trace->start + offset) == (ssize_t)size;
}

static void read_last_boot(const struct trace *trace, struct last_boot *last)
{
	uint8_t sector[SECTOR];
	last->known = trace->fd >= 0 && read_at(trace, sector, sizeof sector, TRACE_OFFSET);
	if (last->known) {
		memcpy(&last->record, sector, sizeof last->record);
		last->known = trace_record_valid(&last->record);
	}
	last->lines.written = 0;
	if (last->known && last->record.cause != DAEMON_DID_NOT_END && !read_at(trace, &last->lines, sizeof last->lines, TRACE_LINES_OFFSET))
		last->lines.written = 0;
}

static const char *end_of(const struct last_boot *last, bool reset_by_watchdog)
{
	if (last->words.panic)
		return "kernel-panic";
	if (last->record.end == BOOT_RUNS && reset_by_watchdog)
		return "watchdog";
	return boot_end_name(&last->record);
}

/* ---- the child */

enum { TRACE_CONSOLE = 0, TRACE_ALIVE = 1 };

static void to_console(const char *text, size_t length)
{
	(void)sys_write(TRACE_CONSOLE, text, length);
}

static void show_lines(const char *prefix, const char *text, size_t size)
{
	static struct log_filter filter;
	log_filter_start(&filter, prefix, sys_uptime_ms(), to_console);
	log_filter_feed(&filter, (const uint8_t *)text, size, sys_uptime_ms());
	log_filter_flush(&filter, sys_uptime_ms());
}

static void show_words(const char *prefix, const struct words *words)
{
	size_t start = last_lines(words->text, words->size);
	show_lines(prefix, words->text + start, words->size - start);
}

static void show_kernel(const struct last_boot *last)
{
	show_words("last kernel", &last->words.kernel);
}

static void show_daemon_until_the_end(const struct last_boot *last)
{
	show_words("last daemon", &last->words.daemon);
}

static void show_daemon(const struct last_boot *last)
{
	static char text[KEPT_BYTES];
	show_lines("last daemon", text, kept_lines_read(&last->lines, text));
}

/* PID 1 waits for it, so that the lines stand behind their event; that it ended is all that it says, by the end of the pipe. */
static void in_child(const struct last_boot *last, void (*show)(const struct last_boot *), int console, int empty_root)
{
	int ends[2];
	int done = console < 0 ? -ENOTTY : sys_pipe(ends);
	if (done < 0) {
		if (console >= 0)
			event_degraded("start trace", done);
		return;
	}
	pid_t child = sys_fork("trace");
	if (child == 0) {
		become_helper(TRACE_ID, (const int[]){ [TRACE_CONSOLE] = console, [TRACE_ALIVE] = ends[1] }, 2, empty_root);
		show(last);
		sys_exit(0);
	}
	sys_close(ends[1]);
	if (child < 0) {
		event_degraded("start trace", child);
	} else {
		struct pollfd end = { .fd = ends[0], .events = POLLIN };
		if (sys_poll(&end, 1, showing_limit_ms) <= 0) {
			event_degraded("show the trace", ETIMEDOUT);
			(void)sys_kill(child, SIGKILL);
		}
	}
	sys_close(ends[0]);
}

/* ---- what is told */

static void tell_boot(const struct last_boot *last, const char *end)
{
	struct event event = event_begin("last-boot");
	event_string(&event, "end", end);
	if (!last->words.panic && last->record.reason[0])
		event_string(&event, "reason", last->record.reason);
	event_end(&event);
}

static void tell_kernel(const struct last_boot *last, const char *end, int console, int empty_root)
{
	struct event event = event_begin("last-crash");
	event_string(&event, "kind", end);
	event_end(&event);
	in_child(last, show_kernel, console, empty_root);
}

/* `until_the_end`: the lines are those that it wrote until the boot ended suddenly, whether or not it had ended before. */
static void tell_daemon(const struct last_boot *last, bool until_the_end, int console, int empty_root)
{
	bool ended = last->known && last->record.cause != DAEMON_DID_NOT_END;
	struct event event = event_begin("last-crash");
	event_string(&event, "kind", "daemon");
	event_string(&event, "cause", ended ? daemon_end_cause_name(&last->record) : "end-of-boot");
	if (ended) {
		event_exit_status(&event, last->record.status);
		event_number(&event, "attempt", last->record.attempt);
		event_number(&event, "ends", last->record.ends);
		event_number(&event, "at_ms", last->record.uptime_ms);
	}
	event_end(&event);
	in_child(last, until_the_end ? show_daemon_until_the_end : show_daemon, console, empty_root);
}

static void tell(const struct last_boot *last, int console, int empty_root, bool reset_by_watchdog)
{
	/* The first boot of a card has nothing before it. */
	if (!last->known && !last->words.panic)
		return;
	const char *end = end_of(last, reset_by_watchdog);
	tell_boot(last, end);
	bool sudden = last->words.panic || last->record.end == BOOT_RUNS;
	bool until_the_end = sudden && last->words.daemon.size > 0;
	if (sudden && last->words.kernel.size > 0)
		tell_kernel(last, end, console, empty_root);
	if (until_the_end || (last->known && last->record.cause != DAEMON_DID_NOT_END))
		tell_daemon(last, until_the_end, console, empty_root);
}

static void open_state(struct trace *trace, const struct plan *plan, const struct disk *disk)
{
	struct partition state;
	bool found = gpt_find(&disk->gpt, plan->state_partition, &state);
	if (!found || (state.last - state.first + 1) * SECTOR < TRACE_LINES_OFFSET + sizeof *trace->lines) {
		event_degraded("find the state partition", ENXIO);
		return;
	}
	trace->start = state.first * SECTOR;
	trace->fd = sys_dup_above(disk->fd, 3);
	if (trace->fd < 0)
		event_degraded("keep a trace", trace->fd);
	void *memory = NULL;
	int done = sys_share_memory(sizeof *trace->lines, &memory);
	if (done < 0)
		event_degraded("keep the daemon's lines", done);
	else
		trace->lines = memory;
}

void trace_begin(struct trace *trace, const struct plan *plan, const struct disk *disk, int console, int empty_root, bool reset_by_watchdog)
{
	static struct last_boot last; /* 72 KiB: not for a stack */
	*trace = (struct trace){ .fd = -1, .last_words = -1, .record = trace_record_begin(), .save_ms = NEVER };
	open_state(trace, plan, disk);
	last.record = trace_record_begin();
	read_last_boot(trace, &last);
	last_words_read(plan, &last.words);
	tell(&last, console, empty_root, reset_by_watchdog);
	last_words_remove(&last.words);
	trace->last_words = last_words_device(plan);
	save(trace, false);
	of_failure = trace;
	failure_tell(told_failure);
}

void trace_tick(struct trace *trace, const struct supervisor *supervisor, int64_t now)
{
	if (supervisor->ends != trace->record.ends) {
		const struct daemon_end *end = &supervisor->last_end;
		trace->record.cause = (uint16_t)end->cause;
		trace->record.status = end->status;
		trace->record.attempt = (uint32_t)end->attempt;
		trace->record.uptime_ms = end->at_ms;
		trace->record.ends = supervisor->ends;
		trace->save_ms = now + settling_ms;
	}
	if (now >= trace->save_ms)
		save(trace, true);
}

void trace_end(struct trace *trace, enum boot_end end, const char *reason)
{
	trace->record.end = (uint16_t)end;
	trace_record_set_reason(&trace->record, reason);
	save(trace, trace->save_ms != NEVER);
}
