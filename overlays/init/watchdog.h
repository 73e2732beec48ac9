/* The hardware watchdog: it resets the machine unless it is fed. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "plan.h"

struct watchdog {
	int fd; /* -1: none */
	int64_t interval_ms;
	int64_t next_ms;
	bool reset; /* it reset the machine before this start, if the hardware can tell */
};

struct watchdog watchdog_open(const struct plan *plan);
void watchdog_feed(struct watchdog *watchdog, int64_t now);
/* Stops it for good. Only for an orderly power-off: a board that cannot cut its power stays halted instead of coming back. */
void watchdog_disarm(struct watchdog *watchdog);

#endif
