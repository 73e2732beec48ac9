/* The clock's floor and the wait for random numbers: what a board without a battery lacks after power-on. */
#ifndef CLOCK_H
#define CLOCK_H

#include "plan.h"

/* No time before the image's inputs were locked is true: certificates would seem not yet valid. */
void clock_hold_to_floor(const struct plan *plan);
void entropy_wait(const struct plan *plan);

#endif
