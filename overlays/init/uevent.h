/* The kernel's word that a device came or went. Only that something happened counts; the text is thrown away. */
#ifndef UEVENT_H
#define UEVENT_H

#include <stdint.h>

/* Returns -1 if there is none; waiting then means looking again in short steps. */
int uevent_open(void);
void uevent_drain(int fd);
/* Until a device changes, at most `limit_ms`. */
void uevent_wait(int fd, int64_t limit_ms);

#endif
