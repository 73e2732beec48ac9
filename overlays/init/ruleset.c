#include "ruleset.h"

#include "sys.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>

/* What netlink adds to a message that it queues: netlink_sendmsg() refuses what exceeds the send buffer less 32. */
enum { QUEUE_MARGIN = 64, ANSWER_SIZE = 8192 };

struct answers {
	bool acknowledged;
	struct ruleset_outcome refusal;
};

/* Notes what one datagram of the kernel says: acknowledgements, and refusals, of which the first counts. */
static void read_answers(struct answers *answers, const unsigned char *bytes, size_t size)
{
	struct nlmsghdr header;
	struct nlmsgerr answer;
	for (size_t at = 0; at + sizeof header <= size;) {
		memcpy(&header, bytes + at, sizeof header);
		if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at)
			break;
		if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= sizeof header + sizeof answer) {
			memcpy(&answer, bytes + at + sizeof header, sizeof answer);
			if (!answer.error)
				answers->acknowledged = true;
			else if (!answers->refusal.error)
				answers->refusal = (struct ruleset_outcome){ answer.error, answer.msg.nlmsg_seq };
		}
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
}

/* netlink answers before sendto() returns, so what has not come by then does not come. */
static struct ruleset_outcome outcome_of_batch(int fd)
{
	static unsigned char bytes[ANSWER_SIZE];
	struct answers answers = { 0 };
	bool lost = false;
	for (;;) {
		struct sockaddr_nl from;
		socklen_t from_size = sizeof from;
		ssize_t size = sys_receive_from(fd, bytes, sizeof bytes, (struct sockaddr *)&from, &from_size);
		if (size == -EINTR)
			continue;
		if (size == -ENOBUFS) { /* more answers than fit: some are lost, those that are left can be read */
			lost = true;
			continue;
		}
		if (size == -EAGAIN || size == 0)
			break;
		if (size < 0)
			return (struct ruleset_outcome){ (int)size, 0 };
		if (from.nl_pid == 0) /* the kernel */
			read_answers(&answers, bytes, (size_t)size);
	}
	if (!answers.refusal.error && lost)
		return (struct ruleset_outcome){ -ENOBUFS, 0 };
	if (!answers.refusal.error && !answers.acknowledged)
		return (struct ruleset_outcome){ -EPROTO, 0 };
	return answers.refusal;
}

/*
 * True if the bytes are whole messages, a batch's begin first and its end last. The kernel drops a batch without an end, and acknowledges
 * its messages all the same.
 */
static bool is_whole(const unsigned char *bytes, size_t size)
{
	uint16_t first = 0, last = 0;
	size_t at = 0;
	while (at < size) {
		struct nlmsghdr header;
		if (size - at < sizeof header)
			return false;
		memcpy(&header, bytes + at, sizeof header);
		if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at)
			return false;
		if (at == 0)
			first = header.nlmsg_type;
		else if (last == NFNL_MSG_BATCH_END)
			return false;
		last = header.nlmsg_type;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
	return at == size && first == NFNL_MSG_BATCH_BEGIN && last == NFNL_MSG_BATCH_END;
}

struct ruleset_outcome ruleset_load(const void *batch, size_t size)
{
	if (size > INT32_MAX / 4)
		return (struct ruleset_outcome){ -EMSGSIZE, 0 };
	if (!is_whole(batch, size))
		return (struct ruleset_outcome){ -EINVAL, 0 };
	int fd = sys_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	if (fd < 0)
		return (struct ruleset_outcome){ fd, 0 };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	/* The whole transaction is one message. FORCE is not bound by net.core.wmem_max. */
	int room = (int)size + QUEUE_MARGIN;
	struct ruleset_outcome outcome = { 0, 0 };
	int error = sys_set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	ssize_t sent = error < 0 ? error : sys_send_to(fd, batch, size, (struct sockaddr *)&kernel, sizeof kernel);
	if (sent < 0)
		outcome.error = (int)sent;
	else if ((size_t)sent != size)
		outcome.error = -EIO;
	else
		outcome = outcome_of_batch(fd);
	sys_close(fd);
	return outcome;
}
