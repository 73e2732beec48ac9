#include "dhcp_client.h"

#include "helper_wait.h"
#include "lease.h"
#include "sys.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/random.h>

enum state {
	SELECTING,  /* any offer will do */
	REQUESTING, /* an offer was chosen */
	BOUND,
	RENEWING,  /* asks the server that gave the lease */
	REBINDING, /* asks any server */
};

/* A cable that is plugged in late must not wait long: the RFC's ceiling of 64 s is for networks of thousands. */
static const int64_t first_retry_ms = 1000, longest_retry_ms = 16000;
static const int64_t shortest_renewal_retry_ms = 4000;
static const int requests_per_offer = 4;

struct client {
	const struct dhcp_client_identity *identity;
	enum state state;
	uint32_t transaction;
	struct dhcp_reply offer; /* what was offered, then what was granted */
	int64_t started_ms;      /* of this exchange */
	int64_t next_ms;         /* when to send, or to change state */
	int64_t retry_ms;
	int requests;
	int64_t renew_ms, rebind_ms, expiry_ms; /* points of time */
};

static uint32_t random_32(void)
{
	uint32_t value = 0;
	/* A transaction number need not be secret, and the generator may not be seeded yet. */
	if (sys_random(&value, sizeof value, GRND_INSECURE) != sizeof value)
		value = (uint32_t)sys_uptime_ms() * 2654435761U;
	return value;
}

static void begin(struct client *client, enum state state, int64_t now)
{
	client->state = state;
	client->started_ms = now;
	client->next_ms = now;
	client->retry_ms = first_retry_ms;
	client->requests = 0;
	if (state != REQUESTING) /* a request goes on with the number of its offer */
		client->transaction = random_32();
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static void tell(uint32_t kind, const struct dhcp_reply *reply)
{
	struct lease lease = { .kind = kind };
	if (kind == LEASE_BOUND) {
		lease.address = reply->address;
		lease.prefix = reply->prefix;
		lease.gateway = reply->gateway;
		lease.dns_count = reply->dns_count;
		for (uint32_t i = 0; i < reply->dns_count; i++)
			lease.dns[i] = reply->dns[i];
		lease.seconds = reply->lease_s;
	}
	/* Less than PIPE_BUF: whole or not at all. */
	if (sys_write(HELPER_ANSWER, &lease, sizeof lease) != sizeof lease)
		sys_exit(1);
}

static void lose(struct client *client, int64_t now)
{
	tell(LEASE_LOST, NULL);
	begin(client, SELECTING, now);
}

static void send_message(struct client *client, int64_t now)
{
	bool holding = client->state == RENEWING || client->state == REBINDING;
	struct dhcp_request request = {
		.type = client->state == SELECTING ? DHCP_DISCOVER : DHCP_REQUEST,
		.transaction = client->transaction,
		.elapsed_s = (uint16_t)clamp((now - client->started_ms) / 1000, 0, UINT16_MAX),
		.client_address = holding ? client->offer.address : 0,
		.requested_address = client->state == REQUESTING ? client->offer.address : 0,
		.server = client->state == REQUESTING ? client->offer.server : 0,
	};
	uint8_t packet[DHCP_PACKET_MAX];
	size_t size = dhcp_write_request(&request, client->identity, packet);
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP_SERVER_PORT),
		.sin_addr.s_addr = client->state == RENEWING ? htonl(client->offer.server) : INADDR_BROADCAST,
	};
	/* No cable, no buffer: the next try is the remedy. */
	(void)sys_send_to(HELPER_SOCKET, packet, size, (const struct sockaddr *)&to, sizeof to);
}

/* RFC 2131, 4.4.5: half of the time that is left. */
static int64_t renewal_retry(int64_t now, int64_t until)
{
	int64_t half = (until - now) / 2;
	return now + (half < shortest_renewal_retry_ms ? shortest_renewal_retry_ms : half);
}

