/* Text put together in a buffer of fixed size, without stdio. What does not fit is cut off; the end is always a NUL. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;
	size_t room; /* with the NUL */
};

struct text text_in(char *buffer, size_t size);
void text_add(struct text *text, const char *more);
void text_add_number(struct text *text, uint64_t number);

#endif
