/* The data partition: grown at the first boot, mounted, never repaired and never formatted. */
#ifndef DATA_H
#define DATA_H

#include "disk.h"
#include "plan.h"

struct data {
	bool mounted;
	const char *held; /* why the daemon must not be started, or NULL */
	int error;        /* errno to that, or 0 */
	bool reboot_may_help;
};

struct data data_mount(const struct plan *plan, struct disk *disk);

#endif
