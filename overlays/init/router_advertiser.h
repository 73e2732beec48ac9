/* The child that tells the boards of a router their IPv6 prefix (RFC 4861, 6.2): it holds a raw ICMPv6 socket that takes solicitations alone. */
#ifndef ROUTER_ADVERTISER_H
#define ROUTER_ADVERTISER_H

#include <stddef.h>
#include <stdint.h>

struct advertised_link {
	int index;
	uint8_t mac[6];
	uint8_t prefix[16]; /* the first 64 bits */
};

enum { ADVERTISEMENT_SIZE = 16 + 8 + 32 };

void advertisement_write(const struct advertised_link *link, uint8_t message[ADVERTISEMENT_SIZE]);
_Noreturn void router_advertiser(const struct advertised_link *links, size_t count);

#endif
