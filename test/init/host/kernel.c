#include "kernel.h"

#include "../../../overlays/init/names.h"
#include "../../../overlays/init/sys.h"
#include "../../../overlays/init/time_answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/dm-ioctl.h>
#include <linux/if_vlan.h>
#include <linux/input.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <linux/watchdog.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>

struct kernel kernel;

enum { FDS = 512, PROCESSES = 4096, LONGEST_RUN = 100000, REQUEST_SIZE = 600 };

#define PSTORE "/sys/fs/pstore/"
#define PSTORE_PANIC PSTORE "dmesg-ramoops-0"
#define PSTORE_CONSOLE PSTORE "console-ramoops-0"
#define PSTORE_DAEMON PSTORE "pmsg-ramoops-0"

struct process {
	char name[16];
	bool alive, ended;
	int status;
	int64_t end_ms; /* INT64_MAX: not yet known */
};

static struct {
	char label[FDS][48];
	bool open[FDS];
	long calls;
	jmp_buf end;
	int64_t told_ms;
	struct process process[PROCESSES];
	int processes;
	bool child_signal;
	int last_pipe;
	int ready_fd, answer_fd, time_fd, trace_fd, unit_fd;
	size_t unit_at;
	int64_t unit_ms, trace_ms, time_ms, ready_ms, ready_closed_ms, lease_ms, lease_again_ms;
	bool ctrl_alt_del_taken, power_key_taken;
	int uevents_taken;
	bool is_child; /* kernel.child was forked, and init goes on as it */
	size_t input_at, http_at, tcp_at, udp_at, words_at, daemon_words_at;
	uint8_t packet[600];
	size_t packet_size;
	bool filter_asked;
	int64_t packet_ms;
	bool resized;
	uint32_t address, gateways[8];
	int gateway_count;
	uint64_t dirty[256];
	int dirty_count, flushes;
	char low_path[64];
} state;

static const char *error_text(long result)
{
	static char text[32];
	const char *name = result < 0 ? errno_name((int)-result) : NULL;
	if (name)
		snprintf(text, sizeof text, "-%s", name);
	else
		snprintf(text, sizeof text, "%ld", result);
	return text;
}

static _Noreturn void finish(enum ending ending)
{
	longjmp(state.end, (int)ending + 1);
}

static void tell_time(void)
{
	if (state.told_ms == kernel.now_ms)
		return;
	state.told_ms = kernel.now_ms;
	printf("@%lld ms\n", (long long)kernel.now_ms);
}

/* Counts a call that may fail; returns the errno to fail with, or 0. `result` is what it returns otherwise. */
static long played(const char *name, long result, const char *format, ...)
{
	if (++state.calls > LONGEST_RUN)
		finish(ENDED_RUNAWAY);
	bool fails = state.calls == kernel.fail_call;
	if (fails)
		result = -kernel.fail_errno;
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (kernel.fail_text && strstr(text, kernel.fail_text))
		result = -kernel.fail_text_errno;
	tell_time();
	printf("%s(%s) = %s%s\n", name, text, error_text(result), fails ? " !" : "");
	return result;
}

static const char *label(int fd)
{
	return fd >= 0 && fd < FDS && state.open[fd] ? state.label[fd] : "closed";
}

static int new_fd(int from, const char *text)
{
	int fd = from;
	while (state.open[fd])
		fd++;
	state.open[fd] = true;
	snprintf(state.label[fd], sizeof state.label[fd], "%s", text);
	return fd;
}

static bool is_child(const char *name)
{
	return state.is_child && strcmp(kernel.child, name) == 0;
}

static int opened(const char *name, const char *path, const char *detail, int error)
{
	long result = played(name, error, "%s%s", path, detail);
	return result < 0 ? (int)result : new_fd(3, path);
}

/* ---- files */

static bool exists(const char *path)
{
	if (strncmp(path, "/dev/vda", 8) == 0)
		return kernel.now_ms >= kernel.disk_ms;
	if (strcmp(path, "/dev/pmsg0") == 0)
		return !kernel.keeps_no_daemon_words;
	return strcmp(path, "/proc/net/tcp6") != 0 && strcmp(path, "/proc/net/udp6") != 0;
}

int sys_open(const char *path, int flags)
{
	const char *mode = flags & O_PATH ? ", path" : (flags & O_ACCMODE) == O_RDONLY ? ", read" : (flags & O_ACCMODE) == O_WRONLY ? ", write" : ", read and write";
	return opened("open", path, mode, exists(path) ? 0 : -ENOENT);
}

int sys_close(int fd)
{
	tell_time();
	printf("close(%s)\n", label(fd));
	if (fd < 0 || fd >= FDS || !state.open[fd])
		printf("!! closed twice\n");
	else
		state.open[fd] = false;
	if (fd == state.answer_fd)
		state.answer_fd = -1;
	if (fd == state.ready_fd)
		state.ready_fd = -1;
	if (fd == state.trace_fd)
		state.trace_fd = -1;
	if (fd == state.unit_fd)
		state.unit_fd = -1;
	return 0;
}

static size_t chunk(const char *text, size_t *at, char *buffer, size_t size)
{
	size_t count = 0;
	while (text && text[*at] && text[*at] != '\f' && count < size)
		buffer[count++] = text[(*at)++];
	if (text && text[*at] == '\f')
		(*at)++;
	return count;
}

static ssize_t content(const char *path, char *buffer, size_t size)
{
	if (strcmp(path, "/root.verity") == 0) {
		size_t count = kernel.record_size < size ? kernel.record_size : size;
		memcpy(buffer, kernel.record, count);
		return (ssize_t)count;
	}
	if (strcmp(path, PSTORE_PANIC) == 0)
		return (ssize_t)chunk(kernel.panic_words, &state.words_at, buffer, size);
	if (strcmp(path, PSTORE_CONSOLE) == 0)
		return (ssize_t)chunk(kernel.console_words, &state.words_at, buffer, size);
	if (strcmp(path, PSTORE_DAEMON) == 0)
		return (ssize_t)chunk(kernel.daemon_words, &state.daemon_words_at, buffer, size);
	if (strcmp(path, "/proc/meminfo") == 0)
		return snprintf(buffer, size, "MemTotal:  500000 kB\nMemFree:  400000 kB\nMemAvailable:  410000 kB\n");
	if (strstr(path, "/statm"))
		return snprintf(buffer, size, "30000 12000 9000 10 0 0 0\n");
	if (strstr(path, "/errors_count"))
		return snprintf(buffer, size, "%s", kernel.errors_count);
	if (strcmp(path, "/proc/net/tcp") == 0)
		return (ssize_t)chunk(kernel.tcp_list, &state.tcp_at, buffer, size);
	if (strcmp(path, "/proc/net/udp") == 0)
		return (ssize_t)chunk(kernel.udp_list, &state.udp_at, buffer, size);
	return 0;
}

