#include "gpt.h"

#include "crc32.h"

#include <string.h>

/* Offsets in the header. */
enum {
	HEADER_SIZE = 12,
	HEADER_CRC = 16,
	HEADER_MY_LBA = 24,
	HEADER_ALTERNATE_LBA = 32,
	HEADER_FIRST_USABLE = 40,
	HEADER_LAST_USABLE = 48,
	HEADER_ARRAY_LBA = 72,
	HEADER_ENTRY_COUNT = 80,
	HEADER_ENTRY_SIZE = 84,
	HEADER_ARRAY_CRC = 88,
	HEADER_USED = 92,
};

/* Offsets in an entry. */
enum { ENTRY_GUID = 16, ENTRY_FIRST = 32, ENTRY_LAST = 40 };

/* Partitions end at multiples of 1 MiB, as flash likes it. */
static const uint64_t alignment = 2048;

static uint32_t read_32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t read_64(const uint8_t *at)
{
	return read_32(at) | (uint64_t)read_32(at + 4) << 32;
}

static void write_32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void write_64(uint8_t *at, uint64_t value)
{
	write_32(at, (uint32_t)value);
	write_32(at + 4, (uint32_t)(value >> 32));
}

static uint32_t header_crc(const uint8_t header[SECTOR])
{
	uint8_t copy[HEADER_USED];
	memcpy(copy, header, sizeof copy);
	write_32(copy + HEADER_CRC, 0);
	return crc32(copy, sizeof copy);
}

bool gpt_header_valid(struct gpt *gpt, uint64_t lba)
{
	const uint8_t *header = gpt->header;
	if (memcmp(header, "EFI PART\0\0\1\0", 12) != 0 || read_32(header + HEADER_SIZE) != HEADER_USED)
		return false;
	if (read_32(header + HEADER_CRC) != header_crc(header) || read_64(header + HEADER_MY_LBA) != lba)
		return false;
	if (read_32(header + HEADER_ENTRY_COUNT) != GPT_ENTRIES || read_32(header + HEADER_ENTRY_SIZE) != GPT_ENTRY_SIZE)
		return false;
	uint64_t first = read_64(header + HEADER_FIRST_USABLE), last = read_64(header + HEADER_LAST_USABLE);
	if (first > last || last >= gpt->disk_sectors)
		return false;
	uint64_t array = read_64(header + HEADER_ARRAY_LBA);
	if (array <= GPT_HEADER_LBA || array >= gpt->disk_sectors || gpt->disk_sectors - array < GPT_ARRAY_SECTORS)
		return false;
	gpt->array_lba = array;
	gpt->first_usable = first;
	return true;
}

static const uint8_t *entry(const struct gpt *gpt, int index)
{
	return gpt->array + (size_t)index * GPT_ENTRY_SIZE;
}

static bool entry_used(const uint8_t *entry)
{
	static const uint8_t unused[16];
	return memcmp(entry, unused, sizeof unused) != 0;
}

bool gpt_array_valid(const struct gpt *gpt)
{
	if (crc32(gpt->array, GPT_ARRAY_SIZE) != read_32(gpt->header + HEADER_ARRAY_CRC))
		return false;
	uint64_t last_usable = read_64(gpt->header + HEADER_LAST_USABLE);
	for (int i = 0; i < GPT_ENTRIES; i++) {
		const uint8_t *at = entry(gpt, i);
		uint64_t first = read_64(at + ENTRY_FIRST), last = read_64(at + ENTRY_LAST);
		if (entry_used(at) && (first < gpt->first_usable || first > last || last > last_usable))
			return false;
	}
	return true;
}

bool gpt_find(const struct gpt *gpt, const uint8_t guid[16], struct partition *found)
{
	for (int i = 0; i < GPT_ENTRIES; i++) {
		const uint8_t *at = entry(gpt, i);
		if (!entry_used(at) || memcmp(at + ENTRY_GUID, guid, 16) != 0)
			continue;
		*found = (struct partition){ i + 1, read_64(at + ENTRY_FIRST), read_64(at + ENTRY_LAST) };
		return true;
	}
	return false;
}

static bool is_last(const struct gpt *gpt, const struct partition *partition)
{
	for (int i = 0; i < GPT_ENTRIES; i++)
		if (entry_used(entry(gpt, i)) && read_64(entry(gpt, i) + ENTRY_LAST) > partition->last)
			return false;
	return true;
}

static void seal_header(uint8_t header[SECTOR], const struct gpt_growth *growth, uint64_t my_lba, uint64_t other_lba, uint64_t array_lba)
{
	write_64(header + HEADER_MY_LBA, my_lba);
	write_64(header + HEADER_ALTERNATE_LBA, other_lba);
	write_64(header + HEADER_LAST_USABLE, growth->backup_array_lba - 1);
	write_64(header + HEADER_ARRAY_LBA, array_lba);
	write_32(header + HEADER_ARRAY_CRC, crc32(growth->array, GPT_ARRAY_SIZE));
	write_32(header + HEADER_CRC, header_crc(header));
}

bool gpt_become_primary(struct gpt *gpt)
{
	if (gpt->first_usable < GPT_ARRAY_PLACE_2 + GPT_ARRAY_SECTORS)
		return false;
	write_64(gpt->header + HEADER_ALTERNATE_LBA, read_64(gpt->header + HEADER_MY_LBA));
	write_64(gpt->header + HEADER_MY_LBA, GPT_HEADER_LBA);
	write_64(gpt->header + HEADER_ARRAY_LBA, GPT_ARRAY_PLACE_1);
	write_32(gpt->header + HEADER_CRC, header_crc(gpt->header));
	gpt->array_lba = GPT_ARRAY_PLACE_1;
	return true;
}

bool gpt_grow(const struct gpt *gpt, const struct partition *last, struct gpt_growth *growth)
{
	if (gpt->array_lba != GPT_ARRAY_PLACE_1 && gpt->array_lba != GPT_ARRAY_PLACE_2)
		return false;
	uint64_t spare = gpt->array_lba == GPT_ARRAY_PLACE_1 ? GPT_ARRAY_PLACE_2 : GPT_ARRAY_PLACE_1;
	if (gpt->first_usable < GPT_ARRAY_PLACE_2 + GPT_ARRAY_SECTORS || !is_last(gpt, last))
		return false;
	growth->backup_header_lba = gpt->disk_sectors - 1;
	growth->backup_array_lba = growth->backup_header_lba - GPT_ARRAY_SECTORS;
	growth->spare_array_lba = spare;
	uint64_t end = growth->backup_array_lba / alignment * alignment;
	if (end < last->last + 1 + alignment)
		return false;
	growth->grown = (struct partition){ last->number, last->first, end - 1 };

	memcpy(growth->array, gpt->array, GPT_ARRAY_SIZE);
	write_64(growth->array + (size_t)(last->number - 1) * GPT_ENTRY_SIZE + ENTRY_LAST, end - 1);
	memcpy(growth->backup_header, gpt->header, SECTOR);
	memcpy(growth->primary_header, gpt->header, SECTOR);
	seal_header(growth->backup_header, growth, growth->backup_header_lba, GPT_HEADER_LBA, growth->backup_array_lba);
	seal_header(growth->primary_header, growth, GPT_HEADER_LBA, growth->backup_header_lba, spare);
	return true;
}
