/*
 * A hostile program in the place of the appliance's daemon. HOSTILE names its attempts; it makes each once, says `attempt NAME: ` with 0 for
 * success or the errno, and says before it that it begins, since the kernel may end it for trying. Where it had come to is kept in
 * /data/next: started again it goes on with the next one. When all are made it is ready and answers its health.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char own[] = "/usr/bin/hostile";

static int came_of(long result)
{
	return result < 0 ? errno : 0;
}

/* ---- programs and processes */

/* Success is said by the program that was started: see main. */
static int execute(const char *path, const char *name)
{
	char *arguments[] = { (char *)"hostile", (char *)"started", (char *)name, NULL };
	char *environment[] = { NULL };
	syscall(SYS_execve, path, arguments, environment);
	return errno;
}

static int execute_itself(void)
{
	return execute(own, "execute-itself");
}

static int execute_by_descriptor(void)
{
	int fd = open(own, O_RDONLY);
	char *arguments[] = { (char *)"hostile", (char *)"started", (char *)"execute-by-descriptor", NULL };
	syscall(SYS_execveat, fd, "", arguments, arguments + 3, AT_EMPTY_PATH);
	return errno;
}

/* The one address from which the filter lets a path be taken. */
static int execute_low(void)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (page == MAP_FAILED && syscall(SYS_execve, 8UL, NULL, NULL) < 0)
		return errno;
	return 0;
}

static int copy_of_itself(const char *path)
{
	static char bytes[1 << 16];
	int from = open(own, O_RDONLY), to = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	ssize_t count = 1;
	while (from >= 0 && to >= 0 && (count = read(from, bytes, sizeof bytes)) > 0)
		if (write(to, bytes, (size_t)count) != count)
			return errno;
	int error = errno;
	close(from);
	close(to);
	return count == 0 ? 0 : error;
}

static int execute_from_data(void)
{
	int done = copy_of_itself("/data/program");
	return done ? done : execute("/data/program", "execute-from-data");
}

static int execute_from_memory(void)
{
	int fd = (int)syscall(SYS_memfd_create, "program", 0);
	if (fd < 0)
		return errno;
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int done = copy_of_itself(path);
	char *arguments[] = { (char *)"hostile", (char *)"started", (char *)"execute-from-memory", NULL };
	if (!done)
		syscall(SYS_execveat, fd, "", arguments, arguments + 3, AT_EMPTY_PATH);
	return done ? done : errno;
}

static int fork_once(void)
{
	pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(0);
	return came_of(child);
}

static void *rest(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* More than the appliance's limit of tasks: that is a success. */
static int threads_without_end(void)
{
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (int i = 0; i < 600; i++) {
		pthread_t thread;
		int done = pthread_create(&thread, &small, rest, NULL);
		if (done)
			return done;
	}
	return 0;
}

/* Twice what the appliance gives the daemon. */
static int memory_without_end(void)
{
	for (int i = 0; i < 192; i++) {
		char *piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (piece == MAP_FAILED)
			return errno;
		memset(piece, 1, 1 << 20);
	}
	return 0;
}

/* ---- code that is not the program's */

static int map_as_code(const char *path)
{
	/* mov w0, #42; ret */
	static const unsigned code[] = { 0x52800540, 0xd65f03c0 };
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0755);
	if (fd < 0 || write(fd, code, sizeof code) != sizeof code)
		return errno;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		return errno;
	return ((int (*)(void))page)() == 42 ? 0 : ENOEXEC;
}

static int map_data(void)
{
	return map_as_code("/data/code");
}

static int map_temporary(void)
{
	return map_as_code("/tmp/code");
}

/* ---- files */

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	int error = errno;
	if (fd >= 0)
		close(fd);
	return fd < 0 ? error : 0;
}

static int write_root(void)
{
	return try_open("/new", O_CREAT | O_WRONLY);
}