static ssize_t read_signal(void *buffer, size_t size)
{
	struct signalfd_siginfo signal = { 0 };
	if (state.child_signal)
		signal.ssi_signo = SIGCHLD;
	else if (kernel.ctrl_alt_del_ms != MISSING && kernel.now_ms >= kernel.ctrl_alt_del_ms && !state.ctrl_alt_del_taken)
		signal.ssi_signo = SIGINT;
	else
		return -EAGAIN;
	state.child_signal = state.child_signal && signal.ssi_signo != SIGCHLD;
	state.ctrl_alt_del_taken = state.ctrl_alt_del_taken || signal.ssi_signo == SIGINT;
	memcpy(buffer, &signal, size);
	return (ssize_t)size;
}

static ssize_t read_key(void *buffer, size_t size)
{
	struct input_event event = { .type = EV_KEY, .code = KEY_POWER, .value = 1 };
	if (state.power_key_taken)
		return -EAGAIN;
	state.power_key_taken = true;
	memcpy(buffer, &event, size);
	return (ssize_t)size;
}

static ssize_t read_lease(void *buffer, size_t size)
{
	if (kernel.now_ms >= state.lease_again_ms) {
		if (kernel.later_gateways)
			kernel.lease.gateway = *kernel.later_gateways++;
		bool last = !kernel.later_gateways || *kernel.later_gateways == NO_MORE_GATEWAYS;
		state.lease_again_ms = last ? INT64_MAX : kernel.now_ms + kernel.lease_again_ms;
	} else {
		state.lease_ms = INT64_MAX;
	}
	size_t count = kernel.lease_size < size ? kernel.lease_size : size;
	memcpy(buffer, &kernel.lease, count);
	return (ssize_t)count;
}

static size_t acknowledgement(void *buffer, size_t size)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer = { .header = { .nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR } };
	memcpy(buffer, &answer, sizeof answer < size ? sizeof answer : size);
	return sizeof answer;
}

static ssize_t read_time(void *buffer, size_t size)
{
	struct time_answer answer = { .offset_us = kernel.time_offset_us };
	state.time_ms = INT64_MAX;
	memcpy(buffer, &answer, size);
	return (ssize_t)size;
}

static size_t read_unit(void *buffer, size_t size)
{
	size_t left = kernel.unit_answer_size - state.unit_at, count = left < size ? left : size;
	if (count > 0)
		memcpy(buffer, kernel.unit_answer + state.unit_at, count);
	state.unit_at += count;
	return count;
}

ssize_t sys_read(int fd, void *buffer, size_t size)
{
	ssize_t result;
	if (strcmp(label(fd), "signals") == 0)
		return read_signal(buffer, size);
	if (strncmp(label(fd), "/dev/input", 10) == 0)
		result = read_key(buffer, size);
	else if (fd == state.answer_fd && !state.is_child)
		result = read_lease(buffer, size);
	else if (fd == state.unit_fd && !state.is_child)
		result = (ssize_t)read_unit(buffer, size);
	else if (fd == state.time_fd && !state.is_child)
		result = read_time(buffer, size);
	else if (is_child("time"))
		result = (ssize_t)time_server_answer(buffer), state.packet_ms = INT64_MAX;
	else if (strcmp(label(fd), "routing socket") == 0)
		result = (ssize_t)acknowledgement(buffer, size);
	else if (is_child("log"))
		result = (ssize_t)chunk(kernel.input, &state.input_at, buffer, size);
	else if (strcmp(label(fd), "tcp socket") == 0)
		result = (ssize_t)chunk(kernel.http, &state.http_at, buffer, size);
	else
		result = content(label(fd), buffer, size);
	return played("read", result, "%s", label(fd));
}

static void print_lease(const struct lease *lease)
{
	printf("answer: kind %u address %08x/%u gateway %08x dns %u: %08x %08x for %u s\n", lease->kind, lease->address, lease->prefix,
	       lease->gateway, lease->dns_count, lease->dns[0], lease->dns[1], lease->seconds);
}

ssize_t sys_write(int fd, const void *buffer, size_t size)
{
	tell_time();
	if (strcmp(label(fd), "/dev/console") == 0) {
		printf("console: %.*s", (int)size, (const char *)buffer);
		return (ssize_t)size;
	}
	if (is_child("dhcp")) {
		print_lease(buffer);
		return (ssize_t)size;
	}
	if (is_child("time") && size == sizeof(struct time_answer)) {
		printf("answer: behind by %lld us\n", (long long)((const struct time_answer *)buffer)->offset_us);
		return (ssize_t)size;
	}
	if (is_child("time")) {
		time_server_asked(buffer);
		state.packet_ms = kernel.time_server == TIME_SILENT ? INT64_MAX : kernel.now_ms + 20;
		return played("write", (long)size, "%s, request", label(fd));
	}
	if (strcmp(label(fd), "routing socket") == 0)
		return played("write", (long)size, "%s, %zu bytes of type %d", label(fd), size, ((const struct nlmsghdr *)buffer)->nlmsg_type);
	char text[600];
	size_t used = 0;
	for (size_t i = 0; i < size && used < sizeof text - 3; i++) {
		char byte = ((const char *)buffer)[i];
		if (byte == '\n' || byte == '\r') {
			text[used++] = '\\';
			byte = byte == '\n' ? 'n' : 'r';
		}
		text[used++] = byte;
	}
	text[used] = 0;
	return played("write", (long)size, "%s, \"%s\"", label(fd), text);
}

