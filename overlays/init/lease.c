#include "lease.h"

#include <stdbool.h>

uint32_t prefix_mask(uint32_t prefix)
{
	return prefix == 0 ? 0 : 0xffffffffU << (32 - prefix);
}

static bool within(uint32_t address, uint32_t network, uint32_t prefix)
{
	return (address & prefix_mask(prefix)) == network;
}

/* An address that one machine can have on a network: RFC 6890 names the others. */
static bool is_unicast(uint32_t address)
{
	return !within(address, 0x00000000, 8) &&  /* this network */
	       !within(address, 0x7f000000, 8) &&  /* loopback */
	       !within(address, 0xa9fe0000, 16) && /* link-local */
	       address < 0xe0000000;               /* multicast, reserved, broadcast */
}

static bool is_host_in(uint32_t address, uint32_t network, uint32_t mask)
{
	return (address & mask) == network && address != network && address != (network | ~mask);
}

const char *lease_problem(const struct lease *lease)
{
	if (lease->kind == LEASE_LOST)
		return 0;
	if (lease->kind != LEASE_BOUND)
		return "unknown kind";
	if (!is_unicast(lease->address))
		return "address is not one of a machine";
	if (lease->prefix < 8 || lease->prefix > 30)
		return "prefix is not between 8 and 30";
	uint32_t mask = prefix_mask(lease->prefix), network = lease->address & mask;
	if (!is_host_in(lease->address, network, mask))
		return "address is the network's own";
	if (lease->gateway != 0 && !is_host_in(lease->gateway, network, mask))
		return "gateway is not in the network";
	if (lease->gateway == lease->address)
		return "gateway is the address";
	if (lease->dns_count > LEASE_DNS_MAX)
		return "too many name servers";
	for (uint32_t i = 0; i < lease->dns_count; i++)
		if (!is_unicast(lease->dns[i]))
			return "name server is not a machine";
	if (lease->seconds < LEASE_SECONDS_MIN || lease->seconds > LEASE_SECONDS_MAX)
		return "lease time is out of bounds";
	return 0;
}
