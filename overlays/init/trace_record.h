/*
 * How a boot ended, as it stands in the state partition: written when it begins, when the daemon ends, and when it ends in order.
 * Behind it lie the daemon's last lines (kept_lines.h). Pure.
 */
#ifndef TRACE_RECORD_H
#define TRACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the partition's beginning, in bytes. What comes before is for the choice of the slot. */
enum { TRACE_OFFSET = 512 << 10, TRACE_LINES_OFFSET = TRACE_OFFSET + 4096, TRACE_REASON_SIZE = 64 };

enum boot_end {
	BOOT_RUNS = 1, /* a record that says so at the next boot was never brought to an end */
	BOOT_POWERED_OFF,
	BOOT_REBOOTED,
	BOOT_FAILED,
};

enum daemon_end_cause {
	DAEMON_DID_NOT_END,
	DAEMON_ENDED_ITSELF,
	DAEMON_NOT_READY_IN_TIME, /* and init ended it */
	DAEMON_FAILED_HEALTH,     /* likewise */
};

/* As it lies on the disk, little-endian as every board is. */
struct trace_record {
	uint8_t magic[8];
	uint32_t checksum; /* CRC-32 of the struct with 0 here */
	uint16_t end;      /* enum boot_end */
	uint16_t cause;    /* enum daemon_end_cause; of the last time that the daemon ended though nobody stopped the machine */
	int32_t status;    /* as wait(2) says */
	uint32_t attempt;
	uint32_t ends; /* so often it ended in that boot */
	uint32_t reserved;
	int64_t uptime_ms;              /* of the last time */
	char reason[TRACE_REASON_SIZE]; /* why the boot ended, if init knows; ends with NUL */
};

struct trace_record trace_record_begin(void);
void trace_record_set_reason(struct trace_record *record, const char *reason);
/* To be called before it is written. */
void trace_record_seal(struct trace_record *record);
/* False for what is no record, or not whole. */
bool trace_record_valid(const struct trace_record *record);
const char *boot_end_name(const struct trace_record *record);
const char *daemon_end_cause_name(const struct trace_record *record);

#endif
