#include "machine.h"

#include "event.h"
#include "failure.h"
#include "sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>

/* Killed processes end within moments; the machine's end waits no longer than a second for them. */
static const int reaping_rounds = 100;
static const int64_t reaping_pause_ms = 10;

void machine_stop(struct machine *machine, const char *reason, int command)
{
	if (machine->ending)
		return;
	machine->ending = command;
	machine->ending_reason = reason;
	struct event event = event_begin("stop");
	event_string(&event, "reason", reason);
	event_string(&event, "then", command == RB_POWER_OFF ? "power-off" : "reboot");
	event_end(&event);
	supervisor_stop(&machine->supervisor);
}

static void end_all_processes(void)
{
	(void)sys_kill(-1, SIGKILL);
	for (int round = 0; round < reaping_rounds; round++) {
		int status;
		pid_t pid;
		while ((pid = sys_wait(&status)) > 0) {
		}
		if (pid == -ECHILD)
			return;
		sys_sleep_ms(reaping_pause_ms);
	}
}

/* Unmounted, or at least read-only: either way ext4 writes down that it is clean. */
static void close_data(const struct machine *machine)
{
	if (!machine->data_mounted)
		return;
	int done = sys_unmount("/data", 0);
	if (done == -EBUSY)
		done = sys_mount(NULL, "/data", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	if (done < 0)
		event_degraded("unmount the data partition", done);
}

_Noreturn void machine_end(struct machine *machine)
{
	end_all_processes();
	trace_end(&machine->trace, machine->ending == RB_POWER_OFF ? BOOT_POWERED_OFF : BOOT_REBOOTED, machine->ending_reason);
	sys_sync();
	close_data(machine);
	if (machine->ending == RB_POWER_OFF)
		watchdog_disarm(&machine->watchdog); /* otherwise it guards the reboot as well */
	struct event event = event_begin(machine->ending == RB_POWER_OFF ? "power-off" : "reboot");
	event_end(&event);
	end_machine(machine->ending);
}
