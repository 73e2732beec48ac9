#include "cgroup.h"

#include "failure.h"
#include "small_file.h"
#include "sys.h"
#include "text.h"

#include <errno.h>
#include <sys/mount.h>

#define CGROUPS "/sys/fs/cgroup"
#define DAEMON CGROUPS "/daemon"

static void must(const char *what, int done)
{
	if (done < 0)
		fail(what, done);
}

/* At its usual place, where runtimes look for their limit; of /sys there is nothing else. */
static void mount_cgroups(void)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC | MS_NODEV;
	must("mount /sys", sys_mount("tmpfs", "/sys", "tmpfs", flags, "mode=0755,size=16k,nr_inodes=8"));
	must("make a folder in /sys", sys_mkdir("/sys/fs", 0755));
	must("make a folder in /sys", sys_mkdir(CGROUPS, 0755));
	must("close /sys", sys_mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL));
	must("mount the control groups", sys_mount("cgroup2", CGROUPS, "cgroup2", flags, NULL));
}

static int write_number(const char *path, uint64_t number)
{
	char digits[24];
	struct text text = text_in(digits, sizeof digits);
	text_add_number(&text, number);
	return small_file_write(path, digits);
}

static void limit_memory(const struct plan *plan)
{
	must("limit memory", write_number(DAEMON "/memory.max", (uint64_t)plan->memory_limit_mib << 20));
	/* A kernel without swap has no such file, and a control group lets nobody make one: there is nothing to refuse. */
	int done = small_file_write(DAEMON "/memory.swap.max", "0");
	if (done != -ENOENT && done != -EACCES)
		must("limit swap", done);
	/* Out of memory: the daemon as a whole. */
	must("end the daemon as a whole", small_file_write(DAEMON "/memory.oom.group", "1"));
}

void cgroup_prepare(const struct plan *plan)
{
	mount_cgroups();
	must("control memory and tasks", small_file_write(CGROUPS "/cgroup.subtree_control", "+memory +pids"));
	must("make the control group", sys_mkdir(DAEMON, 0755));
	limit_memory(plan);
	must("limit tasks", write_number(DAEMON "/pids.max", plan->task_limit));
}

int cgroup_join(void)
{
	return small_file_write(DAEMON "/cgroup.procs", "0");
}

void cgroup_kill(void)
{
	(void)small_file_write(DAEMON "/cgroup.kill", "1");
}
