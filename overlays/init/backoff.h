/* How long to wait before something that ended is started again: 1 s, then twice as long each time, at most 60 s. */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_LAST_MS = 60000 };

struct backoff {
	int64_t next_ms; /* 0: at its beginning */
};

static inline int64_t backoff_next(struct backoff *backoff)
{
	int64_t delay = backoff->next_ms ? backoff->next_ms : BACKOFF_FIRST_MS;
	backoff->next_ms = delay * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : delay * 2;
	return delay;
}

static inline void backoff_reset(struct backoff *backoff)
{
	backoff->next_ms = 0;
}

#endif
