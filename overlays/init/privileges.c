#include "privileges.h"

#include "event.h"
#include "identities.h"
#include "landlock.h"
#include "sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>

_Noreturn void child_not_started(const char *what, int error)
{
	event_degraded(what, error);
	sys_exit(CHILD_NOT_STARTED);
}

static void must(const char *what, int done)
{
	if (done < 0)
		child_not_started(what, done);
}

/* Capabilities end where the kernel says that it knows no such one. */
static void drop_bounding_set(uint64_t keep)
{
	for (unsigned long capability = 0; capability < 64; capability++) {
		if (keep >> capability & 1)
			continue;
		int done = sys_process_control(PR_CAPBSET_DROP, capability, 0, 0);
		if (done == -EINVAL)
			return;
		must("drop a capability", done);
	}
}

static void become_user(uint32_t id, uint64_t capabilities)
{
	drop_bounding_set(capabilities);
	/* Uid 0 means nothing from here on, and capabilities that are kept outlive the change of user. */
	must("set secure bits", sys_process_control(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS, 0, 0));
	must("leave groups", sys_no_groups());
	must("set the group", sys_set_gid(id));
	must("set the user", sys_set_uid(id));
	must("set capabilities", sys_set_capabilities(capabilities));
	for (unsigned long capability = 0; capability < 64; capability++)
		if (capabilities >> capability & 1)
			must("keep a capability", sys_process_control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0));
	must("give up privileges", sys_process_control(PR_SET_NO_NEW_PRIVS, 1, 0, 0));
}

void place_descriptors(const int *fds, int count)
{
	/* First out of the way of each other, then into place. */
	enum { MOST = 8, ASIDE = 64 };
	int aside[MOST];
	for (int i = 0; i < count; i++) {
		aside[i] = sys_dup_above(fds[i], ASIDE);
		must("keep a descriptor", aside[i]);
	}
	for (int i = 0; i < count; i++)
		must("keep a descriptor", sys_dup_to(aside[i], i));
}

void become_helper(uint32_t id, const int *fds, int count, int empty_root)
{
	must("enter the empty folder", sys_fchdir(empty_root));
	must("enter the empty folder", sys_chroot("."));
	place_descriptors(fds, count);
	/* The console is among what is closed, unless it was handed over: from here on failures are told by the exit status alone. */
	event_console(-1);
	must("close the rest", sys_close_from(count));
	must("limit core dumps", sys_limit(RLIMIT_CORE, 0));
	must("limit files", sys_limit(RLIMIT_FSIZE, 0));
	must("limit processes", sys_limit(RLIMIT_NPROC, 0));
	must("limit memory", sys_limit(RLIMIT_AS, 8 << 20));
	/* All that are allowed are in use: no socket, no file can be opened. */
	must("limit descriptors", sys_limit(RLIMIT_NOFILE, (uint64_t)count));
	become_user(id, 0);
}

/* The filter lets execve take its path from there and from nowhere else, so it must be out of the daemon's reach. */
static int low_memory_is_closed(void)
{
	int done = sys_map_low();
	return done == -EPERM ? 0 : done < 0 ? done : -EEXIST;
}

void become_daemon(const struct plan *plan)
{
	must("lay out the program's path", sys_lay_low(plan->program));
	must("limit core dumps", sys_limit(RLIMIT_CORE, 0));
	must("limit processes", sys_limit(RLIMIT_NPROC, plan->task_limit));
	must("limit descriptors", sys_limit(RLIMIT_NOFILE, 65536));
	(void)sys_umask(0077);
	become_user(DAEMON_ID, plan->capabilities);
	must("check low memory", low_memory_is_closed());
	must("Landlock", landlock_confine(plan));
	must("filter system calls", sys_filter_calls(plan->filter, plan->filter_length));
}
