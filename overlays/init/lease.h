/* What the DHCP child tells PID 1, and the checks that PID 1 makes before it believes a word. All numbers in host byte order. */
#ifndef LEASE_H
#define LEASE_H

#include <stdint.h>

enum { LEASE_DNS_MAX = 3, LEASE_SECONDS_MIN = 30, LEASE_SECONDS_MAX = 30 * 24 * 3600 };

enum lease_kind {
	LEASE_BOUND = 1, /* these values hold for so many seconds from now */
	LEASE_LOST = 2,  /* the server took the address back; the values are not looked at */
};

/* Of fixed size, so that PID 1 parses nothing. */
struct lease {
	uint32_t kind;
	uint32_t address;
	uint32_t prefix;
	uint32_t gateway; /* 0: none */
	uint32_t dns_count;
	uint32_t dns[LEASE_DNS_MAX];
	uint32_t seconds;
};

/* NULL if it is sane, else what is wrong with it. */
const char *lease_problem(const struct lease *lease);
uint32_t prefix_mask(uint32_t prefix);

#endif
