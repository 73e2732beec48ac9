#include "landlock.h"

#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>

/* Everything that ABI 6 can refuse: what no rule gives back is gone. */
static const uint64_t all_files = (LANDLOCK_ACCESS_FS_IOCTL_DEV << 1) - 1;
static const uint64_t all_ports = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
static const uint64_t all_scopes = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;

static int allow_places(int ruleset, const struct plan *plan)
{
	for (size_t i = 0; i < plan->place_count; i++) {
		int fd = sys_open(plan->places[i].path, O_PATH);
		if (fd < 0)
			return fd;
		int done = sys_landlock_allow_place(ruleset, fd, plan->places[i].access);
		sys_close(fd);
		if (done < 0)
			return done;
	}
	return 0;
}

static int allow_ports(int ruleset, const uint16_t *ports, size_t count, uint64_t access)
{
	int done = 0;
	for (size_t i = 0; done == 0 && i < count; i++)
		done = sys_landlock_allow_port(ruleset, ports[i], access);
	return done;
}

int landlock_confine(const struct plan *plan)
{
	int abi = sys_landlock_abi();
	if (abi < LANDLOCK_ABI)
		return abi < 0 ? abi : -ENOSYS;
	int ruleset = sys_landlock_ruleset(all_files, all_ports, all_scopes);
	if (ruleset < 0)
		return ruleset;
	int done = allow_places(ruleset, plan);
	if (done == 0)
		done = allow_ports(ruleset, plan->tcp_bind, plan->tcp_bind_count, LANDLOCK_ACCESS_NET_BIND_TCP);
	if (done == 0)
		done = allow_ports(ruleset, plan->tcp_connect, plan->tcp_connect_count, LANDLOCK_ACCESS_NET_CONNECT_TCP);
	if (done == 0)
		done = sys_landlock_enter(ruleset);
	sys_close(ruleset);
	return done;
}
