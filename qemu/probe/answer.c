#include "answer.h"

#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	REQUEST_SIZE = 4096,
	CONTENT_SIZE = 4 << 20,
	/* A setting below /proc/sys refuses a read of megabytes with ENOMEM (fs/proc/proc_sysctl.c, proc_sys_call_handler). */
	PIECE_SIZE = 64 << 10,
};

/* Much larger than any file of /proc that a test reads; a longer one is refused, not cut. */
static char content[CONTENT_SIZE];

struct answer {
	int error;
	size_t length;
};

static struct answer failed(void)
{
	return (struct answer){ .error = errno };
}

static struct answer read_file(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed();
	struct answer answer = { 0 };
	for (;;) {
		size_t room = CONTENT_SIZE - answer.length;
		ssize_t count = read(fd, content + answer.length, room < PIECE_SIZE ? room : PIECE_SIZE);
		if (count < 0)
			answer = failed();
		if (count <= 0)
			break;
		answer.length += (size_t)count;
		if (answer.length == CONTENT_SIZE) {
			answer = (struct answer){ .error = EFBIG };
			break;
		}
	}
	close(fd);
	return answer;
}

static struct answer list_folder(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (folder == NULL)
		return failed();
	struct answer answer = { 0 };
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		size_t length = strlen(entry->d_name);
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (answer.length + length + 1 > CONTENT_SIZE) {
			answer = (struct answer){ .error = EFBIG };
			break;
		}
		memcpy(content + answer.length, entry->d_name, length);
		content[answer.length + length] = '\n';
		answer.length += length + 1;
	}
	closedir(folder);
	return answer;
}

static struct answer read_link(int proc, const char *path)
{
	ssize_t length = readlinkat(proc, path, content, CONTENT_SIZE);
	return length < 0 ? failed() : (struct answer){ .length = (size_t)length };
}

static struct answer try_write(int proc, const char *path)
{
	int fd = openat(proc, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed();
	close(fd);
	return unlinkat(proc, path, 0) < 0 ? failed() : (struct answer){ 0 };
}

static struct answer send_signal(const char *arguments)
{
	char *end;
	long pid = strtol(arguments, &end, 10);
	long number = strtol(end, NULL, 10);
	if (pid <= 1 || number <= 0)
		return (struct answer){ .error = EINVAL };
	return kill((pid_t)pid, (int)number) < 0 ? failed() : (struct answer){ 0 };
}

static struct answer greet(void)
{
	return (struct answer){ .length = (size_t)snprintf(content, CONTENT_SIZE, "%d", (int)getpid()) };
}

static struct answer answer_to(int proc, const char *request)
{
	const char *rest = request[0] != '\0' && request[1] == ' ' ? request + 2 : "";
	switch (request[0]) {
	case 'h':
		return greet();
	case 'r':
		return read_file(proc, rest);
	case 'd':
		return list_folder(proc, rest);
	case 'l':
		return read_link(proc, rest);
	case 'w':
		return try_write(proc, rest);
	case 'k':
		return send_signal(rest);
	default:
		return (struct answer){ .error = EINVAL };
	}
}

void answer_all(const struct views *views, int port)
{
	for (;;) {
		char request[REQUEST_SIZE];
		port_read_line(port, request, sizeof request);
		struct answer answer = answer_to(views->proc, request);
		char head[32];
		int length = snprintf(head, sizeof head, "%d %zu\n", answer.error, answer.length);
		port_write(port, head, (size_t)length);
		port_write(port, content, answer.length);
	}
}
