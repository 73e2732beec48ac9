/* Points of time in milliseconds since the kernel started. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

#define NEVER INT64_MAX

static inline int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#endif
