/* The DHCP child: obtains a lease, renews it, and tells PID 1. It holds a socket, a pipe, and nothing else. */
#ifndef DHCP_CLIENT_H
#define DHCP_CLIENT_H

#include "dhcp_packet.h"

/* Never returns: it ends when PID 1 no longer reads its answers. */
_Noreturn void dhcp_client(const struct dhcp_client_identity *identity);

#endif
