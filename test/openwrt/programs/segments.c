/*
 * Network namespaces joined by a router, and everything that is sent and received in them, for one test: a single process that holds them
 * all, does what its standard input says line by line, and answers each line with lines of its own, the last of them `ok`.
 * It stays on one processor. There the kernel handles packets in the order in which they were sent, so that a `fence`, which passes as many
 * links as any packet of the test, arrives after all that was sent before it: what is not there by then does not come. Nothing waits for time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMES = 64, SOCKETS = 4096, FRAME_SIZE = 2048, LINE_SIZE = 16384, FENCE_TIMEOUT_MS = 60000, RECEIVE_ROOM = 8 << 20 };

struct space {
	char name[32];
	int namespace;
	int frames; /* packet socket on its device, or -1 */
};

struct end {
	char name[64];
	int fd;
	bool listens;
};

static struct space spaces[NAMES];
static struct end ends[SOCKETS];
static int space_count, end_count, home;

static void __attribute__((noreturn, format(printf, 1, 2))) give_up(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("failed: ", stdout);
	vprintf(format, arguments);
	printf(": %s\n", strerror(errno));
	va_end(arguments);
	fflush(stdout);
	exit(1);
}

static struct space *space_named(const char *name)
{
	for (int i = 0; i < space_count; i++)
		if (strcmp(spaces[i].name, name) == 0)
			return &spaces[i];
	give_up("no namespace %s", name);
}

static struct end *end_named(const char *name)
{
	for (int i = 0; i < end_count; i++)
		if (strcmp(ends[i].name, name) == 0)
			return &ends[i];
	give_up("no socket %s", name);
}

static void enter(int namespace)
{
	if (setns(namespace, CLONE_NEWNET) < 0)
		give_up("setns");
}

static int this_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up("/proc/self/ns/net");
	return fd;
}

/* namespace NAME: makes one; answers with a path by which others can name it */
static void make_namespace(const char *name)
{
	if (space_count == NAMES || unshare(CLONE_NEWNET) < 0)
		give_up("namespace %s", name);
	struct space *space = &spaces[space_count++];
	snprintf(space->name, sizeof space->name, "%s", name);
	space->namespace = this_namespace();
	space->frames = -1;
	enter(home);
	printf("path /proc/%d/fd/%d\n", (int)getpid(), space->namespace);
}

