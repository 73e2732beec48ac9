#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long result(long value)
{
	return value < 0 ? -errno : value;
}

int sys_open(const char *path, int flags)
{
	return (int)result(open(path, flags | O_CLOEXEC | O_NOCTTY, 0644));
}

int sys_close(int fd)
{
	return (int)result(close(fd));
}

ssize_t sys_read(int fd, void *buffer, size_t size)
{
	return result(read(fd, buffer, size));
}

ssize_t sys_write(int fd, const void *buffer, size_t size)
{
	return result(write(fd, buffer, size));
}

ssize_t sys_pread(int fd, void *buffer, size_t size, uint64_t offset)
{
	return result(pread(fd, buffer, size, (off_t)offset));
}

ssize_t sys_pwrite(int fd, const void *buffer, size_t size, uint64_t offset)
{
	return result(pwrite(fd, buffer, size, (off_t)offset));
}

int sys_fsync(int fd)
{
	return (int)result(fsync(fd));
}

int sys_ioctl(int fd, unsigned long request, void *argument)
{
	/* musl declares the request as int. */
	return (int)result(ioctl(fd, (int)request, argument));
}

int sys_poll(struct pollfd *fds, size_t count, int64_t timeout_ms)
{
	int timeout = timeout_ms < 0 ? -1 : timeout_ms > 1000000000 ? 1000000000 : (int)timeout_ms;
	return (int)result(poll(fds, (nfds_t)count, timeout));
}

int sys_pipe(int ends[2])
{
	return (int)result(pipe2(ends, O_CLOEXEC));
}

int sys_dup_above(int fd, int minimum)
{
	return (int)result(fcntl(fd, F_DUPFD_CLOEXEC, minimum));
}

int sys_dup_to(int fd, int target)
{
	return (int)result(dup2(fd, target));
}

int sys_close_from(int first)
{
	return (int)result(syscall(SYS_close_range, first, ~0U, 0));
}

int sys_close_on_exec_from(int first)
{
	return (int)result(syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int sys_list(const char *path, struct sys_names *names)
{
	names->count = 0;
	DIR *directory = opendir(path);
	if (!directory)
		return -errno;
	for (struct dirent *entry; names->count < SYS_NAMES_MAX && (entry = readdir(directory));) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= SYS_NAME_SIZE)
			continue;
		strcpy(names->name[names->count++], entry->d_name);
	}
	closedir(directory);
	qsort(names->name, (size_t)names->count, SYS_NAME_SIZE, by_name);
	return 0;
}

int sys_mkdir(const char *path, mode_t mode)
{
	return (int)result(mkdir(path, mode));
}

int sys_chmod(const char *path, mode_t mode)
{
	return (int)result(chmod(path, mode));
}

int sys_chown(const char *path, uint32_t id)
{
	return (int)result(lchown(path, id, id));
}

int sys_unlink(const char *path)
{
	return (int)result(unlink(path));
}

int sys_rename(const char *from, const char *to)
{
	return (int)result(rename(from, to));
}

int sys_character_device(const char *path, mode_t mode, unsigned major, unsigned minor)
{
	return (int)result(mknod(path, S_IFCHR | mode, makedev(major, minor)));
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
	return (int)result(mount(source, target, type, flags, options));
}

int sys_unmount(const char *target, int flags)
{
	return (int)result(umount2(target, flags));
}

int sys_filesystem(const char *path, struct sys_filesystem *filesystem)
{
	struct statfs status;
	int done = (int)result(statfs(path, &status));
	if (done == 0)
		*filesystem = (struct sys_filesystem){ (uint64_t)status.f_bsize, (uint64_t)status.f_blocks };
	return done;
}

int sys_chdir(const char *path)
{
	return (int)result(chdir(path));
}

int sys_fchdir(int fd)
{
	return (int)result(fchdir(fd));
}

int sys_chroot(const char *path)
{
	return (int)result(chroot(path));
}

void sys_sync(void)
{
	sync();
}

int sys_socket(int domain, int type, int protocol)
{
	return (int)result(socket(domain, type | SOCK_CLOEXEC, protocol));
}

int sys_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return (int)result(bind(fd, address, size));
}

int sys_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	return (int)result(connect(fd, address, size));
}

int sys_set_option(int fd, int level, int option, const void *value, socklen_t size)
{
	return (int)result(setsockopt(fd, level, option, value, size));
}

ssize_t sys_send_to(int fd, const void *buffer, size_t size, const struct sockaddr *address, socklen_t address_size)
{
	return result(sendto(fd, buffer, size, MSG_NOSIGNAL, address, address_size));
}

ssize_t sys_receive_from(int fd, void *buffer, size_t size, struct sockaddr *address, socklen_t *address_size)
{
	return result(recvfrom(fd, buffer, size, MSG_DONTWAIT, address, address_size));
}

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP };

