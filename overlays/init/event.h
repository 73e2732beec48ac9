/* The console lines `BOARDSMITH {…}`; README.md lists the events. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVENT_SIZE = 1024 };

struct event {
	size_t length;
	bool full; /* a field did not fit and was left out, and all after it */
	char text[EVENT_SIZE];
};

/* All events go to this descriptor, -1 for none. */
void event_console(int fd);

struct event event_begin(const char *name);
void event_number(struct event *event, const char *key, int64_t value);
void event_boolean(struct event *event, const char *key, bool value);
void event_string(struct event *event, const char *key, const char *value);
void event_null(struct event *event, const char *key);
void event_errno(struct event *event, const char *key, int error); /* positive or negative */
/* `status` or `signal`, of a process that ended as wait(2) says. */
void event_exit_status(struct event *event, int wait_status);
void event_address(struct event *event, const char *key, uint32_t address); /* host byte order */
void event_addresses(struct event *event, const char *key, const uint32_t *addresses, size_t count);
void event_end(struct event *event);

/* Something failed that can be done without. */
void event_degraded(const char *what, int error);

#endif
