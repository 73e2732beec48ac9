/* Keeps one daemon running: started, found ready, looked after, started again. */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "backoff.h"
#include "daemon.h"
#include "plan.h"
#include "trace_record.h"

enum supervisor_state {
	DAEMON_HELD,     /* must not be started */
	DAEMON_WAITING,  /* until it is started again */
	DAEMON_STARTING, /* runs, is not ready yet */
	DAEMON_READY,
	DAEMON_STOPPING, /* was sent SIGTERM */
	DAEMON_KILLED,   /* was sent SIGKILL */
	DAEMON_GONE,     /* ended, and not to be started again */
};

enum supervisor_verdict {
	VERDICT_FINE,
	VERDICT_NOT_READY,  /* for so long that a reboot is the next remedy */
	VERDICT_UNKILLABLE, /* it does not even end when killed: the kernel is stuck */
};

/* How the daemon ended though nobody stopped the machine. */
struct daemon_end {
	enum daemon_end_cause cause;
	int status; /* as wait(2) says */
	int attempt;
	int64_t at_ms;
};

struct supervisor {
	const struct plan *plan;
	int empty_root;
	struct daemon daemon;
	enum supervisor_state state;
	int64_t state_deadline_ms;
	int attempt;
	bool no_restart;
	struct backoff backoff;
	int64_t ready_since_ms;   /* of the last time that it was found ready */
	int64_t unready_since_ms; /* since when it was not ready for long enough to count */
	bool held_until_reboot;   /* held, and a reboot is the remedy */

	pid_t health_child; /* 0: none */
	int64_t health_limit_ms;
	int64_t health_next_ms;
	int64_t health_pause_ms; /* between looks while starting */
	int health_failures;     /* in a row */

	enum daemon_end_cause cause; /* why it ends, while it runs: by itself, unless init has seen to it */
	struct daemon_end last_end;
	uint32_t ends; /* so often it ended; the last time is in last_end */
};

void supervisor_begin(struct supervisor *supervisor, const struct plan *plan, const struct unit *unit, int output, int empty_root);
void supervisor_start(struct supervisor *supervisor);
/*
 * It is not started: `reason` is in README.md, `error` 0 for none. If a reboot may help, one comes when a daemon that is not
 * ready gets one; otherwise it is for good.
 */
void supervisor_hold(struct supervisor *supervisor, const char *reason, int error, bool reboot_may_help);
/* The descriptor to poll for readiness, or -1. */
int supervisor_ready_descriptor(const struct supervisor *supervisor);
void supervisor_ready_event(struct supervisor *supervisor, short revents);
/* True if it was the daemon or a health child that ended. */
bool supervisor_child_ended(struct supervisor *supervisor, pid_t pid, int status);
int64_t supervisor_deadline(const struct supervisor *supervisor);
void supervisor_tick(struct supervisor *supervisor, int64_t now);
enum supervisor_verdict supervisor_judge(const struct supervisor *supervisor, int64_t now);
/*
 * Whether the watchdog may be fed: the daemon is alive, or held, or on its way to a start or an end whose deadline has not
 * passed. README.md, "The watchdog", has the states and their bounds.
 */
bool supervisor_in_order(const struct supervisor *supervisor, int64_t now);
/* Ends the daemon and does not start it again; done when supervisor_ended(). */
void supervisor_stop(struct supervisor *supervisor);
bool supervisor_ended(const struct supervisor *supervisor);

#endif
