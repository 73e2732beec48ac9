/* The health child: one look at the daemon, whose answer is its exit status. It alone reads bytes of the daemon. */
#ifndef HEALTH_H
#define HEALTH_H

#include "plan.h"

#include <sys/types.h>


/* `ports`: also look whether all ports of the plan listen. Returns the child, or a negative errno. */
pid_t health_start(const struct plan *plan, int empty_root, bool ports);

#endif