/* Of a partition's own device: from its beginning to its end. */
static ssize_t read_identity(int fd, void *buffer, size_t size, uint64_t offset)
{
	uint64_t left = offset < IDENTITY_SECTORS * 512 ? IDENTITY_SECTORS * 512 - offset : 0;
	size_t count = left < size ? left : size;
	memcpy(buffer, kernel.disk + IDENTITY_FIRST * 512 + offset, count);
	return played("pread", (long)count, "%s, %zu bytes at byte %llu", label(fd), size, (unsigned long long)offset);
}

ssize_t sys_pread(int fd, void *buffer, size_t size, uint64_t offset)
{
	if (strcmp(label(fd), "/dev/vda4") == 0)
		return read_identity(fd, buffer, size, offset);
	long result = played("pread", (long)size, "%s, %zu bytes at sector %llu", label(fd), size, (unsigned long long)(offset / 512));
	if (result > 0)
		memcpy(buffer, kernel.disk + offset, size);
	return result;
}

ssize_t sys_pwrite(int fd, const void *buffer, size_t size, uint64_t offset)
{
	long result = played("pwrite", (long)size, "%s, %zu bytes at sector %llu", label(fd), size, (unsigned long long)(offset / 512));
	if (result > 0)
		memcpy(kernel.disk + offset, buffer, size);
	for (size_t at = 0; result > 0 && at < size; at += 512)
		state.dirty[state.dirty_count++] = (offset + at) / 512;
	return result;
}

static void flush(uint64_t which, size_t torn_at)
{
	for (int i = 0; i < state.dirty_count; i++) {
		uint8_t *to = kernel.stable_disk + state.dirty[i] * 512;
		const uint8_t *from = kernel.disk + state.dirty[i] * 512;
		bool whole = which >> (i & 63) & 1;
		memcpy(to, from, whole ? 512 : torn_at);
		if (!whole && torn_at > 0)
			memset(to + torn_at, 0xdb, 512 - torn_at);
	}
	state.dirty_count = 0;
}

int sys_fsync(int fd)
{
	state.flushes++;
	bool cut = state.flushes == kernel.cut_flush;
	flush(cut ? kernel.cut_sectors : ~UINT64_C(0), cut ? kernel.cut_torn_at : 0);
	if (cut)
		finish(ENDED_BY_POWER_CUT);
	return (int)played("fsync", 0, "%s", label(fd));
}

int sys_pipe(int ends[2])
{
	long result = played("pipe", 0, "%s", "");
	if (result < 0)
		return (int)result;
	ends[0] = state.last_pipe = new_fd(3, "pipe's end");
	ends[1] = new_fd(3, "pipe's beginning");
	return 0;
}

int sys_dup_above(int fd, int minimum)
{
	long result = played("dup_above", 0, "%s, %d", label(fd), minimum);
	return result < 0 ? (int)result : new_fd(minimum, label(fd));
}

int sys_dup_to(int fd, int target)
{
	long result = played("dup_to", target, "%s, %d", label(fd), target);
	if (result >= 0) {
		state.open[target] = true;
		memmove(state.label[target], label(fd), sizeof state.label[0]);
	}
	return (int)result;
}

int sys_close_from(int first)
{
	long result = played("close_from", 0, "%d", first);
	for (int fd = first; result == 0 && fd < FDS; fd++)
		state.open[fd] = false;
	return (int)result;
}

int sys_close_on_exec_from(int first)
{
	return (int)played("close_on_exec_from", 0, "%d", first);
}

/* ---- devices */

static const char *request_name(unsigned long request)
{
	switch (request) {
	case WDIOC_SETTIMEOUT: return "WDIOC_SETTIMEOUT";
	case WDIOC_GETTIMEOUT: return "WDIOC_GETTIMEOUT";
	case WDIOC_GETBOOTSTATUS: return "WDIOC_GETBOOTSTATUS";
	case WDIOC_KEEPALIVE: return "WDIOC_KEEPALIVE";
	case BLKSSZGET: return "BLKSSZGET";
	case BLKGETSIZE64: return "BLKGETSIZE64";
	case BLKPG: return "BLKPG";
	case DM_DEV_CREATE: return "DM_DEV_CREATE";
	case DM_TABLE_LOAD: return "DM_TABLE_LOAD";
	case DM_DEV_SUSPEND: return "DM_DEV_SUSPEND";
	case SIOCGIFNAME: return "SIOCGIFNAME";
	case SIOCGIFHWADDR: return "SIOCGIFHWADDR";
	case SIOCGIFFLAGS: return "SIOCGIFFLAGS";
	case SIOCSIFFLAGS: return "SIOCSIFFLAGS";
	case SIOCSIFHWADDR: return "SIOCSIFHWADDR";
	case SIOCSIFADDR: return "SIOCSIFADDR";
	case SIOCSIFNETMASK: return "SIOCSIFNETMASK";
	case SIOCADDRT: return "SIOCADDRT";
	case SIOCSIFVLAN: return "SIOCSIFVLAN";
	case SIOCGIFINDEX: return "SIOCGIFINDEX";
	default: return _IOC_TYPE(request) == 'E' ? "EVIOCGBIT" : _IOC_TYPE(request) == 'f' ? "EXT4_IOC_RESIZE_FS" : "?";
	}
}

static const char *address_text(const struct sockaddr *address)
{
	return inet_ntoa(((const struct sockaddr_in *)address)->sin_addr);
}

/* Read as the kernel reads it: by the offsets in the request, which must lie in it (drivers/md/dm-ioctl.c). */
static void describe_mapping(const struct dm_ioctl *io, char text[REQUEST_SIZE])
{
	snprintf(text, REQUEST_SIZE, ", %u.%u %s%s%s%s", io->version[0], io->version[1], io->name, io->flags & DM_READONLY_FLAG ? " ro" : "",
	         io->flags & DM_PERSISTENT_DEV_FLAG ? " device" : "", io->flags & DM_SUSPEND_FLAG ? " suspend" : "");
	if (io->flags & DM_PERSISTENT_DEV_FLAG)
		snprintf(text + strlen(text), REQUEST_SIZE - strlen(text), " %llu", (unsigned long long)io->dev);
	const char *end = (const char *)io + io->data_size;
	const struct dm_target_spec *target = (const void *)((const char *)io + io->data_start);
	if (io->target_count == 0)
		return;
	const char *parameters = (const char *)(target + 1);
	if (io->data_start < sizeof *io || parameters >= end || !memchr(parameters, 0, (size_t)(end - parameters)))
		printf("!! a request that the kernel refuses\n");
	else
		snprintf(text + strlen(text), REQUEST_SIZE - strlen(text), ": %llu %llu %s %s", (unsigned long long)target->sector_start,
		         (unsigned long long)target->length, target->target_type, parameters);
}

