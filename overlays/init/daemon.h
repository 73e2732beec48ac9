/* The daemon as a process: how it is started and how it is ended. */
#ifndef DAEMON_H
#define DAEMON_H

#include "plan.h"
#include "unit.h"

#include <sys/types.h>

struct daemon {
	const struct plan *plan;
	const struct unit *unit; /* whose environment it gets */
	int output; /* where its stdout and stderr go, -1: nowhere */
	pid_t pid;  /* 0: not running */
	/*
	 * The reading end of the readiness pipe, or -1. PID 1 polls it and never reads: that a byte came is the whole message, and
	 * PID 1 reads nothing that the daemon wrote. It stays open, so that a daemon which writes again does not get SIGPIPE.
	 */
	int ready;
};

int daemon_start(struct daemon *daemon);
void daemon_signal(const struct daemon *daemon, int signal);
/* It ended: what it left behind ends, too. */
void daemon_clear(struct daemon *daemon);

#endif
