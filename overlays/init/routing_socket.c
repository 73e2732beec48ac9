#include "routing_socket.h"

#include "sys.h"

#include <errno.h>
#include <linux/netlink.h>

/* The message may come back behind the error. */
enum { ANSWER_SIZE = 512 };

int routing_request(const void *message, size_t size)
{
	int netlink = sys_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (netlink < 0)
		return netlink;
	union {
		struct {
			struct nlmsghdr header;
			struct nlmsgerr error;
		} message;
		char bytes[ANSWER_SIZE];
	} answer;
	/* The kernel has answered when the write returns. */
	ssize_t done = sys_write(netlink, message, size);
	if (done == (ssize_t)size)
		done = sys_read(netlink, &answer, sizeof answer);
	sys_close(netlink);
	if (done < 0)
		return (int)done;
	if (done < (ssize_t)sizeof answer.message || answer.message.header.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.message.error.error;
}