static void describe_request(unsigned long request, const void *argument, char text[REQUEST_SIZE])
{
	const struct ifreq *interface = argument;
	text[0] = 0;
	if (request == WDIOC_SETTIMEOUT) {
		snprintf(text, REQUEST_SIZE, ", %d", *(const int *)argument);
	} else if (_IOC_TYPE(request) == DM_IOCTL) {
		describe_mapping(argument, text);
	} else if (request == BLKPG) {
		const struct blkpg_ioctl_arg *outer = argument;
		const struct blkpg_partition *partition = outer->data;
		snprintf(text, REQUEST_SIZE, ", %s partition %d: %lld bytes from %lld", outer->op == BLKPG_RESIZE_PARTITION ? "resize" : "?",
		         partition->pno, partition->length, partition->start);
	} else if (_IOC_TYPE(request) == 'f') {
		snprintf(text, REQUEST_SIZE, ", %llu blocks", *(const unsigned long long *)argument);
	} else if (request == SIOCSIFADDR || request == SIOCSIFNETMASK) {
		snprintf(text, REQUEST_SIZE, ", %s %s", interface->ifr_name, address_text(&interface->ifr_addr));
	} else if (request == SIOCSIFHWADDR) {
		const uint8_t *mac = (const uint8_t *)interface->ifr_hwaddr.sa_data;
		snprintf(text, REQUEST_SIZE, ", %s %02x:%02x:%02x:%02x:%02x:%02x", interface->ifr_name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	} else if (request == SIOCSIFVLAN) {
		const struct vlan_ioctl_args *vlan = argument;
		snprintf(text, REQUEST_SIZE, ", %s %d on %s", vlan->cmd == ADD_VLAN_CMD ? "add" : "?", vlan->u.VID, vlan->device1);
	} else if (request == SIOCADDRT) {
		const struct rtentry *route = argument;
		snprintf(text, REQUEST_SIZE, ", default through %s at %s", address_text(&route->rt_gateway), route->rt_dev);
	} else if (request == SIOCGIFNAME) {
		snprintf(text, REQUEST_SIZE, ", %d", interface->ifr_ifindex);
	} else if (request >> 8 == 0x89) {
		snprintf(text, REQUEST_SIZE, ", %s%s", interface->ifr_name, request == SIOCSIFFLAGS && interface->ifr_flags & IFF_UP ? " up" : "");
	}
}

/* As Linux does: setting the same address again changes nothing, and with the last address all routes of an interface go. */
static int set_address(const struct sockaddr *to)
{
	uint32_t address = ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr);
	if (address != state.address)
		state.gateway_count = 0;
	state.address = address;
	return 0;
}

/* Routes to the same place are kept side by side, the newest first; only the same one again is refused. */
static int add_gateway(const struct sockaddr *through)
{
	uint32_t gateway = ntohl(((const struct sockaddr_in *)through)->sin_addr.s_addr);
	for (int i = 0; i < state.gateway_count; i++)
		if (state.gateways[i] == gateway)
			return -EEXIST;
	if (state.address == 0)
		return -ENETUNREACH;
	memmove(state.gateways + 1, state.gateways, (size_t)state.gateway_count * sizeof *state.gateways);
	state.gateways[0] = gateway;
	if (++state.gateway_count > 1)
		printf("!! %d default routes\n", state.gateway_count);
	return 0;
}

static int answer_request(unsigned long request, void *argument)
{
	struct ifreq *interface = argument;
	bool about_interface = request >> 8 == 0x89 && request != SIOCADDRT && request != SIOCGIFNAME && request != SIOCSIFVLAN;
	if (about_interface && kernel.late_interface && kernel.now_ms < kernel.ethernet_ms && strcmp(interface->ifr_name, kernel.late_interface) == 0)
		return -ENODEV;
	switch (request) {
	case SIOCGIFINDEX:
		interface->ifr_ifindex = 2;
		return 0;
	case WDIOC_GETBOOTSTATUS:
		*(int *)argument = kernel.watchdog_reset ? WDIOF_CARDRESET : 0;
		return 0;
	case BLKSSZGET:
		*(int *)argument = 512;
		return 0;
	case BLKGETSIZE64:
		*(uint64_t *)argument = kernel.disk_sectors * 512;
		return 0;
	case SIOCGIFNAME:
		if (interface->ifr_ifindex > (kernel.now_ms >= kernel.ethernet_ms ? 2 : 1))
			return -ENODEV;
		strcpy(interface->ifr_name, interface->ifr_ifindex == 1 ? "lo" : "eth0");
		return 0;
	case SIOCGIFHWADDR:
		interface->ifr_hwaddr.sa_family = strcmp(interface->ifr_name, "lo") == 0 ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
		memcpy(interface->ifr_hwaddr.sa_data, "\x52\x54\0\x12\x34\x56", 6);
		return 0;
	case SIOCGIFFLAGS:
		interface->ifr_flags = 0;
		return 0;
	case SIOCSIFADDR:
		return set_address(&interface->ifr_addr);
	case SIOCADDRT:
		return add_gateway(&((const struct rtentry *)argument)->rt_gateway);
	default:
		if (_IOC_TYPE(request) == 'E')
			((uint8_t *)argument)[KEY_POWER / 8] |= 1 << KEY_POWER % 8;
		state.resized = state.resized || _IOC_TYPE(request) == 'f';
		return 0;
	}
}

int sys_ioctl(int fd, unsigned long request, void *argument)
{
	char text[REQUEST_SIZE];
	if (strcmp(label(fd), "ipv6 socket") == 0 && request == SIOCSIFADDR) {
		const struct in6_ifreq *address = argument;
		const uint8_t *bytes = address->ifr6_addr.s6_addr;
		return (int)played("SIOCSIFADDR", 0, "%s, link %d %02x%02x:…:%02x%02x/%u", label(fd), address->ifr6_ifindex, bytes[0], bytes[1],
		                   bytes[14], bytes[15], address->ifr6_prefixlen);
	}
	describe_request(request, argument, text);
	int answer = answer_request(request, argument);
	return (int)played(request_name(request), answer, "%s%s", label(fd), text);
}

