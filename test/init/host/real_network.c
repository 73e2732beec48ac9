/*
 * Leases applied by init to the kernel that runs this test, in a network namespace of its own: a lease a line, then the default routes
 * that the kernel holds. `skip: WHY` if the machine gives out no namespaces.
 */
#include "../../../overlays/init/event.h"
#include "../../../overlays/init/network.h"
#include "../../../overlays/init/sys.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct network network;
static int answers;

static void stop(const char *word, const char *why)
{
	printf("%s: %s\n", word, why);
	fflush(stdout);
	exit(0);
}

/* An Ethernet interface that leads nowhere: one end of a pair. */
static void make_ethernet(void)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr name_head;
		char name[8];
		struct rtattr info_head;
		struct rtattr kind_head;
		char kind[8];
	} request = {
		.head = { sizeof request, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 1, 0 },
		.name_head = { sizeof(struct rtattr) + 5, IFLA_IFNAME },
		.name = "eth0",
		.info_head = { 2 * sizeof(struct rtattr) + 8, IFLA_LINKINFO },
		.kind_head = { sizeof(struct rtattr) + 5, IFLA_INFO_KIND },
		.kind = "veth",
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[sizeof request];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (fd < 0 || send(fd, &request, sizeof request, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
		stop("skip", "no answer about network devices");
	if (answer.error.error < 0)
		stop("skip", "no veth devices");
	close(fd);
}

static void show_default_routes(void)
{
	FILE *routes = fopen("/proc/net/route", "r");
	char line[256], device[32];
	unsigned destination, gateway;
	printf("  default:");
	while (routes && fgets(line, sizeof line, routes))
		if (sscanf(line, "%31s %8x %8x", device, &destination, &gateway) == 3 && destination == 0)
			printf(" %s", inet_ntoa((struct in_addr){ gateway }));
	printf("\n");
	fclose(routes);
}

static void apply(const char *what, struct lease lease)
{
	printf("%s\n", what);
	fflush(stdout);
	if (write(answers, &lease, sizeof lease) != sizeof lease)
		stop("failed", "write an answer");
	network_answer(&network);
	show_default_routes();
}

int main(void)
{
	static struct plan plan;
	plan = appliance_plan;
	plan.needs_dns = false;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		stop("skip", "no network namespace");
	make_ethernet();
	int ends[2], control = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (control < 0 || sys_pipe(ends) < 0)
		stop("failed", "open");
	answers = ends[1];
	network = (struct network){ .plan = &plan, .control = control, .dhcp = { .answer = ends[0] } };
	strcpy(network.interface.name, "eth0");
	if (interface_up(control, "eth0") < 0)
		stop("failed", "set the link up");
	event_console(1);

	const struct lease lease = { LEASE_BOUND, 0xc000020a, 24, 0xc0000201, 0, { 0 }, 3600 };
	struct lease other = lease;
	apply("first lease", lease);
	other.gateway = 0xc0000202;
	apply("another gateway", other);
	other.gateway = 0;
	apply("no gateway", other);
	apply("the first gateway again", lease);
	other.address = 0xc000020b;
	other.gateway = 0xc0000202;
	apply("another address and gateway", other);
	apply("lost", (struct lease){ .kind = LEASE_LOST });
	apply("the first lease again", lease);
	return 0;
}