static void act(struct client *client, int64_t now)
{
	switch (client->state) {
	case REQUESTING:
		if (client->requests++ == requests_per_offer)
			begin(client, SELECTING, now); /* the server of that offer is gone */
		__attribute__((fallthrough));
	case SELECTING:
		send_message(client, now);
		client->next_ms = now + client->retry_ms;
		client->retry_ms = clamp(client->retry_ms * 2, first_retry_ms, longest_retry_ms);
		return;
	case BOUND:
		begin(client, RENEWING, now);
		__attribute__((fallthrough));
	case RENEWING:
		if (now < client->rebind_ms) {
			send_message(client, now);
			client->next_ms = clamp(renewal_retry(now, client->rebind_ms), 0, client->rebind_ms);
			return;
		}
		begin(client, REBINDING, now);
		__attribute__((fallthrough));
	case REBINDING:
		if (now >= client->expiry_ms) {
			lose(client, now);
			return;
		}
		send_message(client, now);
		client->next_ms = clamp(renewal_retry(now, client->expiry_ms), 0, client->expiry_ms);
		return;
	}
}

static void bind_lease(struct client *client, struct dhcp_reply *reply, int64_t now)
{
	int64_t lease = clamp(reply->lease_s, 0, LEASE_SECONDS_MAX);
	int64_t rebind = reply->rebind_s > 0 && reply->rebind_s < lease ? reply->rebind_s : lease * 7 / 8;
	int64_t renew = reply->renew_s > 0 && reply->renew_s < rebind ? reply->renew_s : lease / 2;
	reply->lease_s = (uint32_t)lease;
	if (reply->server == 0)
		reply->server = client->offer.server;
	client->offer = *reply;
	client->state = BOUND;
	client->expiry_ms = now + lease * 1000;
	client->rebind_ms = now + (rebind < renew ? renew : rebind) * 1000;
	client->renew_ms = now + renew * 1000;
	/* A lease of nothing, which PID 1 refuses, must not become a storm of requests. */
	client->next_ms = client->renew_ms < now + first_retry_ms ? now + longest_retry_ms : client->renew_ms;
	tell(LEASE_BOUND, reply);
}

static void handle(struct client *client, struct dhcp_reply *reply, int64_t now)
{
	if (reply->transaction != client->transaction || client->state == BOUND)
		return;
	if (client->state == SELECTING) {
		if (reply->type != DHCP_OFFER || reply->server == 0 || reply->address == 0)
			return;
		client->offer = *reply;
		begin(client, REQUESTING, now);
		return;
	}
	bool holding = client->state != REQUESTING;
	if (reply->type == DHCP_ACK && reply->address != 0) {
		bind_lease(client, reply, now);
	} else if (reply->type == DHCP_NAK) {
		if (holding)
			tell(LEASE_LOST, NULL);
		begin(client, SELECTING, now);
		/* A server that refuses what it offered will do so again. */
		client->next_ms = now + (holding ? first_retry_ms : longest_retry_ms);
	}
}

static void receive(struct client *client)
{
	uint8_t packet[DHCP_REPLY_MAX];
	struct sockaddr_in from = { 0 };
	socklen_t from_size = sizeof from;
	ssize_t size = sys_receive_from(HELPER_SOCKET, packet, sizeof packet, (struct sockaddr *)&from, &from_size);
	struct dhcp_reply reply;
	if (size > 0 && from.sin_port == htons(DHCP_SERVER_PORT) && dhcp_read_reply(packet, (size_t)size, client->identity, &reply))
		handle(client, &reply, sys_uptime_ms());
}

_Noreturn void dhcp_client(const struct dhcp_client_identity *identity)
{
	struct client client = { .identity = identity };
	begin(&client, SELECTING, sys_uptime_ms());
	for (;;) {
		int64_t now = sys_uptime_ms();
		if (now >= client.next_ms)
			act(&client, now);
		if (helper_wait(client.next_ms))
			receive(&client);
	}
}
