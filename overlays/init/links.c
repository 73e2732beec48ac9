#include "links.h"

#include "event.h"
#include "interface.h"
#include "small_file.h"
#include "text.h"

#include <errno.h>

static int set_ipv6(const char *device, const char *setting, const char *value)
{
	char path[96];
	struct text text = text_in(path, sizeof path);
	text_add(&text, "/proc/sys/net/ipv6/conf/");
	text_add(&text, device);
	text_add(&text, setting);
	return small_file_write(path, value);
}

/* Whatever the machine's settings are: a link that is to have no IPv6 must not come up with it. */
static int prepare_ipv6(const struct plan_link *link)
{
	bool wanted = link->advertised6 || link->prefix6 > 0;
	int done = set_ipv6(link->device, "/disable_ipv6", wanted ? "0" : "1");
	/* 2: although it forwards (ip-sysctl.rst). */
	if (done == 0 && link->advertised6)
		done = set_ipv6(link->device, "/accept_ra", "2");
	return done;
}

static int address_ipv6(const struct plan_link *link, int control6)
{
	int done = 0;
	if (link->prefix6 > 0)
		done = interface_add_address6(control6, link->device, link->address6, link->prefix6);
	if (done == 0 && link->has_gateway6)
		done = interface_set_gateway6(control6, link->device, link->gateway6);
	return done;
}

static int bring_up(const struct plan_link *link, int control, int control6)
{
	int done = 0;
	if (link->trunk) {
		done = interface_up(control, link->trunk);
		if (done == 0)
			done = interface_add_vlan(control, link->trunk, link->vlan);
	}
	if (done == 0 && control6 >= 0)
		done = prepare_ipv6(link);
	if (done == 0 && link->address != 0)
		done = link->gateway != 0 ? interface_set_address(control, link->device, link->address, link->prefix)
		                          : interface_add_segment_address(control, link->device, link->address, link->prefix);
	if (done == 0)
		done = interface_up(control, link->device);
	if (done == 0 && link->gateway != 0)
		done = interface_set_gateway(control, link->device, link->gateway);
	if (done == 0 && control6 >= 0)
		done = address_ipv6(link, control6);
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

const struct plan_link *links_bring_up(struct links *links, const struct plan *plan, int control, int control6)
{
	const struct plan_link *with_dhcp = NULL;
	for (size_t i = 0; i < plan->link_count; i++) {
		const struct plan_link *link = &plan->links[i];
		if (links->up[i])
			continue;
		int done = bring_up(link, control, control6);
		/* ENOENT: it has no settings yet. */
		if (done == -ENODEV || done == -ENOENT)
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
