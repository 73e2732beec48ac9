/* Texts of lines `key: value` in a fixed order, of printable ASCII, each ended by a line feed. */
#ifndef IDENTITY_LINES_H
#define IDENTITY_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Part of a text, without an end of its own. */
struct span {
	const char *text;
	size_t length;
};

/* What is left to be read. */
struct lines {
	const char *at, *end;
};

/* Takes the next line off if it is just this one. */
bool lines_take_title(struct lines *lines, const char *title);
/* Takes the next line off if it has this key. */
bool lines_take(struct lines *lines, const char *key, struct span *value);
bool lines_at_end(const struct lines *lines);

bool span_is(struct span span, const char *text);
/* As memcmp(3) would have it, a shorter one before a longer one that begins with it. */
int span_compare(struct span a, struct span b);
/* From `shortest` to `longest` bytes, all of them letters, digits or one of `others`. */
bool span_of(struct span span, size_t shortest, size_t longest, bool (*allowed)(char byte));

#endif
