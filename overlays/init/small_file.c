#include "small_file.h"

#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int small_file_write(const char *path, const char *text)
{
	int fd = sys_open(path, O_WRONLY | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fd;
	ssize_t written = sys_write(fd, text, strlen(text));
	sys_close(fd);
	if (written < 0)
		return (int)written;
	return (size_t)written == strlen(text) ? 0 : -EIO;
}

int small_file_read(const char *path, char *text, size_t size)
{
	int fd = sys_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	ssize_t length = sys_read(fd, text, size - 1);
	sys_close(fd);
	text[length < 0 ? 0 : length] = 0;
	return (int)length;
}
