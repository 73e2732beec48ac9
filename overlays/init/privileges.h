/* How a forked child of PID 1 gives up everything that it does not need. For use in the child; all end it when they fail. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include "plan.h"

/* Exit status of a child that could not be confined or whose program could not be started. */
enum { CHILD_NOT_STARTED = 127 };

_Noreturn void child_not_started(const char *what, int error);

/* Makes `fds` (at most 8) the descriptors 0, 1, …; these stay open on exec. The console's number is far above. */
void place_descriptors(const int *fds, int count);

/*
 * A helper without a program of its own: keeps `fds` as 0, 1, … and can open no other, sees an empty root folder, may not fork,
 * and has the user `id` and no capability. `empty_root` is a descriptor of an empty folder.
 */
void become_helper(uint32_t id, const int *fds, int count, int empty_root);

/*
 * The daemon: the user DAEMON_ID and the plan's capabilities, which survive exec; the plan's places and ports; the plan's system calls.
 * After this sys_execute_low() is the one way to start a program, and only while the path that was laid out is in memory.
 */
void become_daemon(const struct plan *plan);

#endif
