/* PID 1's side of the network: loopback, link, the DHCP child, and what of its answers is applied. */
#ifndef NETWORK_H
#define NETWORK_H

#include "helper.h"
#include "interface.h"
#include "lease.h"
#include "links.h"
#include "plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct network {
	const struct plan *plan;
	const uint8_t *mac;
	int control; /* an IPv4 socket, or -1 */
	int control6; /* an IPv6 socket, or -1 */
	bool link; /* all there is to come up is up */
	struct links links; /* of a router */
	struct interface interface;
	struct helper dhcp;
	int64_t look_ms; /* again for interfaces */
	struct lease lease; /* applied; address 0: none */
	int64_t expiry_ms;
	bool resolver_written;
};

/* `mac`: the unit's, set before the link comes up; NULL: the board has one of its own. */
void network_start(struct network *network, const struct plan *plan, const uint8_t *mac, int empty_root);
/* In its place: no link comes up, not even loopback. */
void network_stay_down(struct network *network, const struct plan *plan, int empty_root);
/* For when a device appeared and there was no Ethernet interface before. */
void network_look_for_link(struct network *network);
/* The pipe is readable or at its end. */
void network_answer(struct network *network);
/* True if it was the DHCP child that ended. */
bool network_child_ended(struct network *network, pid_t pid, int status);
/* The gateway; 0: none, or no lease. Of a router whose uplink is static that link's. */
uint32_t network_way_out(const struct network *network);
int64_t network_deadline(const struct network *network);
void network_tick(struct network *network, int64_t now);

#endif
