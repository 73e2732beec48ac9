/* The control group of the daemon: its memory has a limit, and all of it can be killed at once. */
#ifndef CGROUP_H
#define CGROUP_H

#include "plan.h"

struct cgroup {
	bool present;
	bool memory_limited;
};

struct cgroup cgroup_prepare(const struct plan *plan);
/* In the child that becomes the daemon. */
int cgroup_join(const struct cgroup *cgroup);
/* Whatever the daemon left behind. */
void cgroup_kill(const struct cgroup *cgroup);

#endif
