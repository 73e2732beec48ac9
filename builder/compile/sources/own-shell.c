/*
 * popen() of the C library starts /bin/sh, which is the host's. Linked into every program that a build makes for itself, this one takes
 * the shell that PATH names.
 */
#define _GNU_SOURCE /* pipe2 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *running;
static pid_t child;

FILE *popen(const char *command, const char *mode)
{
	int ends[2];
	if (running != NULL || strcmp(mode, "r") != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	child = fork();
	if (child < 0)
		return NULL;
	if (child == 0) {
		dup2(ends[1], 1);
		execlp("sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	running = fdopen(ends[0], "r");
	return running;
}

int pclose(FILE *stream)
{
	int status = -1;
	if (stream != running)
		return -1;
	fclose(stream);
	running = NULL;
	return waitpid(child, &status, 0) == child ? status : -1;
}
