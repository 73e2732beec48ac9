/* PID 1's side of a child that has given up everything but a few descriptors: its process, its answers, and when it starts anew. */
#ifndef HELPER_H
#define HELPER_H

#include "backoff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct helper {
	const char *name; /* of the process, and in events */
	uint32_t id;      /* of its user */
	int empty_root;
	pid_t child; /* 0: none */
	int answer;  /* PID 1's end of the pipe through which it answers; -1: none */
	struct backoff backoff;
	int64_t restart_ms;
};

struct helper helper_new(const char *name, uint32_t id, int empty_root);

/*
 * Starts it with `fds` as its descriptors 0, 1, …, all that it has left. True in the child, which goes on with its work and never returns to
 * what called this; false in PID 1, also if it could not be started: then that is told, and it is tried again later.
 */
bool helper_start(struct helper *helper, const int *fds, int count);
/*
 * The same with a socket, which is closed in PID 1, and, if it `answers`, a pipe to PID 1: HELPER_SOCKET and HELPER_ANSWER of helper_wait.h.
 * `socket` may be the negated errno of why there is none.
 */
bool helper_start_with_socket(struct helper *helper, int socket, bool answers);

/* Reads an answer, and lets the pipe go at its end. Returns the size; 0: the child ended. */
ssize_t helper_read(struct helper *helper, void *answer, size_t size);
/* It wants no more of the child. The child's end is noticed when it is reaped. */
void helper_kill(struct helper *helper);

/* True if it was this child that ended; it starts again after a while. */
bool helper_ended(struct helper *helper, pid_t pid, int status);
/* The same for a child whose end nobody regrets: it is not started again. */
bool helper_ended_for_good(struct helper *helper, pid_t pid);

#endif
