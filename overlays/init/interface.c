#include "interface.h"

#include "lease.h"
#include "sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_vlan.h>
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