/* ---- waiting */

static int64_t next_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t or_never(int64_t ms)
{
	return ms == MISSING ? INT64_MAX : ms;
}

static int uevents_so_far(void)
{
	return (kernel.disk_ms > 0 && kernel.now_ms >= kernel.disk_ms) + (kernel.ethernet_ms > 0 && kernel.now_ms >= kernel.ethernet_ms);
}

static bool is_readable(int fd)
{
	const char *name = label(fd);
	if (strcmp(name, "signals") == 0)
		return state.child_signal || (kernel.now_ms >= or_never(kernel.ctrl_alt_del_ms) && !state.ctrl_alt_del_taken);
	if (strcmp(name, "device events") == 0)
		return state.uevents_taken < uevents_so_far();
	if (strncmp(name, "/dev/input", 10) == 0)
		return kernel.now_ms >= or_never(kernel.power_key_ms) && !state.power_key_taken;
	if (strcmp(name, "/dev/random") == 0)
		return kernel.now_ms >= kernel.entropy_ms;
	if (is_child("dhcp") && strcmp(name, "udp socket") == 0)
		return state.packet_size > 0 && kernel.now_ms >= state.packet_ms;
	if (is_child("time") && strcmp(name, "udp socket") == 0)
		return kernel.now_ms >= state.packet_ms;
	if (is_child("log"))
		return kernel.input[state.input_at] != '\v';
	if (strcmp(name, "tcp socket") == 0)
		return kernel.http != NULL;
	if (fd == state.time_fd)
		return kernel.now_ms >= state.time_ms;
	if (fd == state.trace_fd)
		return kernel.now_ms >= state.trace_ms;
	if (fd == state.unit_fd)
		return kernel.now_ms >= state.unit_ms;
	if (fd == state.ready_fd)
		return kernel.now_ms >= state.ready_ms || kernel.now_ms >= state.ready_closed_ms;
	if (fd == state.answer_fd)
		return kernel.now_ms >= state.lease_ms || kernel.now_ms >= state.lease_again_ms;
	return false;
}

/* Ends the children whose time has come. */
static void pass_time(void)
{
	for (int i = 0; i < state.processes; i++) {
		struct process *process = &state.process[i];
		if (!process->alive || process->end_ms > kernel.now_ms)
			continue;
		process->alive = false;
		process->ended = true;
		state.child_signal = true;
	}
}

static int64_t next_event(void)
{
	int64_t next = INT64_MAX;
	const int64_t times[] = {
		kernel.disk_ms, kernel.ethernet_ms, kernel.entropy_ms, or_never(kernel.power_key_ms), or_never(kernel.ctrl_alt_del_ms),
		state.unit_ms, state.trace_ms, state.time_ms, state.ready_ms, state.ready_closed_ms, state.lease_ms, state.lease_again_ms, state.packet_size || is_child("time") ? state.packet_ms : INT64_MAX,
	};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i] > kernel.now_ms)
			next = next_of(next, times[i]);
	for (int i = 0; i < state.processes; i++)
		if (state.process[i].alive)
			next = next_of(next, state.process[i].end_ms);
	return next;
}

static int ready_count(struct pollfd *fds, size_t count)
{
	int found = 0;
	for (size_t i = 0; i < count; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		if (fds[i].events & POLLOUT)
			fds[i].revents = POLLOUT;
		else if (fds[i].events && is_readable(fds[i].fd))
			fds[i].revents = fds[i].fd == state.ready_fd && kernel.now_ms < state.ready_ms ? POLLHUP : POLLIN;
		found += fds[i].revents != 0;
	}
	return found;
}

int sys_poll(struct pollfd *fds, size_t count, int64_t timeout_ms)
{
	int64_t deadline = timeout_ms < 0 ? INT64_MAX : kernel.now_ms + timeout_ms;
	if (++state.calls > LONGEST_RUN)
		finish(ENDED_RUNAWAY);
	if (state.calls == kernel.fail_call) {
		tell_time();
		printf("poll() = -%s !\n", errno_name(kernel.fail_errno));
		return -kernel.fail_errno;
	}
	for (;;) {
		pass_time();
		int found = ready_count(fds, count);
		if (found > 0 || kernel.now_ms >= deadline)
			return found;
		int64_t next = next_of(next_event(), deadline);
		if (next > kernel.end_ms)
			finish(ENDED_BY_TIME);
		kernel.now_ms = next;
	}
}

void sys_sleep_ms(int64_t duration)
{
	tell_time();
	printf("sleep(%lld ms)\n", (long long)duration);
	kernel.now_ms += duration;
	pass_time();
	if (++state.calls > LONGEST_RUN)
		finish(ENDED_RUNAWAY);
}

/* ---- names */

int sys_list(const char *path, struct sys_names *names)
{
	names->count = 0;
	long result = played("list", 0, "%s", path);
	if (result == 0 && strcmp(path, "/sys/block") == 0 && kernel.now_ms >= kernel.disk_ms)
		strcpy(names->name[names->count++], "vda");
	bool pstore = result == 0 && strcmp(path, "/sys/fs/pstore") == 0;
	if (pstore && kernel.console_words)
		strcpy(names->name[names->count++], "console-ramoops-0");
	if (pstore && kernel.panic_words)
		strcpy(names->name[names->count++], "dmesg-ramoops-0");
	if (pstore && kernel.daemon_words)
		strcpy(names->name[names->count++], "pmsg-ramoops-0");
	if (result == 0 && strcmp(path, "/dev/input") == 0)
		strcpy(names->name[names->count++], "event0");
	return (int)result;
}

int sys_mkdir(const char *path, mode_t mode)
{
	return (int)played("mkdir", 0, "%s, %04o", path, mode);
}

int sys_chmod(const char *path, mode_t mode)
{
	return (int)played("chmod", 0, "%s, %04o", path, mode);
}

int sys_chown(const char *path, uint32_t id)
{
	return (int)played("chown", 0, "%s, %u", path, id);
}

int sys_unlink(const char *path)
{
	return (int)played("unlink", 0, "%s", path);
}

int sys_rename(const char *from, const char *to)
{
	return (int)played("rename", 0, "%s, %s", from, to);
}

