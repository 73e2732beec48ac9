#include "timekeeper.h"

#include "deadline.h"
#include "event.h"
#include "identities.h"
#include "ntp_packet.h"
#include "ntp_server.h"
#include "sntp_client.h"
#include "sys.h"
#include "time_answer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* Less is made up for little by little: no daemon sees its clock go back. */
static const int64_t step_from_us = 100000;

static void start_client(struct timekeeper *timekeeper)
{
	const struct plan *plan = timekeeper->plan;
	bool named = plan->time_server_count > 0;
	const uint32_t *servers = named ? plan->time_servers : &timekeeper->gateway;
	size_t count = named ? plan->time_server_count : 1;
	if (helper_start_with_socket(&timekeeper->client, sys_socket(AF_INET, SOCK_DGRAM, 0), true))
		sntp_client(servers, count);
}

static int open_server_socket(bool has_ipv6)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(NTP_PORT) };
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(NTP_PORT) }; /* and IPv4: ip-sysctl.rst, bindv6only */
	int fd = sys_socket(has_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	int done = has_ipv6 ? sys_bind(fd, (const struct sockaddr *)&any6, sizeof any6)
	                    : sys_bind(fd, (const struct sockaddr *)&any, sizeof any);
	if (done == 0)
		return fd;
	sys_close(fd);
	return done;
}

static void start_server(struct timekeeper *timekeeper)
{
	if (helper_start_with_socket(&timekeeper->server, open_server_socket(timekeeper->plan->has_ipv6), false))
		ntp_server();
}

void timekeeper_start(struct timekeeper *timekeeper, const struct plan *plan, int empty_root)
{
	*timekeeper = (struct timekeeper){
		.plan = plan, .client = helper_new("time", TIME_ID, empty_root), .server = helper_new("time-server", TIME_SERVER_ID, empty_root),
	};
	if (plan->serves_time)
		start_server(timekeeper);
}

void timekeeper_gateway(struct timekeeper *timekeeper, uint32_t gateway)
{
	if (!timekeeper->plan->needs_time || gateway == timekeeper->gateway)
		return;
	timekeeper->gateway = gateway;
	backoff_reset(&timekeeper->client.backoff);
	if (timekeeper->client.child > 0)
		helper_kill(&timekeeper->client); /* another one starts when it is reaped */
	else if (gateway != 0)
		start_client(timekeeper);
}

static void apply(const struct time_answer *answer)
{
	bool step = answer->offset_us >= step_from_us || answer->offset_us <= -step_from_us;
	int done = step ? sys_set_clock_us(sys_clock_us() + answer->offset_us) : sys_slew_clock(answer->offset_us);
	if (done < 0) {
		event_degraded("set the clock", done);
		return;
	}
	if (!step)
		return;
	struct event event = event_begin("clock");
	event_string(&event, "state", "set");
	event_number(&event, "seconds", sys_clock());
	event_number(&event, "by_ms", answer->offset_us / 1000);
	event_end(&event);
}

void timekeeper_answer(struct timekeeper *timekeeper)
{
	struct time_answer answer;
	ssize_t size = helper_read(&timekeeper->client, &answer, sizeof answer);
	if (size == 0)
		return; /* the child ended */
	const char *problem = size == sizeof answer ? time_problem(&answer, sys_clock_us(), timekeeper->plan->clock_floor) : "not an answer";
	if (problem) {
		struct event event = event_begin("time-refused");
		event_string(&event, "reason", problem);
		event_end(&event);
		helper_kill(&timekeeper->client);
		return;
	}
	apply(&answer);
	backoff_reset(&timekeeper->client.backoff);
}

bool timekeeper_child_ended(struct timekeeper *timekeeper, pid_t pid, int status)
{
	if (timekeeper->gateway == 0 && helper_ended_for_good(&timekeeper->client, pid))
		return true; /* there is nobody to ask */
	return helper_ended(&timekeeper->client, pid, status) || helper_ended(&timekeeper->server, pid, status);
}

int64_t timekeeper_deadline(const struct timekeeper *timekeeper)
{
	return earlier(timekeeper->client.restart_ms, timekeeper->server.restart_ms);
}

void timekeeper_tick(struct timekeeper *timekeeper, int64_t now)
{
	if (now >= timekeeper->client.restart_ms)
		start_client(timekeeper);
	if (now >= timekeeper->server.restart_ms)
		start_server(timekeeper);
}
