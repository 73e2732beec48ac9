#include "links.h"

#include "event.h"
#include "interface.h"

#include <errno.h>

static int bring_up(const struct plan_link *link, int control)
{
	int done = 0;
	if (link->trunk) {
		done = interface_up(control, link->trunk);
		if (done == 0)
			done = interface_add_vlan(control, link->trunk, link->vlan);
	}
	if (done == 0 && link->address != 0)
		done = interface_set_address(control, link->device, link->address, link->prefix);
	if (done == 0)
		done = interface_up(control, link->device);
	if (done == 0 && link->gateway != 0)
		done = interface_set_gateway(control, link->device, link->gateway);
	return done;
}

static void report(const struct plan_link *link)
{
	struct event event = event_begin("network");
	event_string(&event, "state", "link");
	event_string(&event, "device", link->device);
	if (link->address != 0) {
		event_address(&event, "address", link->address);
		event_number(&event, "prefix", link->prefix);
	}
	event_end(&event);
}

const struct plan_link *links_bring_up(struct links *links, const struct plan *plan, int control)
{
	const struct plan_link *with_dhcp = NULL;
	for (size_t i = 0; i < plan->link_count; i++) {
		const struct plan_link *link = &plan->links[i];
		if (links->up[i])
			continue;
		int done = bring_up(link, control);
		if (done == -ENODEV)
			continue; /* it may still come */
		if (done < 0) {
			event_degraded(link->device, done);
			continue;
		}
		links->up[i] = true;
		links->count++;
		report(link);
		if (link->dhcp)
			with_dhcp = link;
	}
	return with_dhcp;
}

bool links_all_up(const struct links *links, const struct plan *plan)
{
	return links->count == plan->link_count;
}
