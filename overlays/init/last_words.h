/*
 * What was kept of the boot before this one in memory that a reset does not clear (pstore, by its driver ramoops): what the kernel
 * wrote, and, if the kernel has a device for that, what the daemon wrote. PID 1 carries these bytes to the trace child and looks at none.
 */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include "plan.h"

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_SIZE = 32 << 10 };

struct words {
	size_t size;
	char text[WORDS_SIZE];
};

struct last_words {
	bool mounted;
	bool panic;          /* there are those of a panic; otherwise `kernel` is what it wrote to its console at last, if it keeps that */
	struct words kernel;
	struct words daemon; /* empty if the kernel has no such device */
};

/* Needs the board's driver and /sys. On a board that keeps none it does nothing. */
void last_words_read(const struct plan *plan, struct last_words *words);
/* Removes what is there, once it has been shown: seen twice it would look like two crashes. */
void last_words_remove(struct last_words *words);
/* Where the log child writes the daemon's lines for the next boot; -1: nowhere. Needs /dev. */
int last_words_device(const struct plan *plan);

#endif
