#include "watchdog.h"

#include "event.h"
#include "sys.h"

#include <fcntl.h>
#include <linux/watchdog.h>

struct watchdog watchdog_open(const struct plan *plan)
{
	struct watchdog watchdog = { .fd = -1, .next_ms = INT64_MAX };
	if (!plan->watchdog_device)
		return watchdog;
	int fd = sys_open(plan->watchdog_device, O_WRONLY);
	if (fd < 0) {
		event_degraded("watchdog", fd);
		return watchdog;
	}
	/* What the hardware says of this start; of another kind, or nothing, is no word of a reset. */
	int status = 0;
	watchdog.reset = sys_ioctl(fd, WDIOC_GETBOOTSTATUS, &status) == 0 && status & WDIOF_CARDRESET;
	/* The driver writes back the time that it really uses. */
	int timeout = plan->watchdog_timeout_s;
	int done = sys_ioctl(fd, WDIOC_SETTIMEOUT, &timeout);
	if (done < 0) {
		event_degraded("watchdog timeout", done);
		if (sys_ioctl(fd, WDIOC_GETTIMEOUT, &timeout) < 0 || timeout < 1)
			timeout = 3; /* unknown: feed as if it were very short */
	}
	watchdog.fd = fd;
	watchdog.interval_ms = (int64_t)timeout * 1000 / 3;
	watchdog_feed(&watchdog, sys_uptime_ms());
	struct event event = event_begin("watchdog");
	event_string(&event, "device", plan->watchdog_device);
	event_number(&event, "timeout_s", timeout);
	event_end(&event);
	return watchdog;
}

void watchdog_feed(struct watchdog *watchdog, int64_t now)
{
	if (watchdog->fd < 0)
		return;
	(void)sys_ioctl(watchdog->fd, WDIOC_KEEPALIVE, NULL);
	watchdog->next_ms = now + watchdog->interval_ms;
}

void watchdog_disarm(struct watchdog *watchdog)
{
	if (watchdog->fd < 0)
		return;
	(void)sys_write(watchdog->fd, "V", 1);
	sys_close(watchdog->fd);
	watchdog->fd = -1;
}
