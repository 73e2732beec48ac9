#include "machine.h"

#include "cgroup.h"
#include "clock.h"
#include "data.h"
#include "early.h"
#include "event.h"
#include "failure.h"
#include "root.h"
#include "sys.h"
#include "uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/reboot.h>

static void report_start(const struct plan *plan)
{
	struct event event = event_begin("start");
	event_string(&event, "recipe", plan->recipe);
	event_string(&event, "board", plan->board);
	event_string(&event, "slot", plan->slot);
	event_end(&event);
}

static void start_network(struct machine *machine)
{
	const struct plan *plan = machine->plan;
	const struct unit *unit = &machine->unit;
	if (plan->unit && !unit_may_run(unit))
		network_stay_down(&machine->network, plan, machine->empty_root);
	else
		network_start(&machine->network, plan, unit->has_mac ? unit->mac : NULL, machine->empty_root);
	advertising_start(&machine->advertising, plan, machine->empty_root);
	timekeeper_start(&machine->timekeeper, plan, machine->empty_root);
}

/* Inside the initramfs, where all devices and the kernel's file systems can be reached. */
static struct data boot_in_initramfs(struct machine *machine)
{
	const struct plan *plan = machine->plan;
	static struct disk disk; /* 17 KiB: not for a stack */
	early_settings(plan);
	machine->uevents = uevent_open(); /* before the modules, so that no device is missed */
	early_modules(plan);
	machine->watchdog = watchdog_open(plan);
	machine->empty_root = sys_open("/empty", O_PATH | O_DIRECTORY);
	if (machine->empty_root < 0)
		fail("open /empty", machine->empty_root);
	/* DHCP takes its time while the disk is got ready; but who this board is, and whether it may speak at all, the disk says. */
	if (!plan->unit)
		start_network(machine);
	disk_wait(plan, machine->uevents, &disk);
	if (plan->unit) /* waiting for the disk and then for the child may together take longer than the watchdog does */
		watchdog_feed(&machine->watchdog, sys_uptime_ms());
	unit_read(&machine->unit, plan, &disk, machine->uevents, machine->empty_root);
	if (plan->unit)
		start_network(machine);
	network_look_for_link(&machine->network); /* the wait took the events of other devices, too */
	trace_begin(&machine->trace, plan, &disk, machine->console, machine->empty_root, machine->watchdog.reset);
	watchdog_feed(&machine->watchdog, sys_uptime_ms());
	if (!machine->network.link && unit_may_run(&machine->unit))
		event_degraded("find an Ethernet interface", ENODEV); /* it may still come */
	watchdog_feed(&machine->watchdog, sys_uptime_ms());
	root_mount(plan, &disk);
	struct data data = data_mount(plan, &disk);
	watchdog_feed(&machine->watchdog, sys_uptime_ms());
	sys_close(disk.fd);
	machine->power_keys = power_keys_open(plan);
	root_enter();
	return data;
}

void machine_boot(struct machine *machine, const struct plan *plan)
{
	*machine = (struct machine){ .plan = plan, .uevents = -1 };
	failure_prepare(plan->failure_reboot_after_ms);
	(void)sys_umask(0022);
	machine->console = early_mounts();
	report_start(plan);
	machine->signals = sys_signal_fd();
	if (machine->signals < 0)
		fail("signals", machine->signals);
	/* Ctrl-Alt-Del becomes a signal: an orderly stop instead of an instant one. */
	(void)sys_reboot(RB_DISABLE_CAD);
	struct data data = boot_in_initramfs(machine);
	machine->data_mounted = data.mounted;

	int done = sys_host_name(machine->unit.position[0] ? machine->unit.position : plan->recipe);
	if (done < 0)
		event_degraded("host name", done);
	clock_hold_to_floor(plan);
	cgroup_prepare(plan);
	logger_start(&machine->logger, plan, machine->empty_root, machine->console, machine->trace.lines, machine->trace.last_words);
	supervisor_begin(&machine->supervisor, plan, &machine->unit, machine->logger.output, machine->empty_root);
	if (!unit_may_run(&machine->unit)) {
		supervisor_hold(&machine->supervisor, "identity-refused", 0, unit_reboot_may_help(&machine->unit));
		return;
	}
	if (data.held) {
		supervisor_hold(&machine->supervisor, data.held, data.error, data.reboot_may_help);
		return;
	}
	entropy_wait(plan);
	watchdog_feed(&machine->watchdog, sys_uptime_ms());
	supervisor_start(&machine->supervisor);
}
