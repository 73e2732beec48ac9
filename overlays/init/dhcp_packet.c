#include "dhcp_packet.h"

#include <string.h>

/* Offsets of the fixed part (RFC 2131, figure 1). */
enum {
	AT_OPERATION = 0,
	AT_HARDWARE_TYPE = 1,
	AT_HARDWARE_SIZE = 2,
	AT_TRANSACTION = 4,
	AT_ELAPSED = 8,
	AT_FLAGS = 10,
	AT_CLIENT_ADDRESS = 12,
	AT_YOUR_ADDRESS = 16,
	AT_HARDWARE_ADDRESS = 28,
	AT_COOKIE = 236,
	AT_OPTIONS = 240,
};

enum { BOOT_REQUEST = 1, BOOT_REPLY = 2, ETHERNET = 1, MAC_SIZE = 6, SMALLEST_PACKET = 300 };

enum {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOST_NAME = 12,
	OPTION_REQUESTED_ADDRESS = 50,
	OPTION_LEASE_TIME = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_WANTED = 55,
	OPTION_LARGEST_PACKET = 57,
	OPTION_RENEW_TIME = 58,
	OPTION_REBIND_TIME = 59,
	OPTION_CLIENT_ID = 61,
	OPTION_END = 255,
};

static const uint8_t cookie[4] = { 99, 130, 83, 99 };

/* The answer comes to 255.255.255.255, which an ordinary socket receives before there is an address. */
static const uint16_t broadcast_flag = 0x8000;

static uint32_t read_32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void write_32(uint8_t *at, uint32_t value)
{
	write_16(at, (uint16_t)(value >> 16));
	write_16(at + 2, (uint16_t)value);
}

static size_t put(uint8_t *packet, size_t at, uint8_t option, const void *value, size_t size)
{
	packet[at] = option;
	packet[at + 1] = (uint8_t)size;
	memcpy(packet + at + 2, value, size);
	return at + 2 + size;
}

static size_t put_address(uint8_t *packet, size_t at, uint8_t option, uint32_t address)
{
	uint8_t value[4];
	write_32(value, address);
	return address ? put(packet, at, option, value, sizeof value) : at;
}

size_t dhcp_write_request(const struct dhcp_request *request, const struct dhcp_client_identity *identity,
                          uint8_t packet[DHCP_PACKET_MAX])
{
	static const uint8_t wanted[] = { OPTION_MASK, OPTION_ROUTER, OPTION_DNS, OPTION_LEASE_TIME, OPTION_RENEW_TIME, OPTION_REBIND_TIME };
	memset(packet, 0, DHCP_PACKET_MAX);
	packet[AT_OPERATION] = BOOT_REQUEST;
	packet[AT_HARDWARE_TYPE] = ETHERNET;
	packet[AT_HARDWARE_SIZE] = MAC_SIZE;
	write_32(packet + AT_TRANSACTION, request->transaction);
	write_16(packet + AT_ELAPSED, request->elapsed_s);
	write_16(packet + AT_FLAGS, request->client_address ? 0 : broadcast_flag);
	write_32(packet + AT_CLIENT_ADDRESS, request->client_address);
	memcpy(packet + AT_HARDWARE_ADDRESS, identity->mac, MAC_SIZE);
	memcpy(packet + AT_COOKIE, cookie, sizeof cookie);

	uint8_t client_id[1 + MAC_SIZE] = { ETHERNET };
	memcpy(client_id + 1, identity->mac, MAC_SIZE);
	uint8_t largest[2];
	write_16(largest, DHCP_REPLY_MAX);
	size_t name_size = strlen(identity->host_name);
	size_t at = put(packet, AT_OPTIONS, OPTION_TYPE, &request->type, 1);
	at = put(packet, at, OPTION_CLIENT_ID, client_id, sizeof client_id);
	at = put_address(packet, at, OPTION_REQUESTED_ADDRESS, request->requested_address);
	at = put_address(packet, at, OPTION_SERVER, request->server);
	at = put(packet, at, OPTION_HOST_NAME, identity->host_name, name_size > 63 ? 63 : name_size);
	at = put(packet, at, OPTION_LARGEST_PACKET, largest, sizeof largest);
	at = put(packet, at, OPTION_WANTED, wanted, sizeof wanted);
	packet[at++] = OPTION_END;
	/* Some relays drop what is shorter than a BOOTP message. */
	return at < SMALLEST_PACKET ? SMALLEST_PACKET : at;
}

/* 0 for a mask with holes, and for one of nothing. */
static uint32_t prefix_of_mask(uint32_t mask)
{
	uint32_t prefix = 0;
	while (prefix < 32 && mask >> (31 - prefix) & 1)
		prefix++;
	return prefix == 32 || mask << prefix == 0 ? prefix : 0;
}

static void read_dns(const uint8_t *value, size_t size, struct dhcp_reply *reply)
{
	reply->dns_count = 0;
	for (size_t at = 0; at + 4 <= size && reply->dns_count < DHCP_DNS_MAX; at += 4)
		reply->dns[reply->dns_count++] = read_32(value + at);
}

/* An option of the wrong size is as good as absent; what must be there is checked by who uses it. */
static void read_option(uint8_t option, const uint8_t *value, size_t size, struct dhcp_reply *reply)
{
	if (option == OPTION_TYPE && size == 1)
		reply->type = value[0];
	else if (option == OPTION_DNS)
		read_dns(value, size, reply);
	else if (option == OPTION_ROUTER && size >= 4)
		reply->gateway = read_32(value);
	else if (size != 4)
		return;
	else if (option == OPTION_MASK)
		reply->prefix = prefix_of_mask(read_32(value));
	else if (option == OPTION_SERVER)
		reply->server = read_32(value);
	else if (option == OPTION_LEASE_TIME)
		reply->lease_s = read_32(value);
	else if (option == OPTION_RENEW_TIME)
		reply->renew_s = read_32(value);
	else if (option == OPTION_REBIND_TIME)
		reply->rebind_s = read_32(value);
}

/* Options in the sname and file fields (option 52) are not read: nothing that is asked for needs that much room. */
static bool read_options(const uint8_t *options, size_t size, struct dhcp_reply *reply)
{
	for (size_t at = 0; at < size;) {
		uint8_t option = options[at++];
		if (option == OPTION_PAD)
			continue;
		if (option == OPTION_END)
			return true;
		if (at == size || options[at] > size - at - 1)
			return false;
		read_option(option, options + at + 1, options[at], reply);
		at += 1 + (size_t)options[at];
	}
	return true; /* an end that was forgotten */
}

bool dhcp_read_reply(const uint8_t *packet, size_t size, const struct dhcp_client_identity *identity, struct dhcp_reply *reply)
{
	*reply = (struct dhcp_reply){ 0 };
	if (size < AT_OPTIONS || packet[AT_OPERATION] != BOOT_REPLY || packet[AT_HARDWARE_TYPE] != ETHERNET ||
	    packet[AT_HARDWARE_SIZE] != MAC_SIZE)
		return false;
	if (memcmp(packet + AT_HARDWARE_ADDRESS, identity->mac, MAC_SIZE) != 0 || memcmp(packet + AT_COOKIE, cookie, sizeof cookie) != 0)
		return false;
	reply->transaction = read_32(packet + AT_TRANSACTION);
	reply->address = read_32(packet + AT_YOUR_ADDRESS);
	if (!read_options(packet + AT_OPTIONS, size - AT_OPTIONS, reply))
		return false;
	return reply->type == DHCP_OFFER || reply->type == DHCP_ACK || reply->type == DHCP_NAK;
}
