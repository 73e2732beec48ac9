#include "identity.h"

#include <string.h>

enum { MAGIC_SIZE = 8, CERTIFICATE_LENGTH_AT = 8, RECORD_LENGTH_AT = 12, CERTIFICATE_SIGNATURE_AT = 16, RECORD_SIGNATURE_AT = 80 };

static uint32_t number_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	uint8_t any = 0;
	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	return any == 0;
}

static bool known_authority_signed(const uint8_t *signature, const uint8_t *text, size_t size, const struct plan_unit *unit)
{
	for (size_t i = 0; i < unit->authority_count; i++)
		if (signature_good(signature, text, size, unit->authorities[i]))
			return true;
	return false;
}

static struct span span_at(const uint8_t *bytes, size_t size)
{
	return (struct span){ (const char *)bytes, size };
}

enum unit_verdict identity_judge(const uint8_t *bytes, size_t size, bool rest_is_zero, const struct plan_unit *unit, struct unit_record *record)
{
	if (rest_is_zero && all_zero(bytes, size))
		return UNIT_NONE;
	if (size < IDENTITY_HEAD || memcmp(bytes, "BSIDENT1", MAGIC_SIZE) != 0)
		return UNIT_MALFORMED;
	size_t certificate_size = number_at(bytes + CERTIFICATE_LENGTH_AT), record_size = number_at(bytes + RECORD_LENGTH_AT);
	if (certificate_size == 0 || certificate_size > UNIT_CERTIFICATE_MAX || record_size == 0 || record_size > UNIT_RECORD_MAX)
		return UNIT_MALFORMED;
	size_t end = IDENTITY_HEAD + certificate_size + record_size;
	if (end > size || !rest_is_zero || !all_zero(bytes + end, size - end))
		return UNIT_MALFORMED;
	/* Nothing of a text is looked at before its signature is good. */
	const uint8_t *certificate_text = bytes + IDENTITY_HEAD, *record_text = certificate_text + certificate_size;
	if (!known_authority_signed(bytes + CERTIFICATE_SIGNATURE_AT, certificate_text, certificate_size, unit))
		return UNIT_UNKNOWN_AUTHORITY;
	struct certificate certificate;
	if (!certificate_read(span_at(certificate_text, certificate_size), &certificate))
		return UNIT_CERTIFICATE_TEXT;
	if (!signature_good(bytes + RECORD_SIGNATURE_AT, record_text, record_size, certificate.key))
		return UNIT_NOT_OF_BATCH;
	enum unit_verdict verdict = unit_record_read(span_at(record_text, record_size), unit, record);
	if (verdict == UNIT_RECORD_TEXT)
		return verdict;
	if (!certificate_has_serial(&certificate, &record->serial))
		return UNIT_OTHER_SERIAL;
	if (!span_is(record->image, unit->image))
		return UNIT_OTHER_IMAGE;
	return verdict;
}