static int write_run(void)
{
	return try_open("/run/new", O_CREAT | O_WRONLY);
}

static int write_program(void)
{
	return try_open(own, O_WRONLY);
}

static int read_elsewhere(void)
{
	return try_open("/usr/bin", O_RDONLY | O_DIRECTORY);
}

static int write_limit(void)
{
	return try_open("/sys/fs/cgroup/daemon/memory.max", O_WRONLY);
}

static int make_pipe_file(void)
{
	return came_of(mkfifo("/data/pipe", 0600));
}

static int make_device(void)
{
	return came_of(mknod("/data/disk", S_IFBLK | 0600, makedev(254, 0)));
}

static int open_memory(void)
{
	return try_open("/dev/mem", O_RDONLY);
}

static int open_disk(void)
{
	return try_open("/dev/vda", O_RDONLY);
}

/* What the kernel and a daemon wrote last before this boot. */
static int read_trace(void)
{
	return try_open("/sys/fs/pstore", O_RDONLY | O_DIRECTORY);
}

/* init keeps the disk open, to write a daemon's last lines down. */
static int inherited_disk(void)
{
	char sector[512];
	for (int fd = 4; fd < 1024; fd++)
		if (pread(fd, sector, sizeof sector, 512) == sizeof sector && memcmp(sector, "EFI PART", 8) == 0)
			return 0;
	return EBADF;
}

static int fill(const char *path, int mebibytes)
{
	static char piece[1 << 20];
	memset(piece, 0x5a, sizeof piece);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600), done = fd < 0 ? errno : 0;
	for (int i = 0; i < mebibytes && !done; i++)
		if (write(fd, piece, sizeof piece) != sizeof piece)
			done = errno ? errno : ENOSPC;
	close(fd);
	unlink(path);
	return done;
}

static int fill_data(void)
{
	return fill("/data/big", 64);
}

static int fill_temporary(void)
{
	return fill("/tmp/big", 32);
}

/* ---- other processes */

static int see_init(void)
{
	struct stat status;
	return came_of(stat("/proc/1", &status));
}

static int read_init(void)
{
	return try_open("/proc/1/mem", O_RDONLY);
}

static int read_init_by_call(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)0x10000, 1 };
	long done = syscall(SYS_process_vm_readv, 1, &here, 1, &there, 1, 0);
	/* That nothing is mapped there is found out after permission. */
	return done < 0 && errno == EFAULT ? 0 : came_of(done);
}

static int trace_init(void)
{
	return came_of(syscall(SYS_ptrace, PTRACE_SEIZE, 1, 0, 0));
}

static int take_descriptor(void)
{
	return came_of(syscall(SYS_pidfd_getfd, -1, 0, 0));
}

static int signal_init(void)
{
	return came_of(kill(1, SIGCONT));
}

/* Whoever else may be there: those that cannot be seen can still be named. */
static int signal_others(void)
{
	int error = ESRCH;
	for (pid_t pid = 2; pid < 1000; pid++) {
		if (pid == getpid())
			continue;
		if (kill(pid, SIGCONT) == 0)
			return 0;
		error = errno == EPERM ? EPERM : error;
	}
	return error;
}

/* ---- network */

static int try_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type, protocol);
	int error = errno;
	if (fd >= 0)
		close(fd);
	return fd < 0 ? error : 0;
}

