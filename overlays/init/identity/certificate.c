#include "certificate.h"

#include "../unit_shapes.h"

#include <string.h>

enum { PREFIX_MAX = 24, DIGITS_MAX = 9, WORD_MAX = 64 };

bool serial_read(struct span text, struct serial *serial)
{
	if (!shape_is_serial(text.text, text.length))
		return false;
	size_t begin = text.length;
	while (begin > 0 && shape_is_digit(text.text[begin - 1]))
		begin--;
	serial->prefix = (struct span){ text.text, begin };
	serial->digits = text.length - begin;
	if (begin > PREFIX_MAX || serial->digits > DIGITS_MAX)
		return false;
	serial->number = 0;
	for (size_t i = begin; i < text.length; i++)
		serial->number = serial->number * 10 + (uint32_t)(text.text[i] - '0');
	return true;
}

static bool alike(const struct serial *a, const struct serial *b)
{
	return a->digits == b->digits && span_compare(a->prefix, b->prefix) == 0;
}

static bool read_range(struct span text, struct certificate *certificate)
{
	for (size_t i = 0; i + 1 < text.length; i++) {
		if (text.text[i] != '.' || text.text[i + 1] != '.')
			continue;
		return serial_read((struct span){ text.text, i }, &certificate->first) &&
		       serial_read((struct span){ text.text + i + 2, text.length - i - 2 }, &certificate->last) &&
		       alike(&certificate->first, &certificate->last) && certificate->first.number <= certificate->last.number;
	}
	return false;
}

static uint8_t hex_value(char digit)
{
	return (uint8_t)(shape_is_digit(digit) ? digit - '0' : digit - 'a' + 10);
}

static bool read_key(struct span text, uint8_t key[KEY_SIZE])
{
	if (!shape_is_key(text.text, text.length))
		return false;
	for (size_t i = 0; i < KEY_SIZE; i++)
		key[i] = (uint8_t)(hex_value(text.text[2 * i]) << 4 | hex_value(text.text[2 * i + 1]));
	return true;
}

static bool is_batch_character(char byte)
{
	return shape_is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '.' || byte == '_' || byte == '-';
}

/* Printable as it comes from a line. */
static bool is_manufacturer(struct span text)
{
	return text.length > 0 && text.length <= WORD_MAX && text.text[0] != ' ' && text.text[text.length - 1] != ' ';
}

static bool is_digest(struct span text)
{
	static const char kind[] = "sha256:";
	const size_t length = sizeof kind - 1;
	return text.length > length && memcmp(text.text, kind, length) == 0 && shape_is_key(text.text + length, text.length - length);
}

bool certificate_read(struct span text, struct certificate *certificate)
{
	struct lines lines = { text.text, text.text + text.length };
	struct span value;
	return lines_take_title(&lines, "boardsmith batch certificate 1") && lines_take(&lines, "manufacturer", &value) && is_manufacturer(value) &&
	       lines_take(&lines, "batch", &value) && span_of(value, 1, WORD_MAX, is_batch_character) && lines_take(&lines, "serials", &value) &&
	       read_range(value, certificate) && lines_take(&lines, "release", &value) && is_digest(value) && lines_take(&lines, "key", &value) &&
	       read_key(value, certificate->key) && lines_at_end(&lines);
}

bool certificate_has_serial(const struct certificate *certificate, const struct serial *serial)
{
	return alike(serial, &certificate->first) && serial->number >= certificate->first.number && serial->number <= certificate->last.number;
}
