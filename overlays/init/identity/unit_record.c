#include "unit_record.h"

#include "../unit_shapes.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 64 };

static bool stands_for_itself(char byte)
{
	return byte >= ' ' && byte <= '~' && byte != '%';
}

static int upper_hex_value(char digit)
{
	if (shape_is_digit(digit))
		return digit - '0';
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* There is one way to write a value: what stands for itself is not escaped. */
size_t value_unescape(struct span escaped, uint8_t value[UNIT_VALUE_MAX])
{
	const size_t wrong = UNIT_VALUE_MAX + 1;
	size_t size = 0;
	for (size_t i = 0; i < escaped.length; i++) {
		char byte = escaped.text[i];
		if (byte == '%') {
			if (escaped.length - i < 3)
				return wrong;
			int high = upper_hex_value(escaped.text[i + 1]), low = upper_hex_value(escaped.text[i + 2]);
			if (high < 0 || low < 0)
				return wrong;
			byte = (char)(high << 4 | low);
			if (byte == 0 || stands_for_itself(byte))
				return wrong;
			i += 2;
		}
		if (size == UNIT_VALUE_MAX)
			return wrong;
		value[size++] = (uint8_t)byte;
	}
	return size;
}

static bool is_name(struct span name)
{
	if (name.length == 0 || name.length > NAME_MAX_LENGTH || shape_is_digit(name.text[0]))
		return false;
	for (size_t i = 0; i < name.length; i++) {
		char byte = name.text[i];
		if (!shape_is_digit(byte) && !(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') && byte != '_')
			return false;
	}
	return true;
}

static bool read_mac(struct span text, uint8_t mac[MAC_SIZE])
{
	if (text.length != 3 * MAC_SIZE - 1)
		return false;
	for (size_t i = 0; i < MAC_SIZE; i++) {
		const char *pair = text.text + 3 * i;
		if (!shape_is_hex(pair[0]) || !shape_is_hex(pair[1]) || (i + 1 < MAC_SIZE && pair[2] != ':'))
			return false;
		mac[i] = (uint8_t)((pair[0] <= '9' ? pair[0] - '0' : pair[0] - 'a' + 10) << 4 | (pair[1] <= '9' ? pair[1] - '0' : pair[1] - 'a' + 10));
	}
	return shape_is_mac(mac);
}

static size_t find(const struct plan_unit *unit, enum plan_value_kind kind, struct span name)
{
	for (size_t i = 0; i < unit->value_count; i++)
		if (unit->values[i].kind == kind && span_is(name, unit->values[i].name))
			return i;
	return unit->value_count;
}

/* All lines of a kind, sorted by name. */
static enum unit_verdict read_values(struct lines *lines, const char *key, enum plan_value_kind kind, struct unit_record *record)
{
	static uint8_t value[UNIT_VALUE_MAX];
	struct span line, before = { NULL, 0 };
	bool unknown = false;
	while (lines_take(lines, key, &line)) {
		const char *equals = memchr(line.text, '=', line.length);
		if (!equals)
			return UNIT_RECORD_TEXT;
		struct span name = { line.text, (size_t)(equals - line.text) };
		struct span escaped = { equals + 1, line.length - name.length - 1 };
		if (!is_name(name) || (before.text && span_compare(before, name) >= 0) || value_unescape(escaped, value) > UNIT_VALUE_MAX)
			return UNIT_RECORD_TEXT;
		before = name;
		size_t index = find(record->unit, kind, name);
		if (index == record->unit->value_count)
			unknown = true;
		else
			record->values[index] = escaped;
	}
	return unknown ? UNIT_UNKNOWN_VALUE : UNIT_SOUND;
}

static bool take_name(struct lines *lines, const char *key, struct span *value)
{
	return !lines_take(lines, key, value) || shape_is_name(value->text, value->length);
}

static bool read_facts(struct lines *lines, struct unit_record *record)
{
	struct span mac;
	if (!lines_take_title(lines, "boardsmith unit 1") || !lines_take(lines, "serial", &record->serial_text) ||
	    !serial_read(record->serial_text, &record->serial) || !lines_take(lines, "image", &record->image) ||
	    !shape_is_name(record->image.text, record->image.length))
		return false;
	if (!lines_take(lines, "device-key", &record->device_key) || !shape_is_key(record->device_key.text, record->device_key.length) ||
	    !lines_take(lines, "device-seed", &record->device_seed) || !shape_is_key(record->device_seed.text, record->device_seed.length))
		return false;
	record->has_mac = lines_take(lines, "mac", &mac);
	if (record->has_mac && !read_mac(mac, record->mac))
		return false;
	return take_name(lines, "cluster", &record->cluster) && take_name(lines, "position", &record->position) &&
	       (record->position.length == 0 || record->cluster.length > 0);
}

enum unit_verdict unit_record_read(struct span text, const struct plan_unit *unit, struct unit_record *record)
{
	struct lines lines = { text.text, text.text + text.length };
	memset(record, 0, sizeof *record);
	record->unit = unit;
	if (!read_facts(&lines, record))
		return UNIT_RECORD_TEXT;
	enum unit_verdict settings = read_values(&lines, "setting", VALUE_SETTING, record);
	enum unit_verdict secrets = read_values(&lines, "secret", VALUE_SECRET, record);
	if (settings == UNIT_RECORD_TEXT || secrets == UNIT_RECORD_TEXT || !lines_at_end(&lines))
		return UNIT_RECORD_TEXT;
	return settings != UNIT_SOUND ? settings : secrets;
}
