#include "uevent.h"

#include "event.h"
#include "sys.h"

#include <linux/netlink.h>

/* A lost message (full socket buffer) must not cost more than this. */
static const int64_t longest_wait_ms = 500;

int uevent_open(void)
{
	int fd = sys_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
	int done = fd;
	if (fd >= 0) {
		/* Group 1 is the kernel's own; udev would use 2. */
		struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
		done = sys_bind(fd, (const struct sockaddr *)&address, sizeof address);
		if (done < 0)
			sys_close(fd);
	}
	if (done < 0) {
		event_degraded("device events", done);
		return -1;
	}
	return fd;
}

void uevent_drain(int fd)
{
	char message[64];
	struct sockaddr_nl address;
	for (int i = 0; i < 1024; i++) {
		socklen_t size = sizeof address;
		if (sys_receive_from(fd, message, sizeof message, (struct sockaddr *)&address, &size) < 0)
			break;
	}
}

void uevent_wait(int fd, int64_t limit_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	if (sys_poll(&wait, 1, limit_ms < longest_wait_ms ? limit_ms : longest_wait_ms) > 0)
		uevent_drain(fd);
}
