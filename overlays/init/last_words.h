/*
 * What the kernel kept of the boot before this one in memory that a reset does not clear (pstore, by its driver ramoops). PID 1 carries
 * these bytes from the kernel to the trace child and looks at none of them.
 */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include "plan.h"

#include <stdbool.h>
#include <stddef.h>

enum { LAST_WORDS_SIZE = 32 << 10 };

struct last_words {
	bool panic;        /* there are those of a panic; otherwise `text` is what the kernel wrote to its console at last, if it keeps that */
	bool mounted;
	size_t size;
	char text[LAST_WORDS_SIZE];
};

/* Needs the board's driver and /sys. On a board that keeps none it does nothing. */
void last_words_read(const struct plan *plan, struct last_words *words);
/* Removes what is there, once it has been shown: seen twice it would look like two crashes. */
void last_words_remove(struct last_words *words);

#endif
