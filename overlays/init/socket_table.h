/* The kernel's lists of sockets, /proc/net/{tcp,tcp6,udp,udp6}: which ports somebody listens on. */
#ifndef SOCKET_TABLE_H
#define SOCKET_TABLE_H

#include "plan.h"

/* Sets `listening[i]` for each port of the kind `udp` that the list, read from `fd`, has a listening (UDP: bound) socket of. */
void socket_table_mark(int fd, bool udp, const struct plan_port *ports, size_t count, bool *listening);

#endif
