/* Landlock: which files and TCP ports are left to this process, which is the daemon's before its program starts. */
#ifndef LANDLOCK_H
#define LANDLOCK_H

#include "plan.h"

/* The first ABI that knows all that is asked for: Linux 6.12. An older kernel does not run a daemon. */
enum { LANDLOCK_ABI = 6 };

/* Returns a negative errno if anything of it cannot be had. The process then must not go on. */
int landlock_confine(const struct plan *plan);

#endif
