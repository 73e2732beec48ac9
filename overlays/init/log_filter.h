/* Turns a daemon's output into console lines that cannot be taken for anybody else's. Pure. */
#ifndef LOG_FILTER_H
#define LOG_FILTER_H

#include "kept_lines.h"

#include <stddef.h>
#include <stdint.h>

enum {
	LOG_LINE_MAX = 1000,           /* bytes of a daemon's line, after escaping, before it is broken */
	LOG_OUT_MAX = LOG_LINE_MAX + 128,
	LOG_BURST = 64 * 1024,         /* bytes of output at once … */
	LOG_BYTES_PER_SECOND = 4096,   /* … and in the long run; a serial line at 115200 baud carries 11520 */
};

struct log_filter {
	const char *prefix; /* the recipe's name */
	char line[LOG_LINE_MAX];
	size_t length;
	int64_t allowance; /* bytes */
	int64_t refilled_ms;
	uint64_t dropped; /* lines */
	void (*write)(const char *text, size_t length);
	struct kept_lines *keep; /* has every line, also those that the console does not get; NULL: none are kept */
};

void log_filter_start(struct log_filter *filter, const char *prefix, int64_t now, void (*write)(const char *, size_t));
void log_filter_feed(struct log_filter *filter, const uint8_t *bytes, size_t count, int64_t now);
/* Ends a line that was begun, and says what was left out. */
void log_filter_flush(struct log_filter *filter, int64_t now);

#endif
