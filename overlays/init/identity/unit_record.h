/* A unit's record, after its signature was found good. builder/identity/unit-identity.ts has the text. */
#ifndef IDENTITY_UNIT_RECORD_H
#define IDENTITY_UNIT_RECORD_H

#include "../plan.h"
#include "../unit_answer.h"
#include "certificate.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the values are: parts of the text, still escaped where they are settings and secrets. */
struct unit_record {
	struct span serial_text, image, device_key, device_seed;
	struct span cluster, position; /* length 0: none */
	struct serial serial;
	bool has_mac;
	uint8_t mac[6];
	const struct plan_unit *unit;
	/* By the plan's values; text NULL: the record has none for it. */
	struct span values[PLAN_UNIT_VALUES_MAX];
};

/* UNIT_SOUND, or what is wrong. `unit` says which settings and secrets there may be. */
enum unit_verdict unit_record_read(struct span text, const struct plan_unit *unit, struct unit_record *record);
/* Bytes of a setting or secret; UNIT_VALUE_MAX + 1 if it is not written as it must be. */
size_t value_unescape(struct span escaped, uint8_t value[UNIT_VALUE_MAX]);

#endif
