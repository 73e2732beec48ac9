/*
 * What the card's identity makes of this board: one unit among others that run the same image. An unprivileged child reads and verifies it
 * (identity/); PID 1 reads its answer alone, and holds that against the plan once more.
 */
#ifndef UNIT_H
#define UNIT_H

#include "disk.h"
#include "plan.h"
#include "unit_answer.h"
#include "unit_shapes.h"

#include <stdbool.h>
#include <stdint.h>

enum { UNIT_ENVIRONMENT_MAX = 320 };

struct unit {
	const struct plan *plan;
	enum unit_verdict verdict;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	char serial[UNIT_SERIAL_MAX + 1];
	char position[UNIT_NAME_MAX + 1]; /* empty: it has none */
	/* `NAME=value` of what the unit was given: in memory that no child sees but the daemon's, and that only until it executes. */
	char *values;
	size_t used;
	const char *given[PLAN_UNIT_VALUES_MAX]; /* by the plan's values; NULL: it has the plan's default, or none */
	const char *environment[UNIT_ENVIRONMENT_MAX]; /* of the daemon; ends with NULL */
};

/* Reads and judges it, and says so on the console; of an image that takes no identity: nothing but the plan's environment. */
void unit_read(struct unit *unit, const struct plan *plan, const struct disk *disk, int uevents, int empty_root);
/* If not: no daemon is started, and no link comes up. */
bool unit_may_run(const struct unit *unit);
/* A card may be read the next time; what it says stays the same. */
bool unit_reboot_may_help(const struct unit *unit);
/* Whether a child that is forked now gets the values, as the daemon must to execute with them. */
int unit_show_to_children(const struct unit *unit, bool shown);

#endif
