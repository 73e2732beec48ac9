/* PID 1's side of the time: the child that asks for it, what of its answers is applied, and a router's child that tells it. */
#ifndef TIMEKEEPER_H
#define TIMEKEEPER_H

#include "helper.h"
#include "plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct timekeeper {
	const struct plan *plan;
	uint32_t gateway; /* whom to ask where the plan names nobody; 0: nobody */
	struct helper client, server;
};

void timekeeper_start(struct timekeeper *timekeeper, const struct plan *plan, int empty_root);
/* The way out has changed; 0: there is none. Cheap if it is the same. */
void timekeeper_gateway(struct timekeeper *timekeeper, uint32_t gateway);
/* The pipe is readable or at its end. */
void timekeeper_answer(struct timekeeper *timekeeper);
/* True if it was one of its children that ended. */
bool timekeeper_child_ended(struct timekeeper *timekeeper, pid_t pid, int status);
int64_t timekeeper_deadline(const struct timekeeper *timekeeper);
void timekeeper_tick(struct timekeeper *timekeeper, int64_t now);

#endif
