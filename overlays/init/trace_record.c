#include "trace_record.h"

#include "crc32.h"
#include "text.h"

#include <string.h>

static const uint8_t magic[8] = { 'B', 'S', 'T', 'R', 'A', 'C', 'E', '1' };

_Static_assert(sizeof(struct trace_record) == 104, "no padding: it lies so on the disk");

struct trace_record trace_record_begin(void)
{
	struct trace_record record = { .end = BOOT_RUNS };
	memcpy(record.magic, magic, sizeof magic);
	return record;
}

void trace_record_set_reason(struct trace_record *record, const char *reason)
{
	struct text text = text_in(record->reason, sizeof record->reason);
	text_add(&text, reason);
}

static uint32_t checksum(struct trace_record record)
{
	record.checksum = 0;
	return crc32((const uint8_t *)&record, sizeof record);
}

void trace_record_seal(struct trace_record *record)
{
	record->checksum = checksum(*record);
}

bool trace_record_valid(const struct trace_record *record)
{
	return memcmp(record->magic, magic, sizeof magic) == 0 && record->checksum == checksum(*record) && record->end >= BOOT_RUNS &&
	       record->end <= BOOT_FAILED && record->cause <= DAEMON_FAILED_HEALTH && record->reason[TRACE_REASON_SIZE - 1] == 0;
}

const char *boot_end_name(const struct trace_record *record)
{
	static const char *const names[] = {
		[BOOT_RUNS] = "sudden", [BOOT_POWERED_OFF] = "power-off", [BOOT_REBOOTED] = "reboot", [BOOT_FAILED] = "failure",
	};
	return names[record->end];
}

const char *daemon_end_cause_name(const struct trace_record *record)
{
	static const char *const names[] = {
		[DAEMON_DID_NOT_END] = "none",
		[DAEMON_ENDED_ITSELF] = "exit",
		[DAEMON_NOT_READY_IN_TIME] = "not-ready",
		[DAEMON_FAILED_HEALTH] = "unhealthy",
	};
	return names[record->cause];
}
