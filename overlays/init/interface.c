#include "interface.h"

#include "lease.h"
#include "routing_socket.h"
#include "sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

/* Boards have loopback and one or two others; indices are handed out from 1. */
static const int highest_index = 16;

static struct ifreq request_for(const char *name)
{
	struct ifreq request;
	memset(&request, 0, sizeof request);
	memcpy(request.ifr_name, name, strnlen(name, INTERFACE_NAME_SIZE - 1));
	return request;
}

static void put_address(struct sockaddr *place, uint32_t address)
{
	struct sockaddr_in value = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	memcpy(place, &value, sizeof value);
}

int interface_find_ethernet(int control, struct interface *found)
{
	for (int index = 1; index <= highest_index; index++) {
		struct ifreq request;
		memset(&request, 0, sizeof request);
		request.ifr_ifindex = index;
		if (sys_ioctl(control, SIOCGIFNAME, &request) < 0)
			continue;
		if (sys_ioctl(control, SIOCGIFHWADDR, &request) < 0 || request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
			continue;
		memcpy(found->name, request.ifr_name, INTERFACE_NAME_SIZE);
		memcpy(found->mac, request.ifr_hwaddr.sa_data, sizeof found->mac);
		return 0;
	}
	return -ENODEV;
}

int interface_find(int control, const char *name, struct interface *found)
{
	struct ifreq request = request_for(name);
	int done = sys_ioctl(control, SIOCGIFHWADDR, &request);
	if (done < 0)
		return done;
	memcpy(found->name, request.ifr_name, INTERFACE_NAME_SIZE);
	memcpy(found->mac, request.ifr_hwaddr.sa_data, sizeof found->mac);
	return 0;
}

int interface_add_vlan(int control, const char *trunk, uint16_t id)
{
	struct vlan_ioctl_args request;
	memset(&request, 0, sizeof request);
	request.cmd = ADD_VLAN_CMD;
	memcpy(request.device1, trunk, strnlen(trunk, INTERFACE_NAME_SIZE - 1));
	request.u.VID = id;
	int done = sys_ioctl(control, SIOCSIFVLAN, &request);
	return done == -EEXIST ? 0 : done;
}

int interface_set_mac(int control, const char *name, const uint8_t mac[6])
{
	struct ifreq request = request_for(name);
	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac, 6);
	return sys_ioctl(control, SIOCSIFHWADDR, &request);
}

int interface_up(int control, const char *name)
{
	struct ifreq request = request_for(name);
	int done = sys_ioctl(control, SIOCGIFFLAGS, &request);
	if (done < 0)
		return done;
	request.ifr_flags |= IFF_UP;
	return sys_ioctl(control, SIOCSIFFLAGS, &request);
}

int interface_set_address(int control, const char *name, uint32_t address, uint32_t prefix)
{
	struct ifreq request = request_for(name);
	put_address(&request.ifr_addr, address);
	int done = sys_ioctl(control, SIOCSIFADDR, &request);
	if (done < 0 || address == 0)
		return done;
	put_address(&request.ifr_netmask, prefix_mask(prefix));
	return sys_ioctl(control, SIOCSIFNETMASK, &request);
}

struct address_request {
	struct nlmsghdr header;
	struct ifaddrmsg address;
	struct nlattr local;
	uint32_t local_value;
	struct nlattr broadcast;
	uint32_t broadcast_value;
};

int interface_add_segment_address(int control, const char *name, uint32_t address, uint32_t prefix)
{
	int index = interface_index(control, name);
	if (index < 0)
		return index;
	const uint16_t size = sizeof(struct nlattr) + sizeof(uint32_t);
	struct address_request request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_NEWADDR, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, .nlmsg_seq = 1 },
		.address = { .ifa_family = AF_INET, .ifa_prefixlen = (uint8_t)prefix, .ifa_scope = RT_SCOPE_LINK, .ifa_index = (uint32_t)index },
		.local = { size, IFA_LOCAL },
		.local_value = htonl(address),
		.broadcast = { size, IFA_BROADCAST },
		.broadcast_value = htonl(address | ~prefix_mask(prefix)),
	};
	return routing_request(&request, sizeof request);
}

int interface_set_gateway(int control, const char *name, uint32_t gateway)
{
	char device[INTERFACE_NAME_SIZE] = { 0 };
	memcpy(device, name, strnlen(name, sizeof device - 1));
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY, .rt_dev = device };
	put_address(&route.rt_dst, 0);
	put_address(&route.rt_genmask, 0);
	put_address(&route.rt_gateway, gateway);
	return sys_ioctl(control, SIOCADDRT, &route);
}

int interface_index(int control, const char *name)
{
	struct ifreq request = request_for(name);
	int done = sys_ioctl(control, SIOCGIFINDEX, &request);
	return done < 0 ? done : request.ifr_ifindex;
}

int interface_add_address6(int control, const char *name, const uint8_t address[16], uint32_t prefix)
{
	int index = interface_index(control, name);
	if (index < 0)
		return index;
	struct in6_ifreq request = { .ifr6_prefixlen = prefix, .ifr6_ifindex = index };
	memcpy(&request.ifr6_addr, address, 16);
	int done = sys_ioctl(control, SIOCSIFADDR, &request);
	return done == -EEXIST ? 0 : done;
}

int interface_set_gateway6(int control, const char *name, const uint8_t gateway[16])
{
	int index = interface_index(control, name);
	if (index < 0)
		return index;
	/* To everywhere: destination and its length are 0. */
	struct in6_rtmsg route = { .rtmsg_flags = RTF_UP | RTF_GATEWAY, .rtmsg_metric = 1, .rtmsg_ifindex = index };
	memcpy(&route.rtmsg_gateway, gateway, 16);
	int done = sys_ioctl(control, SIOCADDRT, &route);
	return done == -EEXIST ? 0 : done;
}

/* IFLA_AF_SPEC holds AF_INET6, which holds IFLA_INET6_TOKEN. */
struct suffix_request {
	struct nlmsghdr header;
	struct ifinfomsg interface;
	struct nlattr families;
	struct nlattr ipv6;
	struct nlattr suffix;
	uint8_t value[16];
};

int interface_set_suffix6(int control, const char *name, const uint8_t suffix[16])
{
	int index = interface_index(control, name);
	if (index < 0)
		return index;
	const uint16_t inner = sizeof(struct nlattr) + 16, middle = inner + sizeof(struct nlattr), outer = middle + sizeof(struct nlattr);
	struct suffix_request request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_SETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK, .nlmsg_seq = 1 },
		.interface = { .ifi_family = AF_UNSPEC, .ifi_index = index },
		.families = { outer, IFLA_AF_SPEC | NLA_F_NESTED },
		.ipv6 = { middle, AF_INET6 | NLA_F_NESTED },
		.suffix = { inner, IFLA_INET6_TOKEN },
	};
	memcpy(request.value, suffix, 16);
	return routing_request(&request, sizeof request);
}
