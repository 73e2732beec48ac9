#include "unit_shapes.h"

bool shape_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_small_letter(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

bool shape_is_hex(char byte)
{
	return shape_is_digit(byte) || (byte >= 'a' && byte <= 'f');
}

bool shape_is_serial_character(char byte)
{
	return shape_is_digit(byte) || (byte >= 'A' && byte <= 'Z') || byte == '-';
}

bool shape_is_name(const char *text, size_t length)
{
	if (length == 0 || length > UNIT_NAME_MAX || !is_small_letter(text[0]) || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_small_letter(text[i]) && !shape_is_digit(text[i]) && text[i] != '-')
			return false;
	return true;
}

bool shape_is_serial(const char *text, size_t length)
{
	if (length == 0 || length > UNIT_SERIAL_MAX || !shape_is_digit(text[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!shape_is_serial_character(text[i]))
			return false;
	return true;
}

bool shape_is_key(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!shape_is_hex(text[i]))
			return false;
	return length == UNIT_HEX_SIZE;
}

bool shape_is_mac(const uint8_t mac[MAC_SIZE])
{
	uint8_t any = 0;
	for (int i = 0; i < MAC_SIZE; i++)
		any |= mac[i];
	/* IEEE 802: the lowest bit of the first byte marks a group. */
	return any != 0 && (mac[0] & 1) == 0;
}