/* A child starts as any program expects: nothing blocked, nothing handled. */
static void default_signals(void)
{
	for (size_t i = 0; i < sizeof crash_signals / sizeof *crash_signals; i++)
		signal(crash_signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t sys_fork(const char *name)
{
	pid_t pid = (pid_t)result(fork());
	if (pid == 0) {
		default_signals();
		prctl(PR_SET_NAME, name, 0, 0, 0);
	}
	return pid;
}

int sys_share_memory(size_t size, void **memory)
{
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	*memory = mapped;
	return 0;
}

int sys_secret_memory(size_t size, void **memory)
{
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	int done = sys_show_to_children(mapped, size, false);
	if (done < 0)
		(void)munmap(mapped, size);
	else
		*memory = mapped;
	return done;
}

int sys_show_to_children(void *memory, size_t size, bool shown)
{
	return (int)result(madvise(memory, size, shown ? MADV_KEEPONFORK : MADV_WIPEONFORK));
}

pid_t sys_wait(int *status)
{
	return (pid_t)result(waitpid(-1, status, WNOHANG));
}

int sys_kill(pid_t pid, int signal)
{
	return (int)result(kill(pid, signal));
}

/* programPathAddress of builder/init/seccomp/filter-program.ts: the filter compares the pointer. Any but NULL, in the first page. */
#define LOW_PATH UINT64_C(8)

enum { LOW_PAGE = 4096 };

/* Filled elsewhere and then moved: C has no way to write to where NULL points. */
int sys_lay_low(const char *path)
{
	size_t size = strlen(path) + 1;
	if (size > LOW_PAGE - LOW_PATH)
		return -ENAMETOOLONG;
	char *page = mmap(NULL, LOW_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	memcpy(page + LOW_PATH, path, size);
	return (int)result(syscall(SYS_mremap, page, LOW_PAGE, LOW_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0));
}

int sys_map_low(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	return (int)result(syscall(SYS_mmap, 0, LOW_PAGE, PROT_READ, flags, -1, 0));
}

int sys_execute_low(const char *const *arguments, const char *const *environment)
{
	return (int)result(syscall(SYS_execve, LOW_PATH, arguments, environment));
}

void sys_exit(int status)
{
	_exit(status);
}

int sys_new_session(void)
{
	return (int)result(setsid());
}

int sys_limit(int resource, uint64_t value)
{
	struct rlimit limit = { value, value };
	return (int)result(setrlimit(resource, &limit));
}

int sys_process_control(int option, unsigned long a, unsigned long b, unsigned long c)
{
	return (int)result(prctl(option, a, b, c, 0UL));
}

int sys_no_groups(void)
{
	return (int)result(setgroups(0, NULL));
}

int sys_set_gid(uint32_t id)
{
	return (int)result(setresgid(id, id, id));
}

int sys_set_uid(uint32_t id)
{
	return (int)result(setresuid(id, id, id));
}

int sys_set_capabilities(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t low = (uint32_t)set, high = (uint32_t)(set >> 32);
	struct __user_cap_data_struct data[2] = { { low, low, low }, { high, high, high } };
	return (int)result(syscall(SYS_capset, &header, data));
}

int sys_filter_calls(const struct plan_instruction *filter, size_t length)
{
	_Static_assert(sizeof *filter == sizeof(struct sock_filter), "the kernel reads them as they are");
	struct {
		unsigned short length;
		const struct plan_instruction *filter;
	} program = { (unsigned short)length, filter };
	_Static_assert(sizeof program == sizeof(struct sock_fprog), "the kernel reads it as it is");
	return (int)result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

int sys_landlock_abi(void)
{
	return (int)result(syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

int sys_landlock_ruleset(uint64_t files, uint64_t ports, uint64_t scopes)
{
	struct landlock_ruleset_attr attributes = { .handled_access_fs = files, .handled_access_net = ports, .scoped = scopes };
	return (int)result(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
}

int sys_landlock_allow_place(int ruleset, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr place = { .allowed_access = access, .parent_fd = fd };
	return (int)result(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &place, 0));
}

int sys_landlock_allow_port(int ruleset, uint16_t port, uint64_t access)
{
	struct landlock_net_port_attr attributes = { .allowed_access = access, .port = port };
	return (int)result(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_NET_PORT, &attributes, 0));
}

int sys_landlock_enter(int ruleset)
{
	return (int)result(syscall(SYS_landlock_restrict_self, ruleset, 0));
}

mode_t sys_umask(mode_t mask)
{
	return umask(mask);
}

int sys_signal_fd(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGPWR);
	signal(SIGPIPE, SIG_IGN);
	int blocked = (int)result(sigprocmask(SIG_BLOCK, &set, NULL));
	return blocked < 0 ? blocked : (int)result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int sys_on_crash(void (*handler)(int))
{
	/* Its own stack: a crash may well be the stack's overflow. */
	static char stack[16384];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
	int done = (int)result(sigaltstack(&alternate, NULL));
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND };
	for (size_t i = 0; done == 0 && i < sizeof crash_signals / sizeof *crash_signals; i++)
		done = (int)result(sigaction(crash_signals[i], &action, NULL));
	return done;
}

int64_t sys_uptime_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sys_clock(void)
{
	return (int64_t)time(NULL);
}

int sys_set_clock(int64_t seconds)
{
	struct timespec time = { .tv_sec = seconds };
	return (int)result(clock_settime(CLOCK_REALTIME, &time));
}

int64_t sys_clock_us(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int sys_set_clock_us(int64_t time_us)
{
	struct timespec time = { .tv_sec = time_us / 1000000, .tv_nsec = time_us % 1000000 * 1000 };
	return (int)result(clock_settime(CLOCK_REALTIME, &time));
}

int sys_slew_clock(int64_t by_us)
{
	struct timex change = { .modes = ADJ_OFFSET_SINGLESHOT, .offset = (long)by_us };
	return (int)result(clock_adjtime(CLOCK_REALTIME, &change));
}

void sys_sleep_ms(int64_t duration)
{
	struct timespec time = { .tv_sec = duration / 1000, .tv_nsec = duration % 1000 * 1000000 };
	while (nanosleep(&time, &time) < 0 && errno == EINTR) {
	}
}

ssize_t sys_random(void *buffer, size_t size, unsigned flags)
{
	return result(getrandom(buffer, size, flags));
}

int sys_load_module(int fd)
{
	return (int)result(syscall(SYS_finit_module, fd, "", 0));
}

int sys_host_name(const char *name)
{
	return (int)result(sethostname(name, strlen(name)));
}

int sys_reboot(int command)
{
	return (int)result(reboot(command));
}