int sys_character_device(const char *path, mode_t mode, unsigned major, unsigned minor)
{
	return (int)played("character_device", 0, "%s, %04o, %u:%u", path, mode, major, minor);
}

static const char *flag_text(unsigned long flags)
{
	static char text[128];
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ MS_RDONLY, " ro" }, { MS_NOSUID, " nosuid" }, { MS_NODEV, " nodev" }, { MS_NOEXEC, " noexec" },
		{ MS_NOATIME, " noatime" }, { MS_MOVE, " move" }, { MS_REMOUNT, " remount" }, { MS_BIND, " bind" },
	};
	text[0] = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (flags & names[i].flag)
			strcat(text, names[i].name);
	return text;
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
	return (int)played("mount", 0, "%s at %s:%s%s%s%s%s", source ? source : "-", target, type ? " " : "", type ? type : "",
	                   flag_text(flags), options ? " " : "", options ? options : "");
}

int sys_unmount(const char *target, int flags)
{
	bool busy = kernel.data_busy && strcmp(target, "/data") == 0;
	return (int)played("unmount", busy ? -EBUSY : 0, "%s%s", target, flags == MNT_DETACH ? ", detach" : "");
}

int sys_filesystem(const char *path, struct sys_filesystem *result)
{
	*result = (struct sys_filesystem){ 4096, state.resized ? kernel.data_blocks_resized : kernel.data_blocks };
	return (int)played("filesystem", 0, "%s", path);
}

int sys_chdir(const char *path)
{
	return (int)played("chdir", 0, "%s", path);
}

int sys_fchdir(int fd)
{
	return (int)played("fchdir", 0, "%s", label(fd));
}

int sys_chroot(const char *path)
{
	return (int)played("chroot", 0, "%s", path);
}

void sys_sync(void)
{
	tell_time();
	printf("sync()\n");
}

/* ---- sockets */

int sys_socket(int domain, int type, int protocol)
{
	bool routing = domain == AF_NETLINK && protocol == NETLINK_ROUTE;
	bool filter = domain == AF_NETLINK && protocol == NETLINK_NETFILTER;
	const char *name = routing ? "routing socket" : filter ? "packet filter" : domain == AF_NETLINK ? "device events" : (type & 0xff) == SOCK_RAW ? "raw socket" : domain == AF_INET6 ? "ipv6 socket" : (type & 0xff) == SOCK_STREAM ? "tcp socket" : "udp socket";
	return opened("socket", name, "", 0);
}

int sys_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)size;
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *own = (const struct sockaddr_in6 *)address;
		bool any = memcmp(&own->sin6_addr, &in6addr_any, sizeof in6addr_any) == 0;
		return (int)played("bind", 0, "%s, %s:%d", label(fd), any ? "[::]" : "[another address]", ntohs(own->sin6_port));
	}
	int port = address->sa_family == AF_INET ? ntohs(((const struct sockaddr_in *)address)->sin_port) : 0;
	return (int)played("bind", 0, "%s, %s:%d", label(fd), address->sa_family == AF_INET ? address_text(address) : "kernel", port);
}

int sys_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)size;
	return (int)played("connect", 0, "%s, %s:%d", label(fd), address_text(address), ntohs(((const struct sockaddr_in *)address)->sin_port));
}

int sys_set_option(int fd, int level, int option, const void *value, socklen_t size)
{
	(void)level;
	const char *name = option == SO_BINDTODEVICE ? "SO_BINDTODEVICE" : option == SO_BROADCAST ? "SO_BROADCAST" : "?";
	return (int)played("set_option", 0, "%s, %s, %.*s", label(fd), name, option == SO_BINDTODEVICE ? (int)size : 1,
	                   option == SO_BINDTODEVICE ? (const char *)value : "1");
}

ssize_t sys_send_to(int fd, const void *buffer, size_t size, const struct sockaddr *address, socklen_t address_size)
{
	(void)address_size;
	if (strcmp(label(fd), "packet filter") == 0) {
		state.filter_asked = true;
		return played("send_to", (long)size, "%s, %zu bytes", label(fd), size);
	}
	if (is_child("advertiser")) {
		const struct sockaddr_in6 *to = (const struct sockaddr_in6 *)address;
		printf("advertises");
		for (size_t i = 0; i < size; i++)
			printf("%s%02x", i % 8 ? "" : " ", ((const uint8_t *)buffer)[i]);
		printf(" to %02x%02x::%x on link %u\n", to->sin6_addr.s6_addr[0], to->sin6_addr.s6_addr[1], to->sin6_addr.s6_addr[15], to->sin6_scope_id);
		return (ssize_t)size;
	}
	state.packet_size = dhcp_server_answer(buffer, size, state.packet);
	state.packet_ms = kernel.now_ms + 5;
	return played("send_to", (long)size, "%s, %s:%d: %s", label(fd), address_text(address),
	              ntohs(((const struct sockaddr_in *)address)->sin_port), dhcp_server_describe(buffer, size));
}

ssize_t sys_receive_from(int fd, void *buffer, size_t size, struct sockaddr *address, socklen_t *address_size)
{
	if (strcmp(label(fd), "packet filter") == 0) {
		struct {
			struct nlmsghdr header;
			struct nlmsgerr error;
		} answer = { { .nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR }, { -kernel.refuses_ruleset, { .nlmsg_seq = 7 } } };
		if (!state.filter_asked)
			return played("receive_from", -EAGAIN, "%s", label(fd));
		state.filter_asked = false;
		memset(address, 0, sizeof(struct sockaddr_nl));
		memcpy(buffer, &answer, sizeof answer);
		return played("receive_from", (long)sizeof answer, "%s", label(fd));
	}
	(void)address_size;
	if (strcmp(label(fd), "device events") == 0) {
		if (!is_readable(fd))
			return -EAGAIN;
		state.uevents_taken++;
		return played("receive_from", (long)size, "%s", label(fd));
	}
	size_t count = state.packet_size < size ? state.packet_size : size;
	memcpy(buffer, state.packet, count);
	((struct sockaddr_in *)address)->sin_port = htons(67);
	state.packet_size = 0;
	return played("receive_from", (long)count, "%s: %s", label(fd), dhcp_server_describe(buffer, count));
}

/* ---- processes */

