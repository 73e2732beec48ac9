#include "sntp_client.h"

#include "helper_wait.h"
#include "ntp_packet.h"
#include "sys.h"
#include "time_answer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/random.h>

/* Between two requests: a server far away answers within a second, one that is not there is not asked often. */
static const int64_t first_wait_ms = 1000, longest_wait_ms = 64000;
/* A board's crystal is off by 50 millionths at most: 13 ms in that time. */
static const int64_t pause_ms = 256000;

struct client {
	const uint32_t *servers;
	size_t count, at;
	uint64_t cookie; /* 0: nothing was asked */
	int64_t sent_us;
	int64_t wait_ms;
	int64_t next_ms; /* when to ask */
};

/* Connected: the kernel hands over what comes from that address and port, and nothing else. */
static void ask(struct client *client, int64_t now)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(NTP_PORT), .sin_addr.s_addr = htonl(client->servers[client->at]) };
	uint8_t packet[NTP_PACKET_SIZE];
	client->next_ms = now + client->wait_ms;
	client->wait_ms = client->wait_ms * 2 > longest_wait_ms ? longest_wait_ms : client->wait_ms * 2;
	client->at = (client->at + 1) % client->count;
	client->cookie = 0;
	uint64_t cookie;
	/* Guessing it is all that somebody beside the way would have to do. */
	if (sys_random(&cookie, sizeof cookie, 0) != sizeof cookie || cookie == 0)
		return;
	if (sys_connect(HELPER_SOCKET, (const struct sockaddr *)&server, sizeof server) < 0)
		return;
	ntp_write_request(packet, cookie);
	client->sent_us = sys_clock_us();
	if (sys_write(HELPER_SOCKET, packet, sizeof packet) == sizeof packet)
		client->cookie = cookie;
}

static void receive(struct client *client)
{
	uint8_t packet[NTP_PACKET_SIZE];
	struct time_answer answer;
	ssize_t size = sys_read(HELPER_SOCKET, packet, sizeof packet);
	int64_t received_us = sys_clock_us();
	if (size <= 0 || client->cookie == 0)
		return;
	if (!ntp_read_answer(packet, (size_t)size, client->cookie, client->sent_us, received_us, &answer.offset_us))
		return;
	if (sys_write(HELPER_ANSWER, &answer, sizeof answer) != sizeof answer)
		sys_exit(0);
	/* The same server again, and no second answer to this request. */
	client->cookie = 0;
	client->at = (client->at + client->count - 1) % client->count;
	client->wait_ms = first_wait_ms;
	client->next_ms = sys_uptime_ms() + pause_ms;
}

_Noreturn void sntp_client(const uint32_t *servers, size_t count)
{
	struct client client = { .servers = servers, .count = count, .wait_ms = first_wait_ms, .next_ms = sys_uptime_ms() };
	for (;;) {
		int64_t now = sys_uptime_ms();
		if (now >= client.next_ms)
			ask(&client, now);
		if (helper_wait(client.next_ms))
			receive(&client);
	}
}
