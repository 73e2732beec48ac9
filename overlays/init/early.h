/* The first steps, inside the initramfs: kernel file systems, console, settings, modules. */
#ifndef EARLY_H
#define EARLY_H

#include "plan.h"

/* Returns what early_console does. */
int early_mounts(void);
/* Returns the console's descriptor, -1 if there is none. */
int early_console(void);
void early_settings(const struct plan *plan);
void early_modules(const struct plan *plan);

#endif
