/* The kernel's figures about memory, in KiB; -1 if they cannot be had. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>
#include <sys/types.h>

int64_t memory_available_kib(void);
int64_t memory_resident_kib(pid_t pid);

#endif
