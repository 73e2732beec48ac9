/*
 * The first program of a machine under test (rdinit=/probe-init). It becomes the image's own /init, as process 1 and with everything that the
 * kernel gave it, and leaves a child behind that answers what a test asks about the running system.
 */
#include "answer.h"
#include "port.h"
#include "views.h"

#include <unistd.h>

extern char **environ;

static char *const init_arguments[] = { (char[]){ "/init" }, NULL };

int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		/* The console is the image's. */
		for (int fd = 0; fd <= 2; fd++)
			close(fd);
		struct views views = views_open();
		answer_all(&views, port_open(&views));
	}
	/* Without a probe the image still boots; the test then waits in vain for an answer and says so. */
	execve("/init", init_arguments, environ);
	return 127;
}
