/* Messages of NTP version 4 (RFC 5905) as far as simple clients and their server need them. Times are microseconds since 1970. */
#ifndef NTP_PACKET_H
#define NTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NTP_PORT = 123, NTP_PACKET_SIZE = 48 };

/* `cookie` stands where the request's time would: the answer must repeat it, and tells nobody what this clock says (RFC 9109). */
void ntp_write_request(uint8_t packet[NTP_PACKET_SIZE], uint64_t cookie);

/*
 * How far this clock is behind the server's (negative: ahead).
 * `sent` and `received` are times of this clock. False: no answer to that request, or of a server that does not know the time.
 */
bool ntp_read_answer(const uint8_t *packet, size_t size, uint64_t cookie, int64_t sent, int64_t received, int64_t *offset);

/* The answer to a client's request. False: it is none. */
bool ntp_write_answer(const uint8_t *request, size_t size, int64_t received, int64_t sent, uint8_t packet[NTP_PACKET_SIZE]);

#endif
