/* The power key, and the end of the machine. */
#ifndef POWER_H
#define POWER_H

#include "plan.h"

#include <sys/types.h>

enum { POWER_KEYS_MAX = 4 };

struct power_keys {
	int count;
	int fds[POWER_KEYS_MAX];
};

/* All input devices that have a power key. */
struct power_keys power_keys_open(const struct plan *plan);
/* True if the key was pressed. */
bool power_key_pressed(int fd);

#endif
