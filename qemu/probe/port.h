/* The virtio serial port that leads to the test. */
#ifndef PORT_H
#define PORT_H

#include "views.h"

#include <stddef.h>

/* Waits until the kernel has made the port's device. */
int port_open(const struct views *views);

/* A line without its end; one that is longer than `size` - 1 is cut. Waits while nobody is connected. */
void port_read_line(int port, char *line, size_t size);

void port_write(int port, const void *bytes, size_t count);

#endif
