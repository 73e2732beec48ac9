#include "network.h"

#include "deadline.h"
#include "dhcp_client.h"
#include "event.h"
#include "identities.h"
#include "failure.h"
#include "ruleset.h"
#include "small_file.h"
#include "sys.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/*
 * Why an own client: PID 1 opens this socket and gives it away, so the child needs no privilege. busybox udhcpc and dhcpcd open raw
 * sockets themselves, which takes CAP_NET_RAW, and report by starting a program. With the broadcast flag set, servers answer to
 * 255.255.255.255, and an ordinary UDP socket bound to the device gets that without an address.
 */
static int open_dhcp_socket(const struct interface *interface)
{
	int fd = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	int on = 1;
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(DHCP_CLIENT_PORT) };
	int done = sys_set_option(fd, SOL_SOCKET, SO_BINDTODEVICE, interface->name, (socklen_t)strlen(interface->name));
	if (done == 0)
		done = sys_set_option(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	if (done == 0)
		done = sys_bind(fd, (const struct sockaddr *)&any, sizeof any);
	if (done == 0)
		return fd;
	sys_close(fd);
	return done;
}

static void start_child(struct network *network)
{
	struct dhcp_client_identity identity = { .host_name = network->plan->recipe };
	memcpy(identity.mac, network->interface.mac, sizeof identity.mac);
	if (helper_start_with_socket(&network->dhcp, open_dhcp_socket(&network->interface), true))
		dhcp_client(&identity);
}

static struct event network_event(const struct network *network, const char *state)
{
	struct event event = event_begin("network");
	event_string(&event, "state", state);
	event_string(&event, "device", network->interface.name);
	return event;
}

/* In case that a device event is lost. */
static const int64_t look_again_ms = 5000;

static void look_for_links_of_router(struct network *network)
{
	network->look_ms = sys_uptime_ms() + look_again_ms;
	const struct plan_link *uplink = links_bring_up(&network->links, network->plan, network->control, network->control6);
	network->link = links_all_up(&network->links, network->plan);
	if (network->link)
		network->look_ms = NEVER;
	if (!uplink)
		return;
	int done = interface_find(network->control, uplink->device, &network->interface);
	if (done < 0) {
		event_degraded("find the uplink", done);
		return;
	}
	start_child(network);
}

void network_look_for_link(struct network *network)
{
	if (network->control < 0 || network->link)
		return;
	if (network->plan->link_count > 0) {
		look_for_links_of_router(network);
		return;
	}
	network->look_ms = sys_uptime_ms() + look_again_ms;
	if (interface_find_ethernet(network->control, &network->interface) < 0)
		return;
	int done = 0;
	if (network->mac) {
		done = interface_set_mac(network->control, network->interface.name, network->mac);
		memcpy(network->interface.mac, network->mac, sizeof network->interface.mac);
	}
	if (done == 0 && network->control6 >= 0)
		done = interface_set_suffix6(network->control, network->interface.name, network->plan->ipv6_suffix);
	if (done == 0)
		done = interface_up(network->control, network->interface.name);
	if (done < 0) {
		event_degraded("set the link up", done);
		return;
	}
	network->link = true;
	network->look_ms = NEVER;
	struct event event = network_event(network, "link");
	event_end(&event);
	start_child(network);
}

/* The kernel sizes its table by the memory, not by what the ruleset lets every link have. Four to a bucket, as the kernel's own choice once was. */
static int hold_connections(uint32_t count)
{
	static const char *const names[] = { "/proc/sys/net/netfilter/nf_conntrack_buckets", "/proc/sys/net/netfilter/nf_conntrack_max" };
	const uint32_t values[] = { (count + 3) / 4, count };
	int done = 0;
	for (int i = 0; i < 2 && done == 0; i++) {
		char value[16];
		struct text text = text_in(value, sizeof value);
		text_add_number(&text, values[i]);
		done = small_file_write(names[i], value);
	}
	return done;
}

/* Before any link comes up, and before anything is forwarded. Without it there is no network: a router that filters nothing is worse than none. */
static void load_ruleset(const struct plan *plan)
{
	if (plan->ruleset_size > 0) {
		struct ruleset_outcome outcome = ruleset_load(plan->ruleset, plan->ruleset_size);
		struct event event = event_begin("ruleset");
		event_number(&event, "bytes", (int64_t)plan->ruleset_size);
		if (outcome.error < 0)
			event_number(&event, "refused_message", outcome.message);
		event_end(&event);
		if (outcome.error < 0)
			fail("load the ruleset", outcome.error);
	}
	int done = plan->connections > 0 ? hold_connections(plan->connections) : 0;
	if (done < 0)
		fail("hold connections", done);
	if ((plan->forwards_ipv4 || plan->forwards_ipv6) && plan->ruleset_size == 0)
		fail("forward packets without a ruleset", -ENOENT);
}

/* After the links: a router without its routes would tell who sends what the policy forbids that there is no way. */
static void start_forwarding(const struct plan *plan)
{
	int done = 0;
	if (plan->forwards_ipv4)
		done = small_file_write("/proc/sys/net/ipv4/ip_forward", "1");
	if (done == 0 && plan->forwards_ipv6)
		done = small_file_write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	if (done < 0)
		fail("forward packets", done);
}

void network_stay_down(struct network *network, const struct plan *plan, int empty_root)
{
	*network = (struct network){
		.plan = plan, .dhcp = helper_new("dhcp", DHCP_ID, empty_root), .control = -1, .control6 = -1, .look_ms = NEVER, .expiry_ms = NEVER,
	};
}

