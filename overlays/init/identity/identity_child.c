#include "identity.h"

#include "../sys.h"
#include "../unit_shapes.h"

/* Read in pieces, so that one that fails is no more than that. */
enum { PIECE = 65536 };

static uint8_t partition[IDENTITY_MAX + PIECE];
static uint8_t value[UNIT_VALUE_MAX];
static struct unit_record record;

/* Bytes read from `offset` on, at most `size`, less at the end of the partition; negative: errno. */
static ssize_t read_piece(uint8_t *bytes, size_t size, uint64_t offset)
{
	size_t got = 0;
	while (got < size) {
		ssize_t count = sys_pread(IDENTITY_PARTITION, bytes + got, size - got, offset + got);
		if (count < 0)
			return count;
		if (count == 0)
			break;
		got += (size_t)count;
	}
	return (ssize_t)got;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	uint8_t any = 0;
	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	return any == 0;
}

/* To its end: only zeros may follow. */
static bool read_partition(size_t *size, bool *rest_is_zero)
{
	ssize_t head = read_piece(partition, IDENTITY_MAX, 0);
	if (head < 0)
		return false;
	*size = (size_t)head;
	*rest_is_zero = true;
	uint8_t *piece = partition + IDENTITY_MAX;
	for (uint64_t offset = *size; offset >= IDENTITY_MAX;) {
		ssize_t count = read_piece(piece, PIECE, offset);
		if (count < 0)
			return false;
		*rest_is_zero = *rest_is_zero && is_zero(piece, (size_t)count);
		if (count < PIECE)
			break;
		offset += PIECE;
	}
	return true;
}

static void write_all(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	while (size > 0) {
		ssize_t count = sys_write(IDENTITY_ANSWER, at, size);
		if (count <= 0)
			sys_exit(1);
		at += count;
		size -= (size_t)count;
	}
}

static void tell(size_t index, const void *bytes, size_t size)
{
	struct unit_frame frame = { (uint16_t)index, (uint16_t)size };
	write_all(&frame, sizeof frame);
	write_all(bytes, size);
}

static void tell_span(size_t index, struct span span)
{
	if (span.length > 0)
		tell(index, span.text, span.length);
}

static void tell_value(size_t index, enum plan_value_kind kind)
{
	switch (kind) {
	case VALUE_SETTING:
	case VALUE_SECRET:
		if (record.values[index].text)
			tell(index, value, value_unescape(record.values[index], value));
		return;
	case VALUE_SERIAL:
		tell_span(index, record.serial_text);
		return;
	case VALUE_CLUSTER:
		tell_span(index, record.cluster);
		return;
	case VALUE_POSITION:
		tell_span(index, record.position);
		return;
	case VALUE_DEVICE_KEY:
		tell_span(index, record.device_key);
		return;
	case VALUE_DEVICE_SEED:
		tell_span(index, record.device_seed);
		return;
	}
}

static void tell_record(const struct plan_unit *unit)
{
	tell_span(FRAME_SERIAL, record.serial_text);
	if (record.has_mac)
		tell(FRAME_MAC, record.mac, sizeof record.mac);
	tell_span(FRAME_POSITION, record.position);
	for (size_t i = 0; i < unit->value_count; i++)
		tell_value(i, unit->values[i].kind);
}

_Noreturn void identity_child(const struct plan_unit *unit)
{
	size_t size;
	bool rest_is_zero;
	enum unit_verdict verdict = read_partition(&size, &rest_is_zero) ? identity_judge(partition, size, rest_is_zero, unit, &record) : UNIT_UNREADABLE;
	if (verdict == UNIT_SOUND)
		tell_record(unit);
	uint8_t last = (uint8_t)verdict;
	tell(FRAME_END, &last, sizeof last);
	sys_exit(0);
}
