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
	done = sys_mount("proc", "/proc", "proc", flags | MS_NODEV, NULL);
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

struct setting {
	const char *path;
	const char *value;
};

/* A setting that this kernel does not have is no loss: the thing that it limits is not there either. */
static const struct setting settings[] = {
	/* Only errors of the kernel on the console, so that its messages do not cut init's lines. */
	{ "/proc/sys/kernel/printk", "4" },
	/* A kernel that lost its way reboots. */
	{ "/proc/sys/kernel/panic", "10" },
	{ "/proc/sys/kernel/panic_on_oops", "1" },
	{ "/proc/sys/kernel/sysrq", "0" },
	{ "/proc/sys/kernel/kexec_load_disabled", "1" },
	{ "/proc/sys/kernel/dmesg_restrict", "1" },
	{ "/proc/sys/kernel/kptr_restrict", "2" },
	{ "/proc/sys/kernel/perf_event_paranoid", "3" },
	{ "/proc/sys/kernel/unprivileged_bpf_disabled", "1" },
	{ "/proc/sys/kernel/io_uring_disabled", "2" },
	/* A line of nothing is how these are emptied: the kernel starts no program for a crash or a module. */
	{ "/proc/sys/kernel/core_pattern", "\n" },
	{ "/proc/sys/kernel/modprobe", "\n" },
	{ "/proc/sys/user/max_user_namespaces", "0" },
	{ "/proc/sys/fs/protected_symlinks", "1" },
	{ "/proc/sys/fs/protected_hardlinks", "1" },
	/* The router knows each board by one IPv4 address. IPv6 would be a second way in and out that configures itself. */
	{ "/proc/sys/net/ipv6/conf/all/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv4/conf/all/accept_redirects", "0" },
	{ "/proc/sys/net/ipv4/conf/default/accept_redirects", "0" },
	{ "/proc/sys/net/ipv4/conf/all/send_redirects", "0" },
	{ "/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts", "1" },
};

void early_settings(void)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		int done = small_file_write(settings[i].path, settings[i].value);
		if (done < 0 && done != -ENOENT)
			event_degraded(settings[i].path, done);
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
