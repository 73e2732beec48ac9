/*
 * What a crash leaves: how the boot before this one ended, the kernel's last words, the daemon's last lines. They are shown when the next
 * boot has its disk, and then removed. PID 1 carries the lines and looks at none of them: an unprivileged child makes them fit for the
 * console.
 */
#ifndef TRACE_H
#define TRACE_H

#include "disk.h"
#include "kept_lines.h"
#include "plan.h"
#include "supervisor.h"
#include "trace_record.h"

struct trace {
	int fd;         /* the disk, -1: nothing is kept */
	uint64_t start; /* of the state partition on it, in bytes */
	struct trace_record record;
	int last_words;           /* a device that keeps the daemon's lines over a reset, for the log child; -1: none */
	struct kept_lines *lines; /* shared with the log child; NULL: none are kept */
	int64_t save_ms;          /* the daemon ended: its lines are saved then, once the log child has had time to read them; NEVER */
};

/*
 * Shows what the boot before this one left, removes it, and writes down that this one runs.
 * `reset_by_watchdog`: the hardware says so of this start.
 */
void trace_begin(struct trace *trace, const struct plan *plan, const struct disk *disk, int console, int empty_root, bool reset_by_watchdog);
/* Takes note of a daemon that has ended since the last time, and saves its lines when it is time. */
void trace_tick(struct trace *trace, const struct supervisor *supervisor, int64_t now);
/* The machine ends in order. */
void trace_end(struct trace *trace, enum boot_end end, const char *reason);

#endif