static int raw_socket(void)
{
	return try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int packet_socket(void)
{
	return try_socket(AF_PACKET, SOCK_RAW, 0x300);
}

static int multipath_socket(void)
{
	return try_socket(AF_INET, SOCK_STREAM, 262);
}

static int file_socket(void)
{
	return try_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int device_events(void)
{
	return try_socket(AF_NETLINK, SOCK_RAW, 15);
}

static struct sockaddr_in at_port(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_unnamed(void)
{
	struct sockaddr_in address = at_port(8001);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return errno;
	return came_of(listen(fd, 1));
}

static int listen_unbound(void)
{
	return came_of(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

static int connect_to(int port)
{
	struct sockaddr_in address = at_port(port);
	int done = connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
	/* Nobody listens there, which it was allowed to find out. */
	return done < 0 && errno == ECONNREFUSED ? 0 : came_of(done);
}

static int connect_unnamed(void)
{
	return connect_to(8101);
}

/* This one must work: otherwise the refusals above say nothing. */
static int connect_named(void)
{
	return connect_to(8100);
}

static int filter_socket(void)
{
	struct { unsigned short length; void *filter; } program = { 1, (unsigned short[]){ 6, 0, 0, 0 } };
	return came_of(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, 26, &program, sizeof program));
}

/* ---- machine and kernel */

static int set_clock(void)
{
	struct timespec time = { .tv_sec = 1 << 30 };
	return came_of(syscall(SYS_clock_settime, CLOCK_REALTIME, &time));
}

static int set_name(void)
{
	return came_of(syscall(SYS_sethostname, "x", 1));
}

/* CAD off, which init has done too: with success nothing changes. */
static int reboot_machine(void)
{
	return came_of(syscall(SYS_reboot, 0xfee1dead, 672274793, RB_DISABLE_CAD, 0));
}

static int load_module(void)
{
	long done = syscall(SYS_finit_module, -1, "", 0);
	return done < 0 && errno == EBADF ? 0 : came_of(done);
}

static int load_kernel(void)
{
	return came_of(syscall(SYS_kexec_load, 0, 0, 0, 0));
}

static int mount_something(void)
{
	return came_of(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, ""));
}

static int mount_by_descriptor(void)
{
	return came_of(syscall(SYS_fsopen, "tmpfs", 0));
}

static int change_root(void)
{
	return came_of(syscall(SYS_chroot, "/tmp"));
}

static int new_user_namespace(void)
{
	return came_of(syscall(SYS_unshare, CLONE_NEWUSER));
}

static void *enter_new_network(void *error)
{
	*(int *)error = came_of(syscall(SYS_unshare, CLONE_NEWNET));
	return NULL;
}

/* In a thread: this one still has to answer its health. */
static int new_network(void)
{
	pthread_t thread;
	int error = EAGAIN;
	int done = pthread_create(&thread, NULL, enter_new_network, &error);
	if (done)
		return done;
	pthread_join(thread, NULL);
	return error;
}

static int add_key(void)
{
	return came_of(syscall(SYS_add_key, "user", "name", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

static int load_bpf(void)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };
	return came_of(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

static int measure_performance(void)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK };
	return came_of(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

static int fault_handler(void)
{
	return came_of(syscall(SYS_userfaultfd, 0));
}

static int ring(void)
{
	char parameters[120] = { 0 };
	return came_of(syscall(SYS_io_uring_setup, 2, parameters));
}

static int change_personality(void)
{
	return came_of(syscall(SYS_personality, 0x0040000)); /* ADDR_NO_RANDOMIZE */
}

static int read_messages(void)
{
	char text[64];
	return came_of(syscall(SYS_syslog, 3, text, sizeof text));
}

static int set_dumpable(void)
{
	return came_of(prctl(PR_SET_DUMPABLE, 0));
}

static int terminal_input(void)
{
	char byte = 'x';
	int done = (int)syscall(SYS_ioctl, 0, 0x5412, &byte); /* TIOCSTI; stdin is no terminal */
	return done < 0 ? errno : 0;
}

static const struct attempt {
	const char *name;
	int (*make)(void);
} attempts[] = {
	{ "execute-itself", execute_itself },
	{ "execute-by-descriptor", execute_by_descriptor },
	{ "execute-low", execute_low },
	{ "execute-from-data", execute_from_data },
	{ "execute-from-memory", execute_from_memory },
	{ "fork", fork_once },
	{ "threads", threads_without_end },
	{ "memory", memory_without_end },
	{ "map-data", map_data },
	{ "map-temporary", map_temporary },
	{ "write-root", write_root },
	{ "write-run", write_run },
	{ "write-program", write_program },
	{ "read-elsewhere", read_elsewhere },
	{ "write-limit", write_limit },
	{ "make-pipe", make_pipe_file },
	{ "make-device", make_device },
	{ "open-memory", open_memory },
	{ "open-disk", open_disk },
	{ "read-trace", read_trace },
	{ "inherited-disk", inherited_disk },
	{ "fill-data", fill_data },
	{ "fill-temporary", fill_temporary },
	{ "see-init", see_init },
	{ "read-init", read_init },
	{ "read-init-by-call", read_init_by_call },
	{ "trace-init", trace_init },
	{ "take-descriptor", take_descriptor },
	{ "signal-init", signal_init },
	{ "signal-others", signal_others },
	{ "raw-socket", raw_socket },
	{ "packet-socket", packet_socket },
	{ "multipath-socket", multipath_socket },
	{ "file-socket", file_socket },
	{ "device-events", device_events },
	{ "listen-unnamed", listen_unnamed },
	{ "listen-unbound", listen_unbound },
	{ "connect-unnamed", connect_unnamed },
	{ "connect-named", connect_named },
	{ "filter-socket", filter_socket },
	{ "set-clock", set_clock },
	{ "set-name", set_name },
	{ "reboot", reboot_machine },
	{ "load-module", load_module },
	{ "load-kernel", load_kernel },
	{ "mount", mount_something },
	{ "mount-by-descriptor", mount_by_descriptor },
	{ "change-root", change_root },
	{ "new-user-namespace", new_user_namespace },
	{ "new-network", new_network },
	{ "add-key", add_key },
	{ "load-bpf", load_bpf },
	{ "measure-performance", measure_performance },
	{ "fault-handler", fault_handler },
	{ "ring", ring },
	{ "personality", change_personality },
	{ "kernel-messages", read_messages },
	{ "dumpable", set_dumpable },
	{ "terminal-input", terminal_input },
};

enum { ATTEMPTS = sizeof attempts / sizeof *attempts };

static bool asked(const char *name)
{
	const char *list = getenv("HOSTILE");
	if (!list || !*list)
		return true;
	size_t length = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

static int next_attempt(int fd)
{
	unsigned char next = 0;
	return pread(fd, &next, 1, 0) == 1 ? next : 0;
}

static void make_all(void)
{
	int fd = open("/data/next", O_CREAT | O_RDWR, 0600);
	for (int i = next_attempt(fd); i < ATTEMPTS; i++) {
		unsigned char next = (unsigned char)(i + 1);
		if (!asked(attempts[i].name))
			continue;
		if (fd < 0 || pwrite(fd, &next, 1, 0) != 1)
			_exit(3);
		printf("begins %s\n", attempts[i].name);
		errno = 0;
		int error = attempts[i].make();
		printf("attempt %s: %d\n", attempts[i].name, error);
	}
	close(fd);
}

static void answer_health(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8000) };
	int one = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listening, (struct sockaddr *)&address, sizeof address) < 0 || listen(listening, 8) < 0) {
		printf("cannot listen: %d\n", errno);
		_exit(4);
	}
	const char *ready = getenv("BOARDSMITH_READY_FD");
	if (ready && write(atoi(ready), "ready\n", 6) != 6)
		_exit(5);
	static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
	for (;;) {
		char request[1024];
		/* Without a flag musl takes accept, which not every runtime has. */
		int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		if (client >= 0 && read(client, request, sizeof request) > 0 && write(client, answer, sizeof answer - 1) < 0)
			printf("health: %d\n", errno);
		close(client);
	}
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count == 3 && strcmp(arguments[1], "started") == 0) {
		printf("attempt %s: 0\n", arguments[2]);
		return 0;
	}
	make_all();
	answer_health();
}
