#include "clock.h"

#include "event.h"
#include "sys.h"

#include <fcntl.h>
#include <sys/random.h>

void clock_hold_to_floor(const struct plan *plan)
{
	bool early = sys_clock() < plan->clock_floor;
	if (early) {
		int done = sys_set_clock(plan->clock_floor);
		if (done < 0)
			event_degraded("set the clock", done);
	}
	struct event event = event_begin("clock");
	event_string(&event, "state", early ? "floor" : "kept");
	event_number(&event, "seconds", sys_clock());
	event_end(&event);
}

static bool entropy_ready(void)
{
	uint8_t byte;
	return sys_random(&byte, 1, GRND_NONBLOCK) == 1;
}

void entropy_wait(const struct plan *plan)
{
	int64_t start = sys_uptime_ms();
	bool ready = entropy_ready();
	if (!ready) {
		/* Readable once the kernel has seeded its generator; opening it, or asking as above, makes the kernel collect. */
		struct pollfd random = { .fd = sys_open("/dev/random", O_RDONLY), .events = POLLIN };
		(void)sys_poll(&random, 1, plan->entropy_timeout_ms);
		if (random.fd >= 0)
			sys_close(random.fd);
		ready = entropy_ready();
	}
	struct event event = event_begin("entropy");
	event_boolean(&event, "ready", ready);
	event_number(&event, "waited_ms", sys_uptime_ms() - start);
	event_end(&event);
}
