/* The identity partition: certificate and record, judged by the keys in the image. builder/identity/unit-identity.ts has the layout. */
#ifndef IDENTITY_IDENTITY_H
#define IDENTITY_IDENTITY_H

#include "unit_record.h"

enum { IDENTITY_HEAD = 144, IDENTITY_MAX = IDENTITY_HEAD + UNIT_CERTIFICATE_MAX + UNIT_RECORD_MAX };

/*
 * `bytes`: the first `size` of the partition, IDENTITY_MAX unless it is smaller. `rest_is_zero`: of what follows them. On UNIT_SOUND `record` has
 * what the unit is given, in parts of `bytes`.
 */
enum unit_verdict identity_judge(const uint8_t *bytes, size_t size, bool rest_is_zero, const struct plan_unit *unit, struct unit_record *record);

/* The child of PID 1: reads the partition from descriptor IDENTITY_PARTITION, says to IDENTITY_ANSWER what is to be said, and ends. */
enum { IDENTITY_PARTITION = 0, IDENTITY_ANSWER = 1 };
_Noreturn void identity_child(const struct plan_unit *unit);

#endif
