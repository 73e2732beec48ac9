/* The disk that holds the appliance: found by the root partition's GUID, its table read and, once, grown. */
#ifndef DISK_H
#define DISK_H

#include "gpt.h"
#include "plan.h"
#include "sys.h"

enum { DEVICE_SIZE = 64 };

struct disk {
	int fd; /* -1: not found */
	bool from_backup; /* the table's first copy is broken, and could not be written anew */
	char name[SYS_NAME_SIZE];
	struct gpt gpt;
};

/*
 * Waits until the disk is there; a failure if it does not come. If the first copy of its table is broken and the second one, at the
 * disk's end, is whole, the first is written anew; a power cut meanwhile leaves the second.
 */
void disk_wait(const struct plan *plan, int uevent_fd, struct disk *disk);
/* Path of a partition's device. */
void disk_partition_device(const struct disk *disk, int number, char device[DEVICE_SIZE]);
/*
 * Lets the last partition reach the disk's end. 1: it did, 0: nothing to do, negative: errno.
 * A power cut at any moment leaves the old table or the new one.
 */
int disk_grow_partition(struct disk *disk, struct partition *partition);

#endif
