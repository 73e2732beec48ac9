#include "timekeeper.h"

#include "deadline.h"
#include "event.h"
#include "identities.h"
#include "ntp_packet.h"
#include "ntp_server.h"
#include "privileges.h"
#include "sntp_client.h"
#include "sys.h"
#include "time_answer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>

/* Less is made up for little by little: no daemon sees its clock go back. */
static const int64_t step_from_us = 100000;

static int start_client(struct timekeeper *timekeeper)
{
	const struct plan *plan = timekeeper->plan;
	bool named = plan->time_server_count > 0;
	const uint32_t *servers = named ? plan->time_servers : &timekeeper->gateway;
	size_t count = named ? plan->time_server_count : 1;
	int ends[2];
	int socket = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (socket < 0)
		return socket;
	int done = sys_pipe(ends);
	if (done < 0) {
		sys_close(socket);
		return done;
	}
	pid_t child = sys_fork("time");
	if (child == 0) {
		become_helper(TIME_ID, (const int[]){ [SNTP_SOCKET] = socket, [SNTP_ANSWER] = ends[1] }, 2, timekeeper->empty_root);
		sntp_client(servers, count);
	}
	sys_close(socket);
	sys_close(ends[1]);
	if (child < 0) {
		sys_close(ends[0]);
		return child;
	}
	timekeeper->client.child = child;
	timekeeper->answer = ends[0];
	return 0;
}

static int start_server(struct timekeeper *timekeeper)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(NTP_PORT) };
	int socket = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (socket < 0)
		return socket;
	int done = sys_bind(socket, (const struct sockaddr *)&any, sizeof any);
	pid_t child = done < 0 ? done : sys_fork("time-server");
	if (child == 0) {
		become_helper(TIME_SERVER_ID, (const int[]){ [NTP_SERVER_SOCKET] = socket }, 1, timekeeper->empty_root);
		ntp_server();
	}
	sys_close(socket);
	if (child < 0)
		return child;
	timekeeper->server.child = child;
	return 0;
}

static void start_or_retry(struct timekeeper *timekeeper, struct time_helper *helper)
{
	bool asks = helper == &timekeeper->client;
	helper->restart_ms = NEVER;
	int done = asks ? start_client(timekeeper) : start_server(timekeeper);
	if (done < 0) {
		event_degraded(asks ? "start time" : "start time-server", done);
		helper->restart_ms = sys_uptime_ms() + backoff_next(&helper->backoff);
	}
}

void timekeeper_start(struct timekeeper *timekeeper, const struct plan *plan, int empty_root)
{
	*timekeeper = (struct timekeeper){
		.plan = plan, .empty_root = empty_root, .answer = -1, .client.restart_ms = NEVER, .server.restart_ms = NEVER,
	};
	if (plan->serves_time)
		start_or_retry(timekeeper, &timekeeper->server);
}

/* Its end is noticed when it is reaped. */
static void end_client(struct timekeeper *timekeeper)
{
	if (timekeeper->client.child > 0)
		(void)sys_kill(timekeeper->client.child, SIGKILL);
	if (timekeeper->answer >= 0)
		sys_close(timekeeper->answer);
	timekeeper->answer = -1;
}

void timekeeper_gateway(struct timekeeper *timekeeper, uint32_t gateway)
{
	if (!timekeeper->plan->needs_time || gateway == timekeeper->gateway)
		return;
	timekeeper->gateway = gateway;
	backoff_reset(&timekeeper->client.backoff);
	if (timekeeper->client.child > 0)
		end_client(timekeeper); /* another one starts when it is reaped */
	else if (gateway != 0)
		start_or_retry(timekeeper, &timekeeper->client);
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
	ssize_t size = sys_read(timekeeper->answer, &answer, sizeof answer);
	if (size == 0) {
		/* The child ended. */
		sys_close(timekeeper->answer);
		timekeeper->answer = -1;
		return;
	}
	const char *problem = size == sizeof answer ? time_problem(&answer, sys_clock_us(), timekeeper->plan->clock_floor) : "not an answer";
	if (problem) {
		struct event event = event_begin("time-refused");
		event_string(&event, "reason", problem);
		event_end(&event);
		end_client(timekeeper);
		return;
	}
	apply(&answer);
	backoff_reset(&timekeeper->client.backoff);
}

bool timekeeper_child_ended(struct timekeeper *timekeeper, pid_t pid, int status)
{
	bool asks = pid == timekeeper->client.child;
	if (!asks && pid != timekeeper->server.child)
		return false;
	struct time_helper *helper = asks ? &timekeeper->client : &timekeeper->server;
	helper->child = 0;
	if (asks && timekeeper->answer >= 0)
		sys_close(timekeeper->answer);
	if (asks)
		timekeeper->answer = -1;
	if (asks && timekeeper->gateway == 0)
		return true; /* there is nobody to ask */
	int64_t delay = backoff_next(&helper->backoff);
	helper->restart_ms = sys_uptime_ms() + delay;
	struct event event = event_begin("child-exit");
	event_string(&event, "child", asks ? "time" : "time-server");
	event_exit_status(&event, status);
	event_number(&event, "restart_in_ms", delay);
	event_end(&event);
	return true;
}

int64_t timekeeper_deadline(const struct timekeeper *timekeeper)
{
	return earlier(timekeeper->client.restart_ms, timekeeper->server.restart_ms);
}

void timekeeper_tick(struct timekeeper *timekeeper, int64_t now)
{
	if (now >= timekeeper->client.restart_ms)
		start_or_retry(timekeeper, &timekeeper->client);
	if (now >= timekeeper->server.restart_ms)
		start_or_retry(timekeeper, &timekeeper->server);
}
