/* Loads a packet filter that the build machine compiled to netlink messages. Nothing here knows what they say. */
#ifndef RULESET_H
#define RULESET_H

#include <stddef.h>
#include <stdint.h>

struct ruleset_outcome {
	/* 0 if the kernel took the whole ruleset; else a negative errno, and then it took nothing of it. */
	int error;
	/* Sequence number (the index in the batch) of the message that was refused first; 0 if it was not a single one. */
	uint32_t message;
};

/*
 * Sends one batch of nf_tables messages, begin and end included, in one transaction, and reads every answer. The batch must ask for an
 * acknowledgement of one message at least: silence counts as failure (-EPROTO), and so does a batch that is not whole (-EINVAL). Needs CAP_NET_ADMIN in the network namespace.
 */
struct ruleset_outcome ruleset_load(const void *batch, size_t size);

#endif
