/* Files of a few bytes: the kernel's settings and figures. */
#ifndef SMALL_FILE_H
#define SMALL_FILE_H

#include <stddef.h>

int small_file_write(const char *path, const char *text);
/* Reads at most size - 1 bytes and ends them with a NUL; returns their number. */
int small_file_read(const char *path, char *text, size_t size);

#endif
