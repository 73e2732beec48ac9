/* The real root: mounted at /root of the initramfs, furnished, and then made this process's root. */
#ifndef ROOT_H
#define ROOT_H

#include "disk.h"
#include "plan.h"

/* Where it lies until root_enter(). */
#define ROOT "/root"

void root_mount(const struct plan *plan, const struct disk *disk);
/* After this nothing of the initramfs can be named any more: devices that are needed later must be open. */
void root_enter(void);

#endif
