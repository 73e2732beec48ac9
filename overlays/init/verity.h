/* dm-verity over the root: every block is held against the root hash of the initramfs before anyone gets it. */
#ifndef VERITY_H
#define VERITY_H

#include "disk.h"
#include "verity_record.h"

/* The mapping of the root. */
#define VERITY_DEVICE "/dev/dm-0"

struct verity {
	int control;
	char device[DEVICE_SIZE]; /* the partition */
	struct verity_record record;
};

/* Maps the partition. Reading a damaged block fails for now, so that init can say what is wrong and go another way. */
void verity_map(struct verity *verity, const char *device);
/*
 * From now on a damaged block is a panic, and thereby a reboot after the kernel's own delay: a program would only see its own memory
 * fail, and be started again and again.
 */
void verity_panic_when_damaged(struct verity *verity);

#endif
