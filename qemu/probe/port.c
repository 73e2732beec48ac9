#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void pause_20_ms(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* vportNpM: the machine has only one. */
static int open_if_there(int dev)
{
	int found = -1;
	DIR *folder = fdopendir(openat(dev, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (folder == NULL)
		return -1;
	for (struct dirent *entry = readdir(folder); entry != NULL && found < 0; entry = readdir(folder))
		if (strncmp(entry->d_name, "vport", 5) == 0)
			found = openat(dev, entry->d_name, O_RDWR | O_CLOEXEC);
	closedir(folder);
	return found;
}

int port_open(const struct views *views)
{
	for (;;) {
		int port = open_if_there(views->dev);
		if (port >= 0)
			return port;
		pause_20_ms();
	}
}

void port_read_line(int port, char *line, size_t size)
{
	size_t length = 0;
	for (;;) {
		char byte;
		ssize_t count = read(port, &byte, 1);
		if (count == 1 && byte == '\n')
			break;
		if (count == 1 && length < size - 1)
			line[length++] = byte;
		/* 0: no one is connected. */
		if (count == 0 || (count < 0 && errno != EINTR))
			pause_20_ms();
	}
	line[length] = '\0';
}

void port_write(int port, const void *bytes, size_t count)
{
	const char *next = bytes;
	while (count > 0) {
		ssize_t written = write(port, next, count);
		if (written > 0) {
			next += written;
			count -= (size_t)written;
		} else if (errno != EINTR) {
			pause_20_ms();
		}
	}
}
