/* The links of a router, which its plan names: VLANs are made, addresses set, and each comes up as soon as it is there. */
#ifndef LINKS_H
#define LINKS_H

#include "plan.h"

#include <stdbool.h>

struct links {
	bool up[PLAN_LINKS_MAX];
	size_t count; /* of those that are up */
};

/* Brings up what is there and was not up. @return the link with DHCP if it is one of them, else NULL */
/* `control6` is an IPv6 socket, or -1 where the plan has no IPv6. */
const struct plan_link *links_bring_up(struct links *links, const struct plan *plan, int control, int control6);
bool links_all_up(const struct links *links, const struct plan *plan);

#endif
