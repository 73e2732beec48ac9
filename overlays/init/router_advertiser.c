#include "router_advertiser.h"

#include "helper_wait.h"
#include "sys.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

/* Between two to all; for a board that comes up, its own question is answered at once. RFC 4861 has 200 to 600 s. */
static const int64_t pause_ms = 200000;
/* The first ones may go into a link on which nobody listens yet. */
static const int64_t first_pause_ms = 16000;
enum { FIRST_ONES = 3 };

/* Lifetimes in seconds: of the router as one, and of the prefix (RFC 4861 and 4862 have these at most 9000, and a day and four hours here). */
enum { ROUTER_LIFETIME = 1800, PREFIX_VALID = 86400, PREFIX_PREFERRED = 14400 };
/* On this link, and good for an address of one's own making. */
enum { PREFIX_FLAGS = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO, PREFIX_BITS = 64, HOP_LIMIT = 64 };

static void put_32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The kernel puts in the checksum. */
void advertisement_write(const struct advertised_link *link, uint8_t message[ADVERTISEMENT_SIZE])
{
	memset(message, 0, ADVERTISEMENT_SIZE);
	message[0] = ND_ROUTER_ADVERT;
	message[4] = HOP_LIMIT;
	message[6] = ROUTER_LIFETIME >> 8;
	message[7] = ROUTER_LIFETIME & 255;
	uint8_t *source = message + 16;
	source[0] = ND_OPT_SOURCE_LINKADDR;
	source[1] = 1; /* in units of 8 bytes */
	memcpy(source + 2, link->mac, sizeof link->mac);
	uint8_t *prefix = source + 8;
	prefix[0] = ND_OPT_PREFIX_INFORMATION;
	prefix[1] = 4;
	prefix[2] = PREFIX_BITS;
	prefix[3] = PREFIX_FLAGS;
	put_32(prefix + 4, PREFIX_VALID);
	put_32(prefix + 8, PREFIX_PREFERRED);
	memcpy(prefix + 16, link->prefix, PREFIX_BITS / 8);
}

/* A cable that is not plugged in is no reason to end. */
static void advertise(const struct advertised_link *link)
{
	uint8_t message[ADVERTISEMENT_SIZE];
	struct sockaddr_in6 all_nodes = { .sin6_family = AF_INET6, .sin6_scope_id = (uint32_t)link->index };
	all_nodes.sin6_addr.s6_addr[0] = 0xff;
	all_nodes.sin6_addr.s6_addr[1] = 0x02;
	all_nodes.sin6_addr.s6_addr[15] = 0x01;
	advertisement_write(link, message);
	(void)sys_send_to(HELPER_SOCKET, message, sizeof message, (const struct sockaddr *)&all_nodes, sizeof all_nodes);
}

static void answer(const struct advertised_link *links, size_t count)
{
	uint8_t question[64];
	struct sockaddr_in6 from = { 0 };
	socklen_t from_size = sizeof from;
	ssize_t size = sys_receive_from(HELPER_SOCKET, question, sizeof question, (struct sockaddr *)&from, &from_size);
	/* A socket that fails would be ready for ever: another child begins anew. */
	if (size < 0)
		sys_exit(1);
	if (size < 8 || question[0] != ND_ROUTER_SOLICIT)
		return;
	/* From a link-local address, which comes with its link; a board that has none yet asks again when it has. */
	for (size_t i = 0; i < count; i++)
		if ((uint32_t)links[i].index == from.sin6_scope_id)
			advertise(&links[i]);
}

_Noreturn void router_advertiser(const struct advertised_link *links, size_t count)
{
	int64_t next_ms = sys_uptime_ms();
	for (int sent = 0;;) {
		int64_t now = sys_uptime_ms();
		if (now >= next_ms) {
			for (size_t i = 0; i < count; i++)
				advertise(&links[i]);
			sent += sent < FIRST_ONES;
			next_ms = now + (sent < FIRST_ONES ? first_pause_ms : pause_ms);
		}
		struct pollfd fd = { .fd = HELPER_SOCKET, .events = POLLIN };
		if (sys_poll(&fd, 1, next_ms - now) > 0)
			answer(links, count);
	}
}
