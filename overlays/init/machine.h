/* All that init holds while it runs, and the loop that turns until the machine ends. */
#ifndef MACHINE_H
#define MACHINE_H

#include "advertising.h"
#include "logger.h"
#include "network.h"
#include "plan.h"
#include "power.h"
#include "supervisor.h"
#include "timekeeper.h"
#include "trace.h"
#include "unit.h"
#include "watchdog.h"

struct machine {
	const struct plan *plan;
	int console;    /* -1: none */
	int empty_root; /* an empty folder, root of the helpers */
	int signals;
	int uevents; /* -1: none, or no longer needed */
	bool data_mounted;
	struct unit unit;
	struct watchdog watchdog;
	struct network network;
	struct timekeeper timekeeper;
	struct advertising advertising;
	struct logger logger;
	struct trace trace;
	struct power_keys power_keys;
	struct supervisor supervisor;
	int ending; /* command of reboot(2) once an orderly stop has begun, else 0 */
	const char *ending_reason;
};

/* boot.c: everything up to the daemon's first start. */
void machine_boot(struct machine *machine, const struct plan *plan);
/* loop.c: one turn; the caller turns for ever. */
void machine_turn(struct machine *machine);
/* shutdown.c */
void machine_stop(struct machine *machine, const char *reason, int command);
_Noreturn void machine_end(struct machine *machine);

#endif
