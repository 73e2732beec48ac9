/*
 * What the build says of the root's hash tree, and what the kernel is told of it. Pure: bytes in, text out. The record is written by
 * builder/image/verity/verity-record.ts.
 */
#ifndef VERITY_RECORD_H
#define VERITY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VERITY_RECORD_SIZE = 80,
	VERITY_BLOCK_SECTORS = 8, /* blocks of 4096 bytes */
	VERITY_HEX_SIZE = 65,
	VERITY_TABLE_SIZE = 512,
};

struct verity_record {
	uint64_t blocks; /* of data; then come one of a superblock, which is for people, and the tree */
	char root_hash[VERITY_HEX_SIZE];
	char salt[VERITY_HEX_SIZE];
};

/* False for what is no record. */
bool verity_record_read(const uint8_t *bytes, size_t size, struct verity_record *record);
/*
 * Parameters of the kernel's target "verity" (Documentation/admin-guide/device-mapper/verity.rst) with data and tree on one device.
 * `option`: what a damaged block leads to; NULL: reading it fails.
 */
void verity_table(const struct verity_record *record, const char *device, const char *option, char table[VERITY_TABLE_SIZE]);

#endif
