#include "helper_wait.h"

#include "sys.h"

bool helper_wait(int64_t until_ms)
{
	/* The pipe is watched for its end only: PID 1 that closed it wants no more answers. */
	struct pollfd fds[] = {
		{ .fd = HELPER_SOCKET, .events = POLLIN },
		{ .fd = HELPER_ANSWER, .events = 0 },
	};
	int64_t wait = until_ms - sys_uptime_ms();
	if (sys_poll(fds, 2, wait < 0 ? 0 : wait) <= 0)
		return false;
	if (fds[1].revents)
		sys_exit(0);
	return fds[0].revents != 0;
}
