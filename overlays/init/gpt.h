/*
 * GUID partition tables (UEFI 2.10, chapter 5): reading one, and a table in which the last partition reaches the end of a
 * bigger disk. Pure: bytes in, bytes out.
 */
#ifndef GPT_H
#define GPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SECTOR = 512,
	GPT_ENTRIES = 128,
	GPT_ENTRY_SIZE = 128,
	GPT_ARRAY_SIZE = GPT_ENTRIES * GPT_ENTRY_SIZE,
	GPT_ARRAY_SECTORS = GPT_ARRAY_SIZE / SECTOR,
	GPT_HEADER_LBA = 1,
	/* The image's two places for the primary entry array, beyond an Allwinner boot loader at 8 KiB. The header says which is in use. */
	GPT_ARRAY_PLACE_1 = 4096,
	GPT_ARRAY_PLACE_2 = 4128,
};

struct gpt {
	uint64_t disk_sectors;
	uint64_t array_lba;
	uint64_t first_usable;
	uint8_t header[SECTOR];
	uint8_t array[GPT_ARRAY_SIZE];
};

struct partition {
	int number; /* from 1, as in the kernel's device names */
	uint64_t first;
	uint64_t last; /* inclusive */
};

/* The sectors to write so that the last partition grows, in the order of writing; each is to be flushed before the next. */
struct gpt_growth {
	uint64_t backup_array_lba;
	uint64_t backup_header_lba;
	uint64_t spare_array_lba;
	uint8_t array[GPT_ARRAY_SIZE];
	uint8_t backup_header[SECTOR];
	uint8_t primary_header[SECTOR];
	struct partition grown;
};

/* Checks gpt->header as the header at `lba` of a disk of gpt->disk_sectors; fills array_lba and first_usable. */
bool gpt_header_valid(struct gpt *gpt, uint64_t lba);
/* Checks gpt->array against the checksum in a valid header, and the order of every entry's sectors. */
bool gpt_array_valid(const struct gpt *gpt);
bool gpt_find(const struct gpt *gpt, const uint8_t guid[16], struct partition *found);
/*
 * Makes the first header of a valid gpt that was read from the second one, so that header and array are what belongs at the disk's
 * beginning. False if there is no room for the array in its first place; the gpt is then untouched.
 */
bool gpt_become_primary(struct gpt *gpt);
/* False if there is nothing to gain (less than 1 MiB) or the disk is not laid out as the image was; `grown` is then untouched. */
bool gpt_grow(const struct gpt *gpt, const struct partition *last, struct gpt_growth *growth);

#endif
