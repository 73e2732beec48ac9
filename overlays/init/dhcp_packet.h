/* DHCP messages (RFC 2131, options of RFC 2132) as bytes. Pure; it runs in the unprivileged child only. */
#ifndef DHCP_PACKET_H
#define DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_ACK = 5, DHCP_NAK = 6 };

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68, DHCP_PACKET_MAX = 576, DHCP_REPLY_MAX = 1500, DHCP_DNS_MAX = 3 };

/* Who asks. */
struct dhcp_client_identity {
	uint8_t mac[6];
	const char *host_name;
};

struct dhcp_request {
	uint8_t type;
	uint32_t transaction;
	uint16_t elapsed_s;
	uint32_t client_address;    /* the address in use when renewing, else 0 */
	uint32_t requested_address; /* 0: not said */
	uint32_t server;            /* 0: not said */
};

struct dhcp_reply {
	uint8_t type;
	uint32_t transaction;
	uint32_t address;
	uint32_t server;
	uint32_t prefix; /* 0: no usable mask */
	uint32_t gateway;
	uint32_t dns_count;
	uint32_t dns[DHCP_DNS_MAX];
	uint32_t lease_s;   /* 0: not said */
	uint32_t renew_s;   /* 0: not said */
	uint32_t rebind_s;  /* 0: not said */
};

/* Returns the packet's size, at most DHCP_PACKET_MAX. */
size_t dhcp_write_request(const struct dhcp_request *request, const struct dhcp_client_identity *identity,
                          uint8_t packet[DHCP_PACKET_MAX]);
/* False for anything that is not a well-formed OFFER, ACK or NAK for this machine. */
bool dhcp_read_reply(const uint8_t *packet, size_t size, const struct dhcp_client_identity *identity, struct dhcp_reply *reply);

#endif