/* run NAME COMMAND: a shell command in that namespace; answers with its exit status */
static void run(const char *name, const char *command)
{
	struct space *space = space_named(name);
	fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		give_up("fork");
	if (child == 0) {
		enter(space->namespace);
		int null = open("/dev/null", O_RDONLY);
		dup2(null, 0);
		dup2(2, 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* open NAME DEVICE: sends and receives whole frames there from now on */
static void open_frames(const char *name, const char *device)
{
	struct space *space = space_named(name);
	enter(space->namespace);
	space->frames = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int room = RECEIVE_ROOM;
	if (space->frames < 0 || setsockopt(space->frames, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0 ||
	    bind(space->frames, (struct sockaddr *)&address, sizeof address) < 0)
		give_up("open %s %s", name, device);
	enter(home);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* send NAME HEX */
static void send_frame(const char *name, const char *hex)
{
	unsigned char frame[FRAME_SIZE];
	size_t size = 0;
	for (; size < sizeof frame && hex[0] && hex[1]; hex += 2)
		frame[size++] = (unsigned char)(hex_value(hex[0]) << 4 | hex_value(hex[1]));
	if (send(space_named(name)->frames, frame, size, 0) != (ssize_t)size)
		give_up("send %s", name);
}

/* frames NAME: what came in since the last time */
static void print_frames(const char *name)
{
	struct space *space = space_named(name);
	unsigned char frame[FRAME_SIZE];
	for (;;) {
		struct sockaddr_ll from;
		socklen_t from_size = sizeof from;
		ssize_t size = recvfrom(space->frames, frame, sizeof frame, 0, (struct sockaddr *)&from, &from_size);
		if (size < 0 && errno == EAGAIN)
			return;
		if (size < 0)
			give_up("frames %s", name);
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		fputs("frame ", stdout);
		for (ssize_t i = 0; i < size; i++)
			printf("%02x", frame[i]);
		putchar('\n');
	}
}

struct any_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} as;
	socklen_t size;
};

static struct any_address parse_address(const char *text, const char *port)
{
	struct any_address address;
	memset(&address, 0, sizeof address);
	uint16_t number = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, text, &address.as.v4.sin_addr) == 1) {
		address.as.v4.sin_family = AF_INET;
		address.as.v4.sin_port = number;
		address.size = sizeof address.as.v4;
	} else if (inet_pton(AF_INET6, text, &address.as.v6.sin6_addr) == 1) {
		address.as.v6.sin6_family = AF_INET6;
		address.as.v6.sin6_port = number;
		address.size = sizeof address.as.v6;
	} else {
		give_up("address %s", text);
	}
	return address;
}

static struct end *new_end(const char *name, const char *space, const struct any_address *address, int type)
{
	if (end_count == SOCKETS)
		give_up("too many sockets");
	enter(space_named(space)->namespace);
	struct end *end = &ends[end_count++];
	snprintf(end->name, sizeof end->name, "%s", name);
	end->listens = false;
	end->fd = socket(address->as.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;
	if (end->fd < 0 || setsockopt(end->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    setsockopt(end->fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one) < 0)
		give_up("socket %s", name);
	enter(home);
	return end;
}

/* udp ID NAME ADDRESS PORT, listen ID NAME ADDRESS PORT */
static void bind_end(const char *name, const char *space, const char *text, const char *port, bool listens)
{
	struct any_address address = parse_address(text, port);
	struct end *end = new_end(name, space, &address, listens ? SOCK_STREAM : SOCK_DGRAM);
	end->listens = listens;
	if (bind(end->fd, &address.as.any, address.size) < 0 || (listens && listen(end->fd, 64) < 0))
		give_up("bind %s %s %s", name, text, port);
}

/* connect ID NAME ADDRESS PORT: a TCP connection that is only begun */
static void begin_connection(const char *name, const char *space, const char *text, const char *port)
{
	struct any_address address = parse_address(text, port);
	struct end *end = new_end(name, space, &address, SOCK_STREAM);
	if (connect(end->fd, &address.as.any, address.size) < 0 && errno != EINPROGRESS)
		printf("refused %d\n", errno);
}

/* say ID TEXT: on a connection; answers `said` or `silent ERRNO` */
static void say(const char *name, const char *text)
{
	ssize_t size = send(end_named(name)->fd, text, strlen(text), MSG_NOSIGNAL);
	printf(size == (ssize_t)strlen(text) ? "said\n" : "silent %d\n", errno);
}

/* tell ID ADDRESS PORT TEXT: a datagram */
static void tell(const char *name, const char *text, const char *port, const char *what)
{
	struct any_address address = parse_address(text, port);
	ssize_t size = sendto(end_named(name)->fd, what, strlen(what), 0, &address.as.any, address.size);
	printf(size == (ssize_t)strlen(what) ? "said\n" : "silent %d\n", errno);
}

/* heard ID: what a UDP socket or a connection received, or a listening socket accepted and then received; each text on a line */
static void heard(const char *name)
{
	struct end *end = end_named(name);
	char text[FRAME_SIZE];
	ssize_t size;
	if (!end->listens) {
		while ((size = recv(end->fd, text, sizeof text - 1, 0)) > 0)
			printf("heard %.*s\n", (int)size, text);
		return;
	}
	for (int fd; (fd = accept4(end->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0; close(fd)) {
		size = recv(fd, text, sizeof text - 1, 0);
		printf("heard %.*s\n", size > 0 ? (int)size : 0, text);
		if (size > 0 && send(fd, "answer", 6, MSG_NOSIGNAL) != 6)
			give_up("answer on %s", name);
	}
}

/* fence NAME FROM: a frame on the way that was laid for it, and back only when it has arrived */
static void fence(const char *from, const char *to, const char *hex)
{
	static uint32_t number;
	struct space *destination = space_named(to);
	char numbered[LINE_SIZE];
	number++;
	snprintf(numbered, sizeof numbered, "%s%08x", hex, number);
	send_frame(from, numbered);
	for (;;) {
		struct pollfd arrival = { .fd = destination->frames, .events = POLLIN };
		if (poll(&arrival, 1, FENCE_TIMEOUT_MS) <= 0)
			give_up("the fence did not arrive");
		unsigned char frame[FRAME_SIZE];
		ssize_t size = recv(destination->frames, frame, sizeof frame, 0);
		uint32_t seen;
		if (size < (ssize_t)sizeof seen)
			continue;
		memcpy(&seen, frame + (size_t)size - sizeof seen, sizeof seen);
		if (ntohl(seen) == number)
			return;
	}
}

static void obey(char *line)
{
	char *rest = line;
	char *verb = strsep(&rest, " ");
	char *word[4] = { 0 };
	if (strcmp(verb, "run") == 0) {
		word[0] = strsep(&rest, " ");
		run(word[0], rest);
		return;
	}
	for (int i = 0; i < 4 && rest; i++)
		word[i] = strsep(&rest, " ");
	if (strcmp(verb, "namespace") == 0)
		make_namespace(word[0]);
	else if (strcmp(verb, "open") == 0)
		open_frames(word[0], word[1]);
	else if (strcmp(verb, "send") == 0)
		send_frame(word[0], word[1]);
	else if (strcmp(verb, "frames") == 0)
		print_frames(word[0]);
	else if (strcmp(verb, "udp") == 0 || strcmp(verb, "listen") == 0)
		bind_end(word[0], word[1], word[2], word[3], verb[0] == 'l');
	else if (strcmp(verb, "connect") == 0)
		begin_connection(word[0], word[1], word[2], word[3]);
	else if (strcmp(verb, "say") == 0)
		say(word[0], word[1]);
	else if (strcmp(verb, "tell") == 0)
		tell(word[0], word[1], word[2], word[3]);
	else if (strcmp(verb, "heard") == 0)
		heard(word[0]);
	else if (strcmp(verb, "fence") == 0)
		fence(word[0], word[1], word[2]);
	else
		give_up("verb %s", verb);
}

int main(void)
{
	static char line[LINE_SIZE];
	cpu_set_t processors, one;
	if (sched_getaffinity(0, sizeof processors, &processors) < 0)
		give_up("affinity");
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &processors))
			continue;
		CPU_SET(i, &one);
		break;
	}
	if (sched_setaffinity(0, sizeof one, &one) < 0)
		give_up("affinity");
	home = this_namespace();
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		obey(line);
		puts("ok");
		fflush(stdout);
	}
	return 0;
}
