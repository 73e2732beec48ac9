#include "cgroup.h"

#include "event.h"
#include "small_file.h"
#include "sys.h"
#include "text.h"

#include <sys/mount.h>

#define CGROUPS "/sys/fs/cgroup"
#define DAEMON CGROUPS "/daemon"

/* At its usual place, where runtimes look for their limit; of /sys there is nothing else. */
static int mount_cgroups(void)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC | MS_NODEV;
	int done = sys_mount("tmpfs", "/sys", "tmpfs", flags, "mode=0755,size=16k,nr_inodes=8");
	if (done == 0)
		done = sys_mkdir("/sys/fs", 0755);
	if (done == 0)
		done = sys_mkdir(CGROUPS, 0755);
	if (done == 0)
		done = sys_mount("cgroup2", CGROUPS, "cgroup2", flags, NULL);
	if (done == 0)
		done = sys_mkdir(DAEMON, 0755);
	return done;
}

static int write_number(const char *path, uint64_t number)
{
	char digits[24];
	struct text text = text_in(digits, sizeof digits);
	text_add_number(&text, number);
	return small_file_write(path, digits);
}

static int limit_memory(const struct plan *plan)
{
	int done = small_file_write(CGROUPS "/cgroup.subtree_control", "+memory");
	if (done == 0)
		done = write_number(DAEMON "/memory.max", (uint64_t)plan->memory_limit_mib << 20);
	return done;
}

/* RLIMIT_NPROC holds without this; a kernel without the pids controller is no worse. */
static int limit_tasks(const struct plan *plan)
{
	int done = small_file_write(CGROUPS "/cgroup.subtree_control", "+pids");
	if (done == 0)
		done = write_number(DAEMON "/pids.max", plan->task_limit);
	return done;
}

struct cgroup cgroup_prepare(const struct plan *plan)
{
	struct cgroup cgroup = { false, false };
	int done = mount_cgroups();
	if (done < 0) {
		event_degraded("control group", done);
		return cgroup;
	}
	cgroup.present = true;
	done = limit_memory(plan);
	if (done < 0)
		event_degraded("memory limit", done);
	cgroup.memory_limited = done == 0;
	done = limit_tasks(plan);
	if (done < 0)
		event_degraded("task limit", done);
	return cgroup;
}

int cgroup_join(const struct cgroup *cgroup)
{
	return cgroup->present ? small_file_write(DAEMON "/cgroup.procs", "0") : 0;
}

void cgroup_kill(const struct cgroup *cgroup)
{
	if (cgroup->present)
		(void)small_file_write(DAEMON "/cgroup.kill", "1");
}