static int64_t after(int64_t ms)
{
	return ms == MISSING ? INT64_MAX : kernel.now_ms + ms;
}

static void start_daemon(struct process *process)
{
	process->end_ms = after(kernel.exit_after_ms);
	process->status = kernel.exit_status;
	state.ready_fd = state.last_pipe;
	state.ready_ms = after(kernel.ready_after_ms);
	state.ready_closed_ms = after(kernel.closes_ready_after_ms);
}

static void start_dhcp(struct process *process)
{
	process->end_ms = after(kernel.dhcp_exit_after_ms);
	process->status = 256;
	state.answer_fd = state.last_pipe;
	state.lease_ms = after(kernel.lease_after_ms);
	if (kernel.lease_once)
		kernel.lease_after_ms = MISSING;
	state.lease_again_ms = after(kernel.lease_again_ms);
}

pid_t sys_fork(const char *name)
{
	bool become = kernel.child && strcmp(name, kernel.child) == 0;
	long result = played("fork", become ? 0 : 100 + state.processes, "%s", name);
	state.is_child = state.is_child || (become && result == 0);
	if (result < 0 || become)
		return (pid_t)result;
	struct process *process = &state.process[state.processes++];
	if (state.processes == PROCESSES)
		finish(ENDED_RUNAWAY);
	*process = (struct process){ .alive = true, .end_ms = INT64_MAX };
	snprintf(process->name, sizeof process->name, "%s", name);
	if (strcmp(name, kernel.daemon) == 0)
		start_daemon(process);
	if (strcmp(name, "dhcp") == 0)
		start_dhcp(process);
	if (strcmp(name, "time") == 0) {
		state.time_fd = state.last_pipe;
		state.time_ms = after(kernel.time_after_ms);
	}
	if (strcmp(name, "identity") == 0) {
		state.unit_fd = state.last_pipe;
		process->end_ms = state.unit_ms = after(kernel.unit_after_ms);
	}
	if (strcmp(name, "trace") == 0) {
		process->end_ms = state.trace_ms = after(kernel.trace_takes_ms);
		state.trace_fd = state.last_pipe;
	}
	if (strcmp(name, "health") == 0) {
		bool sick = kernel.now_ms >= or_never(kernel.sick_from_ms) && kernel.now_ms < kernel.sick_until_ms;
		process->end_ms = kernel.now_ms + 5;
		process->status = sick ? 256 : 0;
	}
	return (pid_t)result;
}

int sys_share_memory(size_t size, void **memory)
{
	long result = played("share_memory", 0, "%zu bytes", size);
	if (result == 0)
		*memory = calloc(1, size);
	return (int)result;
}

int sys_secret_memory(size_t size, void **memory)
{
	long result = played("secret_memory", 0, "%zu bytes", size);
	if (result == 0)
		*memory = calloc(1, size);
	return (int)result;
}

int sys_show_to_children(void *memory, size_t size, bool shown)
{
	(void)memory;
	return (int)played("show_to_children", 0, "%zu bytes, %s", size, shown ? "shown" : "hidden");
}

pid_t sys_wait(int *status)
{
	bool any = false;
	for (int i = 0; i < state.processes; i++) {
		any = any || state.process[i].alive;
		if (!state.process[i].ended)
			continue;
		state.process[i].ended = false;
		*status = state.process[i].status;
		return (pid_t)played("wait", 100 + i, "%s", state.process[i].name);
	}
	return any ? 0 : -ECHILD;
}

static void end_process(struct process *process, int status, int64_t at_ms)
{
	if (!process->alive || process->end_ms <= at_ms)
		return;
	process->status = status;
	process->end_ms = at_ms;
}

int sys_kill(pid_t pid, int signal)
{
	char who[32] = "everything";
	if (pid < -1)
		snprintf(who, sizeof who, "group of %s", state.process[-pid - 100].name);
	else if (pid > 0)
		snprintf(who, sizeof who, "%s", state.process[pid - 100].name);
	long result = played("kill", 0, "%s, %s", who, signal_name(signal));
	if (result < 0)
		return (int)result;
	for (int i = 0; i < state.processes; i++) {
		bool daemon = strcmp(state.process[i].name, kernel.daemon) == 0;
		if (pid != -1 && pid != 100 + i)
			continue;
		if (signal == SIGKILL && !(daemon && kernel.survives_sigkill))
			end_process(&state.process[i], SIGKILL, kernel.now_ms + 1);
		if (signal == SIGTERM && !(daemon && kernel.ignores_sigterm))
			end_process(&state.process[i], 0, kernel.now_ms + 10);
	}
	return 0;
}

int sys_lay_low(const char *path)
{
	snprintf(state.low_path, sizeof state.low_path, "%s", path);
	return (int)played("lay_low", 0, "%s", path);
}

int sys_map_low(void)
{
	return (int)played("map_low", kernel.low_memory_is_open ? 0 : -EPERM, "%s", "");
}

int sys_execute_low(const char *const *arguments, const char *const *environment)
{
	char text[512] = "";
	for (; *arguments; arguments++)
		snprintf(text + strlen(text), sizeof text - strlen(text), " [%s]", *arguments);
	for (; *environment; environment++)
		snprintf(text + strlen(text), sizeof text - strlen(text), " {%s}", *environment);
	long result = played("execute_low", 0, "%s,%s", state.low_path, text);
	if (result == 0)
		finish(ENDED_BY_EXIT);
	return (int)result;
}

void sys_exit(int status)
{
	tell_time();
	printf("exit(%d)\n", status);
	finish(ENDED_BY_EXIT);
}

int sys_new_session(void)
{
	return (int)played("new_session", 1, "%s", "");
}

int sys_limit(int resource, uint64_t value)
{
	static const char *const names[] = { "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS" };
	return (int)played("limit", 0, "%s, %llu", names[resource], (unsigned long long)value);
}

int sys_process_control(int option, unsigned long a, unsigned long b, unsigned long c)
{
	/* Capabilities 0 to 40, as Linux 6.12 has them. */
	bool unknown = option == 24 && a > 40;
	static const struct {
		int option;
		const char *name;
	} names[] = { { 24, "PR_CAPBSET_DROP" }, { 28, "PR_SET_SECUREBITS" }, { 38, "PR_SET_NO_NEW_PRIVS" }, { 47, "PR_CAP_AMBIENT" } };
	const char *name = "?";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].option == option)
			name = names[i].name;
	return (int)played("process_control", unknown ? -EINVAL : 0, "%s, %lu, %lu, %lu", name, a, b, c);
}

