/*
 * popen() and system() of the C library start /bin/sh, which is the host's. Linked into every program that a build makes for itself, these
 * take the shell that PATH names.
 */
#define _GNU_SOURCE /* pipe2 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_SHELL 127

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
		_exit(NO_SHELL);
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

int system(const char *command)
{
	int status = -1;
	if (command == NULL)
		return 1;
	pid_t pid = fork();
	if (pid == 0) {
		execlp("sh", "sh", "-c", command, (char *)NULL);
		_exit(NO_SHELL);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}
