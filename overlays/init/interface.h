/* Network interfaces, through the old ioctls: numbers in, numbers out. All return 0 or a negative errno. */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stdint.h>

enum { INTERFACE_NAME_SIZE = 16 }; /* IFNAMSIZ */

struct interface {
	char name[INTERFACE_NAME_SIZE];
	uint8_t mac[6];
};

/* `control` is any IPv4 socket. */
int interface_find_ethernet(int control, struct interface *found); /* the one with the lowest index; -ENODEV */
int interface_find(int control, const char *name, struct interface *found);
/* The kernel names it `trunk.id`; there is no harm in its being there. */
int interface_add_vlan(int control, const char *trunk, uint16_t id);
int interface_set_mac(int control, const char *name, const uint8_t mac[6]); /* while it is down */
int interface_up(int control, const char *name);
/* Address 0 removes what there is. Routes over the interface go when its address changes. */
int interface_set_address(int control, const char *name, uint32_t address, uint32_t prefix);
/*
 * An address of scope "link": the kernel takes it for nothing that leaves by another interface. With an ordinary one, a DHCP client on an
 * uplink that has no address yet would send it as its own (inet_select_addr()).
 */
int interface_add_segment_address(int control, const char *name, uint32_t address, uint32_t prefix);
int interface_set_gateway(int control, const char *name, uint32_t gateway);
/* The number by which the kernel knows it, or a negative errno. */
int interface_index(int control, const char *name);
/* The same of IPv6; `control` is an IPv6 socket. */
int interface_add_address6(int control, const char *name, const uint8_t address[16], uint32_t prefix);
int interface_set_gateway6(int control, const char *name, const uint8_t gateway[16]);
/* What follows an advertised prefix in this interface's address. The interface must take advertisements, and need not be up. */
int interface_set_suffix6(int control, const char *name, const uint8_t suffix[16]);

#endif