int sys_no_groups(void)
{
	return (int)played("no_groups", 0, "%s", "");
}

int sys_set_gid(uint32_t id)
{
	return (int)played("set_gid", 0, "%u", id);
}

int sys_set_uid(uint32_t id)
{
	return (int)played("set_uid", 0, "%u", id);
}

int sys_set_capabilities(uint64_t set)
{
	return (int)played("set_capabilities", 0, "0x%llx", (unsigned long long)set);
}

int sys_filter_calls(const struct plan_instruction *filter, size_t length)
{
	bool whole = length > 0 && filter[length - 1].code == 0x06; /* it ends with a return */
	return (int)played("filter_calls", whole ? 0 : -EINVAL, "%s", whole ? "of the plan" : "!! no filter");
}

int sys_landlock_abi(void)
{
	return (int)played("landlock_abi", kernel.landlock_abi, "%s", "");
}

int sys_landlock_ruleset(uint64_t files, uint64_t ports, uint64_t scopes)
{
	char text[64];
	snprintf(text, sizeof text, "files %llx ports %llx scopes %llx", (unsigned long long)files, (unsigned long long)ports, (unsigned long long)scopes);
	long result = played("landlock_ruleset", 0, "%s", text);
	return result < 0 ? (int)result : new_fd(3, "ruleset");
}

int sys_landlock_allow_place(int ruleset, int fd, uint64_t access)
{
	return (int)played("landlock_allow_place", 0, "%s, %s, %llx", label(ruleset), label(fd), (unsigned long long)access);
}

int sys_landlock_allow_port(int ruleset, uint16_t port, uint64_t access)
{
	return (int)played("landlock_allow_port", 0, "%s, %u, %llx", label(ruleset), port, (unsigned long long)access);
}

int sys_landlock_enter(int ruleset)
{
	return (int)played("landlock_enter", 0, "%s", label(ruleset));
}

mode_t sys_umask(mode_t mask)
{
	tell_time();
	printf("umask(%04o)\n", mask);
	return 0;
}

/* ---- signals, time, the machine */

int sys_signal_fd(void)
{
	return opened("signal_fd", "signals", "", 0);
}

int sys_on_crash(void (*handler)(int))
{
	(void)handler;
	return (int)played("on_crash", 0, "%s", "");
}

int64_t sys_uptime_ms(void)
{
	return kernel.now_ms;
}

int64_t sys_clock(void)
{
	return kernel.clock_s;
}

int64_t sys_clock_us(void)
{
	return kernel.clock_s * 1000000;
}

int sys_set_clock_us(int64_t time)
{
	long result = played("set_clock_us", 0, "%lld", (long long)time);
	if (result == 0)
		kernel.clock_s = time / 1000000;
	return (int)result;
}

int sys_slew_clock(int64_t by_us)
{
	return (int)played("slew_clock", 0, "%lld us", (long long)by_us);
}

int sys_set_clock(int64_t seconds)
{
	long result = played("set_clock", 0, "%lld", (long long)seconds);
	if (result == 0)
		kernel.clock_s = seconds;
	return (int)result;
}

ssize_t sys_random(void *buffer, size_t size, unsigned flags)
{
	(void)flags;
	bool ready = kernel.now_ms >= kernel.entropy_ms;
	memset(buffer, 0x5a, size);
	return played("random", ready ? (long)size : -EAGAIN, "%zu bytes", size);
}

int sys_load_module(int fd)
{
	return (int)played("load_module", 0, "%s", label(fd));
}

int sys_host_name(const char *name)
{
	return (int)played("host_name", 0, "%s", name);
}

int sys_reboot(int command)
{
	const char *name = command == RB_AUTOBOOT ? "restart" : command == (int)RB_POWER_OFF ? "power off" : "no ctrl-alt-del";
	long result = played("reboot", 0, "%s", name);
	if (result == 0 && command != RB_DISABLE_CAD)
		finish(ENDED_BY_REBOOT);
	return (int)result;
}

/* ---- running */

void kernel_reset(void)
{
	memset(&state, 0, sizeof state);
	state.told_ms = -1;
	state.ready_fd = state.answer_fd = state.time_fd = state.trace_fd = state.unit_fd = -1;
	state.packet_ms = INT64_MAX;
	state.unit_ms = state.trace_ms = state.time_ms = state.ready_ms = state.ready_closed_ms = state.lease_ms = state.lease_again_ms = INT64_MAX;
	for (int fd = 0; fd < 3; fd++)
		new_fd(0, "kernel's console");
	kernel = (struct kernel){
		.now_ms = 1000,
		.end_ms = 120000,
		.clock_s = 1700000000,
		.disk = image_make(DISK_SECTORS, GROWN_DISK_SECTORS),
		.stable_disk = image_make(DISK_SECTORS, GROWN_DISK_SECTORS),
		.disk_sectors = DISK_SECTORS,
		.record = "BSVERITY\310\0\0\0\0\0\0\0root hash of thirty-two letters.salt, which has just as many....",
		.record_size = 80,
		.errors_count = "0\n",
		.data_blocks = 800,
		.data_blocks_resized = 800,
		.daemon = "probe",
		.ready_after_ms = 200,
		.time_after_ms = MISSING,
		.closes_ready_after_ms = MISSING,
		.exit_after_ms = MISSING,
		.sick_from_ms = MISSING,
		.sick_until_ms = INT64_MAX,
		.lease = { LEASE_BOUND, 0xc000020a, 24, 0xc0000201, 1, { 0xc0000235 }, 3600 },
		.lease_size = sizeof(struct lease),
		.lease_after_ms = 20,
		.lease_again_ms = MISSING,
		.dhcp_exit_after_ms = MISSING,
		.trace_takes_ms = 5,
		.unit_after_ms = 10,
		.power_key_ms = MISSING,
		.ctrl_alt_del_ms = MISSING,
		.server_lease_s = 3600,
		.landlock_abi = 6,
	};
}

enum ending kernel_run(void (*body)(void))
{
	int ended = setjmp(state.end);
	if (ended == 0)
		body();
	return (enum ending)(ended - 1);
}
