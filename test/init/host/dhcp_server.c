/* A DHCP server of few words: 192.0.2.1 gives 192.0.2.10/24. */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

static int option_at(const uint8_t *message, size_t size, uint8_t wanted)
{
	for (size_t at = 240; at + 1 < size && message[at] != 255; at += message[at] ? 2U + message[at + 1] : 1U)
		if (message[at] == wanted)
			return (int)at + 2;
	return 0;
}

const char *dhcp_server_describe(const uint8_t *message, size_t size)
{
	static char text[160];
	static const char *const names[] = { "?", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK" };
	int type = option_at(message, size, 53), server = option_at(message, size, 54), wanted = option_at(message, size, 50);
	int length = snprintf(text, sizeof text, "%s flags=%02x%02x ciaddr=%d.%d.%d.%d", names[message[type]], message[10],
	                      message[11], message[12], message[13], message[14], message[15]);
	if (wanted)
		length += snprintf(text + length, sizeof text - (size_t)length, " requested=%d.%d.%d.%d", message[wanted],
		                   message[wanted + 1], message[wanted + 2], message[wanted + 3]);
	if (server)
		snprintf(text + length, sizeof text - (size_t)length, " server=%d.%d.%d.%d", message[server], message[server + 1],
		         message[server + 2], message[server + 3]);
	return text;
}

static uint8_t *add(uint8_t *at, uint8_t option, const void *value, uint8_t size)
{
	*at++ = option;
	*at++ = size;
	memcpy(at, value, size);
	return at + size;
}

size_t dhcp_server_answer(const uint8_t *request, size_t size, uint8_t answer[600])
{
	static int requests;
	uint8_t asked = request[option_at(request, size, 53)];
	bool renewal = request[12] != 0;
	requests += asked == 3;
	if (kernel.server == SERVER_SILENT || (kernel.server == SERVER_VANISHES && asked == 3) ||
	    (kernel.server == SERVER_FORGETS_RENEWALS && renewal))
		return 0;
	uint8_t type = asked == 1 ? 2 : kernel.server == SERVER_REFUSES && requests > 1 ? 6 : 5;
	uint32_t seconds = kernel.server_lease_s;
	const uint8_t lease[4] = { (uint8_t)(seconds >> 24), (uint8_t)(seconds >> 16), (uint8_t)(seconds >> 8), (uint8_t)seconds };
	memset(answer, 0, 600);
	memcpy(answer, request, 240);
	answer[0] = 2;
	memcpy(answer + 16, (const uint8_t[]){ 192, 0, 2, 10 }, 4);
	uint8_t *at = add(answer + 240, 53, &type, 1);
	at = add(at, 54, (const uint8_t[]){ 192, 0, 2, 1 }, 4);
	if (type != 6) {
		at = add(at, 1, (const uint8_t[]){ 255, 255, 255, 0 }, 4);
		at = add(at, 3, (const uint8_t[]){ 192, 0, 2, 1 }, 4);
		at = add(at, 6, (const uint8_t[]){ 192, 0, 2, 53, 192, 0, 2, 54 }, 8);
		at = add(at, 51, lease, 4);
	}
	*at++ = 255;
	return (size_t)(at - answer);
}
