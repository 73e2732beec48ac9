#include "failure.h"

#include "event.h"
#include "names.h"
#include "sys.h"

#include <sys/reboot.h>

static int64_t delay_ms;
static void (*listener)(const char *what);

void failure_tell(void (*told)(const char *what))
{
	listener = told;
}

_Noreturn void end_machine(int command)
{
	for (;;) {
		sys_reboot(command);
		/* The kernel refused. Ending PID 1 would be a panic; waiting leaves the machine to its watchdog. */
		sys_sleep_ms(60 * 1000);
	}
}

/* The delay keeps a board that fails at once from rebooting in a tight loop, and leaves time to read the line. */
static _Noreturn void reboot_later(struct event *event, const char *what)
{
	event_number(event, "reboot_in_s", delay_ms / 1000);
	event_end(event);
	if (listener)
		listener(what);
	sys_sync();
	sys_sleep_ms(delay_ms);
	end_machine(RB_AUTOBOOT);
}

/* Runs on a signal's stack: it uses no lock and no heap. */
static void crashed(int signal)
{
	struct event event = event_begin("fail");
	event_string(&event, "what", "init crashed");
	const char *name = signal_name(signal);
	event_string(&event, "signal", name ? name : "unknown");
	reboot_later(&event, name ? name : "crashed");
}

void failure_prepare(int64_t reboot_after_ms)
{
	delay_ms = reboot_after_ms;
	int done = sys_on_crash(crashed);
	if (done < 0)
		event_degraded("crash handler", done);
}

_Noreturn void fail(const char *what, int error)
{
	struct event event = event_begin("fail");
	event_string(&event, "what", what);
	event_errno(&event, "errno", error);
	reboot_later(&event, what);
}
