/* A disk with the table that the build writes. Written apart from init's own gpt.c, whose mistakes it must not share. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const uint8_t image_root_guid[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x01 };
static const uint8_t state_guid[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x03 };
static const uint8_t identity_guid[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x04 };
const uint8_t image_data_guid[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x02 };

static uint32_t checksum(const uint8_t *bytes, size_t count)
{
	static uint32_t table[256];
	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320 : table[i] >> 1;
	}
	uint32_t crc = ~0U;
	while (count--)
		crc = table[(crc ^ *bytes++) & 255] ^ crc >> 8;
	return ~crc;
}

static void put(uint8_t *at, uint64_t value, int bytes)
{
	while (bytes--) {
		*at++ = (uint8_t)value;
		value >>= 8;
	}
}

static void put_entry(uint8_t *array, int index, const uint8_t guid[16], uint64_t first, uint64_t last)
{
	uint8_t *entry = array + 128 * index;
	memset(entry, 0xaf, 16);
	memcpy(entry + 16, guid, 16);
	put(entry + 32, first, 8);
	put(entry + 40, last, 8);
}

static void put_header(uint8_t *sector, const uint8_t *array, uint64_t my, uint64_t other, uint64_t array_lba, uint64_t sectors)
{
	memcpy(sector, "EFI PART\0\0\1\0", 12);
	put(sector + 12, 92, 4);
	put(sector + 24, my, 8);
	put(sector + 32, other, 8);
	put(sector + 40, 4160, 8);
	put(sector + 48, sectors - 34, 8);
	put(sector + 72, array_lba, 8);
	put(sector + 80, 128, 4);
	put(sector + 84, 128, 4);
	put(sector + 88, checksum(array, 16384), 4);
	put(sector + 16, checksum(sector, 92), 4);
}

uint8_t *image_make(size_t sectors, size_t bigger_disk_sectors)
{
	/* Not calloc, which in some C libraries writes every zero itself. */
	uint8_t *disk = mmap(NULL, bigger_disk_sectors * 512, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (disk == MAP_FAILED)
		abort();
	uint8_t *array = disk + 4096 * 512;
	put_entry(array, 0, image_root_guid, 6144, 8191);
	put_entry(array, 1, image_data_guid, 8192, sectors - 2049);
	put_entry(array, 2, state_guid, 4160, IDENTITY_FIRST - 1);
	put_entry(array, 3, identity_guid, IDENTITY_FIRST, IDENTITY_FIRST + IDENTITY_SECTORS - 1);
	memcpy(disk + (sectors - 33) * 512, array, 16384);
	put_header(disk + 512, array, 1, sectors - 1, 4096, sectors);
	put_header(disk + (sectors - 1) * 512, array, sectors - 1, 1, sectors - 33, sectors);
	return disk;
}

void image_copy(uint8_t *to, const uint8_t *from, size_t sectors)
{
	uint64_t *there = (uint64_t *)(void *)to;
	const uint64_t *here = (const uint64_t *)(const void *)from;
	for (size_t i = 0; i < sectors * 512 / sizeof *here; i++)
		if (there[i] != here[i])
			there[i] = here[i];
}

static uint64_t get(const uint8_t *at, int bytes)
{
	uint64_t value = 0;
	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static bool table_at(const uint8_t *disk, size_t sectors, uint64_t lba, uint64_t *root_last, uint64_t *data_last)
{
	uint8_t header[92];
	memcpy(header, disk + lba * 512, sizeof header);
	uint64_t crc = get(header + 16, 4), array = get(header + 72, 8);
	memset(header + 16, 0, 4);
	if (memcmp(header, "EFI PART", 8) != 0 || crc != checksum(header, sizeof header) || get(header + 24, 8) != lba || array + 32 > sectors)
		return false;
	const uint8_t *entries = disk + array * 512;
	if (checksum(entries, 16384) != get(header + 88, 4))
		return false;
	*root_last = get(entries + 40, 8);
	*data_last = get(entries + 128 + 40, 8);
	return memcmp(entries + 16, image_root_guid, 16) == 0 && memcmp(entries + 128 + 16, image_data_guid, 16) == 0 &&
	       *data_last <= get(header + 48, 8);
}

bool image_table(const uint8_t *disk, size_t sectors, uint64_t *root_last, uint64_t *data_last)
{
	return table_at(disk, sectors, 1, root_last, data_last);
}

bool image_backup_table(const uint8_t *disk, size_t sectors, uint64_t *root_last, uint64_t *data_last)
{
	return table_at(disk, sectors, sectors - 1, root_last, data_last);
}
