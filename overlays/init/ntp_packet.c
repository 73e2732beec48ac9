#include "ntp_packet.h"

#include <string.h>

/* Places of fields, and their values (RFC 5905, section 7.3). */
enum { STRATUM = 1, POLL = 2, PRECISION = 3, ROOT_DISPERSION = 8, REFERENCE_ID = 12, REFERENCE = 16, ORIGIN = 24, RECEIVE = 32, TRANSMIT = 40 };
enum { LEAP_UNKNOWN = 3, VERSION = 4, MODE_CLIENT = 3, MODE_SERVER = 4 };
/* 0 is a kiss-o'-death, 16 a clock that was never set. */
enum { STRATUM_FIRST = 1, STRATUM_LAST = 15 };
/* Far from any reference: whoever has a better server takes that. */
enum { OWN_STRATUM = 8 };
/* 2^-10 s, of which NTP takes the exponent; and 1 s of possible error, in 1/65536 s. */
enum { OWN_PRECISION = 256 - 10, OWN_DISPERSION = 1 << 16 };

/* Between 1900 and 1970 (RFC 5905, figure 4). A first bit that is not set belongs to the era that begins in 2036. */
static const int64_t epoch_distance_s = 2208988800, era_s = INT64_C(1) << 32;

static uint64_t get_64(const uint8_t *at)
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

static void put_64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

static int64_t to_microseconds(uint64_t stamp)
{
	int64_t seconds = (int64_t)(stamp >> 32) - epoch_distance_s;
	if (stamp >> 63 == 0)
		seconds += era_s;
	return seconds * 1000000 + (int64_t)((stamp & UINT32_MAX) * 1000000 >> 32);
}

static uint64_t to_stamp(int64_t microseconds)
{
	uint64_t seconds = (uint64_t)(microseconds / 1000000 + epoch_distance_s);
	uint64_t rest = (uint64_t)(microseconds % 1000000);
	return seconds << 32 | (rest << 32) / 1000000;
}

void ntp_write_request(uint8_t packet[NTP_PACKET_SIZE], uint64_t cookie)
{
	memset(packet, 0, NTP_PACKET_SIZE);
	packet[0] = VERSION << 3 | MODE_CLIENT;
	put_64(packet + TRANSMIT, cookie);
}

bool ntp_read_answer(const uint8_t *packet, size_t size, uint64_t cookie, int64_t sent, int64_t received, int64_t *offset)
{
	if (size < NTP_PACKET_SIZE || (packet[0] & 7) != MODE_SERVER || packet[0] >> 6 == LEAP_UNKNOWN)
		return false;
	if (packet[STRATUM] < STRATUM_FIRST || packet[STRATUM] > STRATUM_LAST || get_64(packet + ORIGIN) != cookie)
		return false;
	uint64_t arrival = get_64(packet + RECEIVE), departure = get_64(packet + TRANSMIT);
	if (arrival == 0 || departure == 0)
		return false;
	*offset = ((to_microseconds(arrival) - sent) + (to_microseconds(departure) - received)) / 2;
	return true;
}

bool ntp_write_answer(const uint8_t *request, size_t size, int64_t received, int64_t sent, uint8_t packet[NTP_PACKET_SIZE])
{
	int version = request[0] >> 3 & 7;
	if (size < NTP_PACKET_SIZE || (request[0] & 7) != MODE_CLIENT || version < 1 || version > VERSION)
		return false;
	memset(packet, 0, NTP_PACKET_SIZE);
	packet[0] = (uint8_t)(version << 3 | MODE_SERVER);
	packet[STRATUM] = OWN_STRATUM;
	packet[POLL] = request[POLL];
	packet[PRECISION] = OWN_PRECISION;
	put_64(packet + ROOT_DISPERSION - 4, OWN_DISPERSION); /* root delay, 0, and root dispersion */
	memcpy(packet + REFERENCE_ID, "LOCL", 4);
	put_64(packet + REFERENCE, to_stamp(received));
	memcpy(packet + ORIGIN, request + TRANSMIT, 8);
	put_64(packet + RECEIVE, to_stamp(received));
	put_64(packet + TRANSMIT, to_stamp(sent));
	return true;
}
