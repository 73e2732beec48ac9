#include "advertising.h"

#include "identities.h"
#include "interface.h"
#include "sys.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

/* Neighbour discovery that comes from farther away than this link is none (RFC 4861, 6.1). */
static const int hop_limit = 255;

static int open_socket(void)
{
	int fd = sys_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	if (fd < 0)
		return fd;
	struct icmp6_filter solicitations;
	ICMP6_FILTER_SETBLOCKALL(&solicitations);
	ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &solicitations);
	int done = sys_set_option(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &solicitations, sizeof solicitations);
	if (done == 0)
		done = sys_set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hop_limit, sizeof hop_limit);
	if (done == 0)
		return fd;
	sys_close(fd);
	return done;
}

static void start_child(struct advertising *advertising)
{
	if (helper_start_with_socket(&advertising->advertiser, open_socket(), false))
		router_advertiser(advertising->links, advertising->count);
}

void advertising_start(struct advertising *advertising, const struct plan *plan, int empty_root)
{
	*advertising = (struct advertising){ .plan = plan, .advertiser = helper_new("advertiser", ADVERTISER_ID, empty_root) };
}

static bool is_advertised(const struct plan_link *link)
{
	return link->prefix6 == 64 && !link->has_gateway6;
}

void advertising_links(struct advertising *advertising, const struct links *links, int control)
{
	if (links->count == advertising->seen)
		return;
	advertising->seen = links->count;
	size_t count = 0;
	for (size_t i = 0; i < advertising->plan->link_count; i++) {
		const struct plan_link *link = &advertising->plan->links[i];
		struct interface interface;
		if (!links->up[i] || !is_advertised(link) || interface_find(control, link->device, &interface) < 0)
			continue;
		struct advertised_link *advertised = &advertising->links[count];
		advertised->index = interface_index(control, link->device);
		if (advertised->index < 0)
			continue;
		memcpy(advertised->mac, interface.mac, sizeof advertised->mac);
		memcpy(advertised->prefix, link->address6, sizeof advertised->prefix);
		count++;
	}
	if (count == advertising->count)
		return;
	advertising->count = count;
	if (advertising->advertiser.child > 0)
		helper_kill(&advertising->advertiser); /* another one starts when it is reaped */
	else
		start_child(advertising);
}

bool advertising_child_ended(struct advertising *advertising, pid_t pid, int status)
{
	return helper_ended(&advertising->advertiser, pid, status);
}

int64_t advertising_deadline(const struct advertising *advertising)
{
	return advertising->advertiser.restart_ms;
}

void advertising_tick(struct advertising *advertising, int64_t now)
{
	if (now >= advertising->advertiser.restart_ms)
		start_child(advertising);
}
