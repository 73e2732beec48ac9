/* What of interfaces only netlink can change (rtnetlink(7)). */
#ifndef ROUTING_SOCKET_H
#define ROUTING_SOCKET_H

#include <stddef.h>

/* One message that asks for an acknowledgement. @return 0 or a negative errno, the kernel's own if it refuses */
int routing_request(const void *message, size_t size);

#endif
