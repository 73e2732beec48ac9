/* The control group of the daemon: memory and tasks have limits, and all of it can be killed at once. */
#ifndef CGROUP_H
#define CGROUP_H

#include "plan.h"

/* A kernel that cannot limit the daemon does not run it: init fails. */
void cgroup_prepare(const struct plan *plan);
/* In the child that becomes the daemon. */
int cgroup_join(void);
/* Whatever the daemon left behind. */
void cgroup_kill(void);

#endif
