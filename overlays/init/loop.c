#include "machine.h"

#include "deadline.h"
#include "sys.h"
#include "uevent.h"

#include <signal.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>

static void reap(struct machine *machine)
{
	int status;
	for (pid_t pid; (pid = sys_wait(&status)) > 0;) {
		/* Others are what the daemon left behind, and health children that were given up. */
		(void)(supervisor_child_ended(&machine->supervisor, pid, status) ||
		       network_child_ended(&machine->network, pid, status) ||
		       timekeeper_child_ended(&machine->timekeeper, pid, status) ||
		       advertising_child_ended(&machine->advertising, pid, status) ||
		       logger_child_ended(&machine->logger, pid, status));
	}
}

static void take_signals(struct machine *machine)
{
	struct signalfd_siginfo signal;
	while (sys_read(machine->signals, &signal, sizeof signal) == sizeof signal) {
		if (signal.ssi_signo == SIGCHLD)
			reap(machine);
		else if (signal.ssi_signo == SIGINT) /* Ctrl-Alt-Del */
			machine_stop(machine, "signal", RB_AUTOBOOT);
		else
			machine_stop(machine, "signal", RB_POWER_OFF);
	}
}

static void new_device(struct machine *machine)
{
	uevent_drain(machine->uevents);
	network_look_for_link(&machine->network);
	if (machine->network.link) {
		sys_close(machine->uevents);
		machine->uevents = -1;
	}
}

/* A device that is gone would be ready for ever: it is let go, so that the loop rests. */
static void take_key(struct machine *machine, int *fd, short revents)
{
	if (power_key_pressed(*fd))
		machine_stop(machine, "power-key", RB_POWER_OFF);
	if (revents & POLLIN)
		return;
	sys_close(*fd);
	*fd = -1;
}

/* A stop that hangs is not fed for ever: the daemon's end has a limit, and so has the end of the machine. */
static void feed_watchdog(struct machine *machine, int64_t now)
{
	if (now >= machine->watchdog.next_ms && supervisor_in_order(&machine->supervisor, now))
		watchdog_feed(&machine->watchdog, now);
}

static void tick(struct machine *machine, int64_t now)
{
	network_tick(&machine->network, now);
	timekeeper_gateway(&machine->timekeeper, network_way_out(&machine->network));
	timekeeper_tick(&machine->timekeeper, now);
	if (machine->plan->forwards_ipv6)
		advertising_links(&machine->advertising, &machine->network.links, machine->network.control);
	advertising_tick(&machine->advertising, now);
	logger_tick(&machine->logger, now);
	supervisor_tick(&machine->supervisor, now);
	trace_tick(&machine->trace, &machine->supervisor, now);
	feed_watchdog(machine, now);
	enum supervisor_verdict verdict = supervisor_judge(&machine->supervisor, now);
	if (verdict == VERDICT_UNKILLABLE) {
		machine_stop(machine, "daemon-unkillable", RB_AUTOBOOT);
		machine_end(machine);
	}
	if (verdict == VERDICT_NOT_READY)
		machine_stop(machine, "daemon-not-ready", RB_AUTOBOOT);
	if (machine->ending && supervisor_ended(&machine->supervisor))
		machine_end(machine);
}

static int64_t next_deadline(const struct machine *machine)
{
	int64_t children = earlier(network_deadline(&machine->network), machine->logger.copier.restart_ms);
	children = earlier(children, machine->trace.save_ms);
	children = earlier(children, timekeeper_deadline(&machine->timekeeper));
	children = earlier(children, advertising_deadline(&machine->advertising));
	return earlier(earlier(children, supervisor_deadline(&machine->supervisor)), machine->watchdog.next_ms);
}

static int64_t wait_time(const struct machine *machine)
{
	int64_t deadline = next_deadline(machine), now = sys_uptime_ms();
	if (deadline == NEVER)
		return -1;
	return deadline <= now ? 0 : deadline - now;
}

void machine_turn(struct machine *machine)
{
	enum { SIGNALS, UEVENTS, ANSWER, TIME, READY, KEYS };
	struct pollfd fds[KEYS + POWER_KEYS_MAX] = {
		[SIGNALS] = { .fd = machine->signals, .events = POLLIN },
		[UEVENTS] = { .fd = machine->uevents, .events = POLLIN },
		[ANSWER] = { .fd = machine->network.dhcp.answer, .events = POLLIN },
		[TIME] = { .fd = machine->timekeeper.client.answer, .events = POLLIN },
		[READY] = { .fd = supervisor_ready_descriptor(&machine->supervisor), .events = POLLIN },
	};
	for (int i = 0; i < machine->power_keys.count; i++)
		fds[KEYS + i] = (struct pollfd){ .fd = machine->power_keys.fds[i], .events = POLLIN };
	int found = sys_poll(fds, (size_t)(KEYS + machine->power_keys.count), wait_time(machine));
	if (found > 0) {
		/* Readiness before signals: a daemon that said it and ended at once was ready. */
		if (fds[READY].revents)
			supervisor_ready_event(&machine->supervisor, fds[READY].revents);
		if (fds[ANSWER].revents)
			network_answer(&machine->network);
		if (fds[TIME].revents)
			timekeeper_answer(&machine->timekeeper);
		if (fds[UEVENTS].revents)
			new_device(machine);
		if (fds[SIGNALS].revents)
			take_signals(machine);
		for (int i = 0; i < machine->power_keys.count; i++)
			if (fds[KEYS + i].revents)
				take_key(machine, &machine->power_keys.fds[i], fds[KEYS + i].revents);
	}
	tick(machine, sys_uptime_ms());
}
