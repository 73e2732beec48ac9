#include "supervisor.h"

#include "deadline.h"
#include "event.h"
#include "health.h"
#include "memory.h"
#include "sys.h"

#include <signal.h>
#include <sys/wait.h>

/* After SIGKILL only the kernel can keep a process: a disk that does not answer, for one. */
static const int64_t kill_patience_ms = 30000;
static const int64_t first_look_ms = 100, longest_look_ms = 1000;
/* A health child gives up by itself; this is for one that cannot. */
static const int64_t health_grace_ms = 1000;

static bool runs(const struct supervisor *supervisor)
{
	return supervisor->daemon.pid > 0;
}

static void enter(struct supervisor *supervisor, enum supervisor_state state, int64_t deadline_ms)
{
	supervisor->state = state;
	supervisor->state_deadline_ms = deadline_ms;
}

void supervisor_begin(struct supervisor *supervisor, const struct plan *plan, const struct unit *unit, int output, int empty_root)
{
	*supervisor = (struct supervisor){
		.plan = plan,
		.empty_root = empty_root,
		.daemon = { .plan = plan, .unit = unit, .output = output, .ready = -1 },
		.state = DAEMON_GONE,
		.state_deadline_ms = NEVER,
		.unready_since_ms = sys_uptime_ms(),
		.health_limit_ms = NEVER,
		.health_next_ms = NEVER,
	};
}

void supervisor_start(struct supervisor *supervisor)
{
	int64_t now = sys_uptime_ms();
	supervisor->attempt++;
	int done = daemon_start(&supervisor->daemon);
	if (done < 0) {
		event_degraded("start the daemon", done);
		enter(supervisor, DAEMON_WAITING, now + backoff_next(&supervisor->backoff));
		return;
	}
	struct event event = event_begin("daemon");
	event_number(&event, "pid", supervisor->daemon.pid);
	event_number(&event, "attempt", supervisor->attempt);
	event_end(&event);
	enter(supervisor, DAEMON_STARTING, now + supervisor->plan->start_timeout_ms);
	supervisor->health_failures = 0;
	supervisor->cause = DAEMON_ENDED_ITSELF;
	supervisor->health_pause_ms = first_look_ms;
	supervisor->health_next_ms = supervisor->plan->readiness == READY_BY_PORTS ? now + first_look_ms : NEVER;
}

void supervisor_hold(struct supervisor *supervisor, const char *reason, int error, bool reboot_may_help)
{
	enter(supervisor, DAEMON_HELD, NEVER);
	supervisor->held_until_reboot = reboot_may_help;
	struct event event = event_begin("held");
	event_string(&event, "reason", reason);
	if (error)
		event_errno(&event, "errno", error);
	event_end(&event);
}

/* A daemon that was ready for long counts as well: what comes now is a new trouble, with all its time and the first pause. */
static void leave_ready(struct supervisor *supervisor, int64_t now)
{
	if (supervisor->state != DAEMON_READY || now - supervisor->ready_since_ms < supervisor->plan->stable_after_ms)
		return;
	backoff_reset(&supervisor->backoff);
	supervisor->unready_since_ms = now;
}

static void end_daemon(struct supervisor *supervisor, enum daemon_end_cause cause)
{
	supervisor->cause = cause;
	leave_ready(supervisor, sys_uptime_ms());
	daemon_signal(&supervisor->daemon, SIGTERM);
	enter(supervisor, DAEMON_STOPPING, sys_uptime_ms() + supervisor->plan->stop_timeout_ms);
	supervisor->health_next_ms = NEVER;
}

static void found_ready(struct supervisor *supervisor, const char *by)
{
	int64_t now = sys_uptime_ms();
	enter(supervisor, DAEMON_READY, NEVER);
	supervisor->ready_since_ms = now;
	supervisor->health_next_ms = now + supervisor->plan->health_interval_ms;
	struct event event = event_begin("ready");
	event_string(&event, "by", by);
	event_number(&event, "attempt", supervisor->attempt);
	event_number(&event, "memory_available_kib", memory_available_kib());
	event_number(&event, "daemon_rss_kib", memory_resident_kib(supervisor->daemon.pid));
	event_end(&event);
}

int supervisor_ready_descriptor(const struct supervisor *supervisor)
{
	return supervisor->state == DAEMON_STARTING ? supervisor->daemon.ready : -1;
}

void supervisor_ready_event(struct supervisor *supervisor, short revents)
{
	if (supervisor->state != DAEMON_STARTING)
		return;
	if (revents & POLLIN) {
		found_ready(supervisor, "descriptor");
		return;
	}
	/* Closed without a byte: it will not say it any more, and the start timeout decides. */
	sys_close(supervisor->daemon.ready);
	supervisor->daemon.ready = -1;
}

static void look(struct supervisor *supervisor, int64_t now)
{
	bool ports = supervisor->state == DAEMON_STARTING;
	supervisor->health_next_ms = NEVER;
	pid_t child = health_start(supervisor->plan, supervisor->empty_root, ports);
	if (child < 0) {
		event_degraded("start health", child);
		supervisor->health_next_ms = now + supervisor->plan->health_interval_ms;
		return;
	}
	supervisor->health_child = child;
	supervisor->health_limit_ms = now + supervisor->plan->health_timeout_ms + health_grace_ms;
}

static void judge_ready(struct supervisor *supervisor, bool good, int64_t now)
{
	supervisor->health_next_ms = now + supervisor->plan->health_interval_ms;
	supervisor->health_failures = good ? 0 : supervisor->health_failures + 1;
	if (supervisor->health_failures < supervisor->plan->health_failures)
		return;
	struct event event = event_begin("unhealthy");
	event_number(&event, "failures", supervisor->health_failures);
	event_end(&event);
	end_daemon(supervisor, DAEMON_FAILED_HEALTH);
}

