#include "verity_record.h"

#include "text.h"

#include <string.h>

/* Offsets in the record. */
enum { AT_BLOCKS = 8, AT_ROOT_HASH = 16, AT_SALT = 48, HASH_SIZE = 32 };

static void to_hex(const uint8_t *bytes, char hex[VERITY_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < HASH_SIZE; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * HASH_SIZE] = 0;
}

bool verity_record_read(const uint8_t *bytes, size_t size, struct verity_record *record)
{
	if (size != VERITY_RECORD_SIZE || memcmp(bytes, "BSVERITY", AT_BLOCKS) != 0)
		return false;
	uint64_t blocks = 0;
	for (int i = 7; i >= 0; i--)
		blocks = blocks << 8 | bytes[AT_BLOCKS + i];
	/* 16 TiB: nothing overflows, and no card is so large. */
	if (blocks == 0 || blocks > UINT32_MAX)
		return false;
	record->blocks = blocks;
	to_hex(bytes + AT_ROOT_HASH, record->root_hash);
	to_hex(bytes + AT_SALT, record->salt);
	return true;
}

void verity_table(const struct verity_record *record, const char *device, const char *option, char table[VERITY_TABLE_SIZE])
{
	struct text text = text_in(table, VERITY_TABLE_SIZE);
	text_add(&text, "1 ");
	text_add(&text, device);
	text_add(&text, " ");
	text_add(&text, device);
	text_add(&text, " 4096 4096 ");
	text_add_number(&text, record->blocks);
	text_add(&text, " ");
	text_add_number(&text, record->blocks + 1);
	text_add(&text, " sha256 ");
	text_add(&text, record->root_hash);
	text_add(&text, " ");
	text_add(&text, record->salt);
	if (option) {
		text_add(&text, " 1 ");
		text_add(&text, option);
	}
}
