/* PID 1's side of router advertisements: who is told what, and the child that tells it. */
#ifndef ADVERTISING_H
#define ADVERTISING_H

#include "helper.h"
#include "links.h"
#include "plan.h"
#include "router_advertiser.h"

#include <stdbool.h>
#include <sys/types.h>

struct advertising {
	const struct plan *plan;
	struct advertised_link links[PLAN_LINKS_MAX];
	size_t count, seen; /* of links that are told of, and of those that were up */
	struct helper advertiser;
};

void advertising_start(struct advertising *advertising, const struct plan *plan, int empty_root);
/* More links are up than before: all of them are told of. `control` is any IPv4 socket. */
void advertising_links(struct advertising *advertising, const struct links *links, int control);
/* True if it was its child that ended. */
bool advertising_child_ended(struct advertising *advertising, pid_t pid, int status);
int64_t advertising_deadline(const struct advertising *advertising);
void advertising_tick(struct advertising *advertising, int64_t now);

#endif