static void judge_starting(struct supervisor *supervisor, bool good, int64_t now)
{
	if (good) {
		found_ready(supervisor, "ports");
		return;
	}
	supervisor->health_next_ms = now + supervisor->health_pause_ms;
	supervisor->health_pause_ms = earlier(supervisor->health_pause_ms * 2, longest_look_ms);
}

static void health_ended(struct supervisor *supervisor, int status)
{
	int64_t now = sys_uptime_ms();
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	supervisor->health_child = 0;
	supervisor->health_limit_ms = NEVER;
	if (supervisor->state == DAEMON_READY)
		judge_ready(supervisor, good, now);
	else if (supervisor->state == DAEMON_STARTING)
		judge_starting(supervisor, good, now);
}

static void forget_health(struct supervisor *supervisor)
{
	if (supervisor->health_child > 0)
		(void)sys_kill(supervisor->health_child, SIGKILL);
	/* Reaped as a stranger: what it says about a daemon that is gone counts for nothing. */
	supervisor->health_child = 0;
	supervisor->health_limit_ms = NEVER;
	supervisor->health_next_ms = NEVER;
}

static void daemon_ended(struct supervisor *supervisor, int status)
{
	int64_t now = sys_uptime_ms();
	pid_t pid = supervisor->daemon.pid;
	forget_health(supervisor);
	daemon_clear(&supervisor->daemon);
	leave_ready(supervisor, now);
	struct event event = event_begin("daemon-exit");
	event_number(&event, "pid", pid);
	event_exit_status(&event, status);
	if (supervisor->no_restart) {
		event_null(&event, "restart_in_ms");
		enter(supervisor, DAEMON_GONE, NEVER);
	} else {
		int64_t delay = backoff_next(&supervisor->backoff);
		supervisor->last_end = (struct daemon_end){ supervisor->cause, status, supervisor->attempt, now };
		supervisor->ends++;
		event_number(&event, "restart_in_ms", delay);
		enter(supervisor, DAEMON_WAITING, now + delay);
	}
	event_end(&event);
}

bool supervisor_child_ended(struct supervisor *supervisor, pid_t pid, int status)
{
	if (pid == supervisor->health_child)
		health_ended(supervisor, status);
	else if (pid == supervisor->daemon.pid)
		daemon_ended(supervisor, status);
	else
		return false;
	return true;
}

static int64_t reboot_deadline(const struct supervisor *supervisor)
{
	bool content = supervisor->state == DAEMON_READY || (supervisor->state == DAEMON_HELD && !supervisor->held_until_reboot);
	bool trying = !content && !supervisor->no_restart;
	return trying ? supervisor->unready_since_ms + supervisor->plan->unready_reboot_after_ms : NEVER;
}

int64_t supervisor_deadline(const struct supervisor *supervisor)
{
	int64_t health = earlier(supervisor->health_limit_ms, supervisor->health_next_ms);
	return earlier(earlier(supervisor->state_deadline_ms, health), reboot_deadline(supervisor));
}

static void state_deadline_passed(struct supervisor *supervisor, int64_t now)
{
	switch (supervisor->state) {
	case DAEMON_WAITING:
		supervisor_start(supervisor);
		return;
	case DAEMON_STARTING: {
		struct event event = event_begin("not-ready");
		event_number(&event, "attempt", supervisor->attempt);
		event_number(&event, "after_ms", supervisor->plan->start_timeout_ms);
		event_end(&event);
		end_daemon(supervisor, DAEMON_NOT_READY_IN_TIME);
		return;
	}
	case DAEMON_STOPPING:
		daemon_signal(&supervisor->daemon, SIGKILL);
		enter(supervisor, DAEMON_KILLED, now + kill_patience_ms);
		return;
	default:
		return;
	}
}

void supervisor_tick(struct supervisor *supervisor, int64_t now)
{
	if (now >= supervisor->health_limit_ms) {
		(void)sys_kill(supervisor->health_child, SIGKILL);
		supervisor->health_limit_ms = NEVER;
	}
	if (now >= supervisor->health_next_ms)
		look(supervisor, now);
	if (now >= supervisor->state_deadline_ms)
		state_deadline_passed(supervisor, now);
}

enum supervisor_verdict supervisor_judge(const struct supervisor *supervisor, int64_t now)
{
	if (supervisor->state == DAEMON_KILLED && now >= supervisor->state_deadline_ms)
		return VERDICT_UNKILLABLE;
	return now >= reboot_deadline(supervisor) ? VERDICT_NOT_READY : VERDICT_FINE;
}

bool supervisor_in_order(const struct supervisor *supervisor, int64_t now)
{
	if (supervisor_judge(supervisor, now) != VERDICT_FINE)
		return false;
	switch (supervisor->state) {
	case DAEMON_READY:
	case DAEMON_HELD:
		return true;
	case DAEMON_WAITING:
	case DAEMON_STARTING:
	case DAEMON_STOPPING:
	case DAEMON_KILLED:
		return now < supervisor->state_deadline_ms;
	case DAEMON_GONE:
		return false;
	}
	return false;
}

void supervisor_stop(struct supervisor *supervisor)
{
	supervisor->no_restart = true;
	forget_health(supervisor);
	if (!runs(supervisor))
		enter(supervisor, DAEMON_GONE, NEVER);
	else if (supervisor->state == DAEMON_STARTING || supervisor->state == DAEMON_READY)
		end_daemon(supervisor, DAEMON_DID_NOT_END);
}

bool supervisor_ended(const struct supervisor *supervisor)
{
	return !runs(supervisor);
}
