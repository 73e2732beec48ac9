#include "crc32.h"

/* Bit by bit: 16 KiB take a millisecond, once a boot. */
uint32_t crc32(const uint8_t *bytes, size_t count)
{
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < count; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}
