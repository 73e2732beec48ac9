/* The log child: it reads what the daemon writes, so that PID 1 need not, and writes it to the console. */
#ifndef LOGGER_H
#define LOGGER_H

#include "helper.h"
#include "kept_lines.h"
#include "plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct logger {
	const struct plan *plan;
	int console;    /* -1: none */
	struct kept_lines *keep; /* for the trace of a crash; NULL: none */
	int last_words;          /* a device that has them over a reset; -1: none */
	int output;     /* the daemon's end of the pipe, kept over restarts of either side; -1: none */
	int input;      /* the child's end */
	struct helper copier;
};

/*
 * `keep`: where the last lines are kept, in memory that children share; NULL: nowhere. `last_words`: where they go besides; -1: nowhere.
 */
void logger_start(struct logger *logger, const struct plan *plan, int empty_root, int console, struct kept_lines *keep, int last_words);
bool logger_child_ended(struct logger *logger, pid_t pid, int status);
void logger_tick(struct logger *logger, int64_t now);

#endif
