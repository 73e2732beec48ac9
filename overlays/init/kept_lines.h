/*
 * The last lines of a daemon in a ring of fixed size. The log child writes it, in memory that it shares with PID 1; PID 1 puts it on the
 * disk as it is; the trace child of the next boot reads it. Any bytes are a valid ring. Pure.
 */
#ifndef KEPT_LINES_H
#define KEPT_LINES_H

#include <stddef.h>
#include <stdint.h>

enum { KEPT_BYTES = 8192 - 8, KEPT_LINES_MAX = 64 };

struct kept_lines {
	uint64_t written; /* bytes, of all time; where the next one goes is this modulo the size */
	char bytes[KEPT_BYTES];
};

void kept_lines_add(struct kept_lines *kept, const char *line);
/* The last whole lines, at most KEPT_LINES_MAX, oldest first, each with its end. Returns how many bytes of `text` are used. */
size_t kept_lines_read(const struct kept_lines *kept, char text[KEPT_BYTES]);
/* Where the last lines of a text begin, by the same measure. A line that is cut off at the text's beginning does not count. */
size_t last_lines(const char *text, size_t size);

#endif