void network_start(struct network *network, const struct plan *plan, const uint8_t *mac, int empty_root)
{
	network_stay_down(network, plan, empty_root);
	network->mac = mac;
	load_ruleset(plan);
	network->control = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (network->control < 0) {
		event_degraded("network", network->control);
		return;
	}
	if (plan->has_ipv6) {
		network->control6 = sys_socket(AF_INET6, SOCK_DGRAM, 0);
		if (network->control6 < 0) {
			event_degraded("network", network->control6);
			sys_close(network->control);
			network->control = -1;
			return;
		}
	}
	int done = interface_up(network->control, "lo"); /* the kernel gives it 127.0.0.1 */
	if (done < 0)
		event_degraded("set loopback up", done);
	network_look_for_link(network);
	start_forwarding(plan);
}

static int write_resolver(const struct lease *lease)
{
	char content[128];
	struct text text = text_in(content, sizeof content);
	for (uint32_t i = 0; i < lease->dns_count; i++) {
		text_add(&text, "nameserver ");
		for (int shift = 24; shift >= 0; shift -= 8) {
			text_add_number(&text, lease->dns[i] >> shift & 255);
			text_add(&text, shift ? "." : "\n");
		}
	}
	int done = small_file_write("/run/resolv.conf.new", content);
	return done < 0 ? done : sys_rename("/run/resolv.conf.new", "/run/resolv.conf");
}

static void give_up_lease(struct network *network, const char *state)
{
	network->expiry_ms = NEVER;
	if (network->lease.address == 0)
		return;
	int done = interface_set_address(network->control, network->interface.name, 0, 0);
	if (done < 0)
		event_degraded("remove the address", done);
	network->lease = (struct lease){ .kind = LEASE_LOST };
	struct event event = network_event(network, state);
	event_end(&event);
}

static bool same_network(const struct lease *a, const struct lease *b)
{
	return a->address == b->address && a->prefix == b->prefix && a->gateway == b->gateway;
}

static bool same_resolver(const struct lease *a, const struct lease *b)
{
	return a->dns_count == b->dns_count && memcmp(a->dns, b->dns, a->dns_count * sizeof a->dns[0]) == 0;
}

/*
 * From nothing: with its last address an interface loses all its routes. Setting the same address again would keep them, and
 * Linux puts a new default route beside the old one instead of in its place.
 */
static int set_network(const struct network *network, const struct lease *lease)
{
	int done = interface_set_address(network->control, network->interface.name, 0, 0);
	if (done == 0)
		done = interface_set_address(network->control, network->interface.name, lease->address, lease->prefix);
	if (done == 0 && lease->gateway != 0)
		done = interface_set_gateway(network->control, network->interface.name, lease->gateway);
	return done;
}

static void report_up(const struct network *network)
{
	const struct lease *lease = &network->lease;
	struct event event = network_event(network, "up");
	event_address(&event, "address", lease->address);
	event_number(&event, "prefix", lease->prefix);
	if (lease->gateway)
		event_address(&event, "gateway", lease->gateway);
	else
		event_null(&event, "gateway");
	event_addresses(&event, "dns", lease->dns, lease->dns_count);
	event_number(&event, "lease_s", lease->seconds);
	event_end(&event);
}

static void apply(struct network *network, const struct lease *lease)
{
	bool new_network = !same_network(lease, &network->lease);
	bool new_resolver = network->plan->needs_dns && (!network->resolver_written || !same_resolver(lease, &network->lease));
	if (new_network) {
		int done = set_network(network, lease);
		if (done < 0) {
			event_degraded("set the address", done);
			(void)interface_set_address(network->control, network->interface.name, 0, 0);
			network->lease = (struct lease){ .kind = LEASE_LOST };
			network->expiry_ms = NEVER;
			helper_kill(&network->dhcp); /* it would be content until it is time to renew */
			return;
		}
	}
	network->lease = *lease;
	network->expiry_ms = sys_uptime_ms() + (int64_t)lease->seconds * 1000;
	if (new_resolver) {
		int done = write_resolver(lease);
		network->resolver_written = done == 0;
		if (done < 0)
			event_degraded("write the resolver's file", done);
	}
	if (new_network || new_resolver)
		report_up(network);
	backoff_reset(&network->dhcp.backoff);
}

void network_answer(struct network *network)
{
	struct lease lease;
	ssize_t size = helper_read(&network->dhcp, &lease, sizeof lease);
	if (size == 0)
		return; /* the child ended */
	const char *problem = size == sizeof lease ? lease_problem(&lease) : "not an answer";
	if (problem) {
		struct event event = event_begin("lease-refused");
		event_string(&event, "reason", problem);
		event_end(&event);
		helper_kill(&network->dhcp);
	} else if (lease.kind == LEASE_BOUND) {
		apply(network, &lease);
	} else {
		give_up_lease(network, "lost");
	}
}

bool network_child_ended(struct network *network, pid_t pid, int status)
{
	return helper_ended(&network->dhcp, pid, status);
}

uint32_t network_way_out(const struct network *network)
{
	const struct plan *plan = network->plan;
	for (size_t i = 0; i < plan->link_count; i++)
		if (network->links.up[i] && plan->links[i].gateway != 0)
			return plan->links[i].gateway;
	return network->lease.gateway;
}

int64_t network_deadline(const struct network *network)
{
	return earlier(network->look_ms, earlier(network->dhcp.restart_ms, network->expiry_ms));
}

void network_tick(struct network *network, int64_t now)
{
	/* The child says so, too, unless it is the child that is gone. */
	if (now >= network->expiry_ms)
		give_up_lease(network, "expired");
	if (now >= network->dhcp.restart_ms)
		start_child(network);
	if (now >= network->look_ms)
		network_look_for_link(network);
}
