/* What happens when init itself cannot go on: one line, a delay, a reboot. It never returns and never exits. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdint.h>

/* From now on a crash (SIGSEGV and the like) of PID 1 ends like a failure. */
void failure_prepare(int64_t reboot_after_ms);

/* Who is told of a failure, after it is on the console and before the reboot. */
void failure_tell(void (*told)(const char *what));

_Noreturn void fail(const char *what, int error);

/* Last act of every end: `command` is one of reboot(2). */
_Noreturn void end_machine(int command);

#endif
