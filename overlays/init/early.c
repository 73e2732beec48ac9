#include "early.h"

#include "event.h"
#include "failure.h"
#include "small_file.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

enum { CONSOLE_FD = 100 };

int early_mounts(void)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC;
	int done = sys_mount("devtmpfs", "/dev", "devtmpfs", flags, "mode=0755");
	if (done < 0 && done != -EBUSY) /* the kernel may have mounted it (CONFIG_DEVTMPFS_MOUNT) */
		fail("mount /dev", done);
	/* The console comes first after that: what fails from here on can be said. */
	int console = early_console();
	/* Whoever is not root sees its own processes only. */
	done = sys_mount("proc", "/proc", "proc", flags | MS_NODEV, "hidepid=invisible");
	if (done < 0)
		fail("mount /proc", done);
	done = sys_mount("sysfs", "/sys", "sysfs", flags | MS_NODEV, NULL);
	if (done < 0)
		fail("mount /sys", done);
	return console;
}

int early_console(void)
{
	/*
	 * 0, 1 and 2 belong to /dev/null from now on, whether the kernel had opened a console there or nothing: no child inherits
	 * the console by accident, and no later descriptor can be taken for a standard one.
	 */
	int null = sys_open("/dev/null", O_RDWR);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		if (fd != null)
			(void)sys_dup_to(null, fd);
	if (null < 0)
		fail("open /dev/null", null);
	if (null > 2)
		sys_close(null);
	/* Without a console the appliance still does its work; nobody can be told. */
	int opened = sys_open("/dev/console", O_WRONLY);
	if (opened < 0)
		return -1;
	/* Far above the numbers that a child's own descriptors get. */
	int console = sys_dup_above(opened, CONSOLE_FD);
	if (console < 0)
		return -1;
	sys_close(opened);
	event_console(console);
	return console;
}

/* A setting that this kernel does not have is no loss: the thing that it limits is not there either. */
void early_settings(const struct plan *plan)
{
	for (size_t i = 0; i < plan->setting_count; i++) {
		int done = small_file_write(plan->settings[i].path, plan->settings[i].value);
		if (done < 0 && done != -ENOENT)
			fail(plan->settings[i].path, done);
	}
}

static int load(const char *path)
{
	int fd = sys_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	int done = sys_load_module(fd);
	sys_close(fd);
	/* The initramfs is memory. */
	sys_unlink(path);
	return done == -EEXIST ? 0 : done;
}

void early_modules(const struct plan *plan)
{
	int loaded = 0, failed = 0;
	for (size_t i = 0; i < plan->module_count; i++) {
		int done = load(plan->modules[i]);
		if (done < 0) {
			failed++;
			event_degraded(plan->modules[i], done);
		} else {
			loaded++;
		}
	}
	/* A kernel without modules (ENOENT) has nothing to close. */
	int done = small_file_write("/proc/sys/kernel/modules_disabled", "1");
	if (done < 0 && (done != -ENOENT || plan->module_count > 0))
		fail("disable further modules", done);
	struct event event = event_begin("modules");
	event_number(&event, "loaded", loaded);
	event_number(&event, "failed", failed);
	event_end(&event);
}
