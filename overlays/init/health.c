#include "health.h"

#include "identities.h"
#include "privileges.h"
#include "socket_table.h"
#include "sys.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

struct table {
	const char *path;
	bool udp;
};

static const struct table tables[] = {
	{ "/proc/net/tcp", false }, { "/proc/net/tcp6", false }, { "/proc/net/udp", true }, { "/proc/net/udp6", true },
};

enum { TABLES = sizeof tables / sizeof *tables };

/* The child's descriptors, in this order: the lists that could be opened, then the socket. */
struct means {
	int count;
	int fds[TABLES + 1];
	bool udp[TABLES + 1];
	int socket; /* -1: none */
};

static struct means gather(bool ports, bool http)
{
	struct means means = { .socket = -1 };
	for (int i = 0; ports && i < TABLES; i++) {
		int fd = sys_open(tables[i].path, O_RDONLY); /* without IPv6 two of them are absent */
		if (fd < 0)
			continue;
		means.udp[means.count] = tables[i].udp;
		means.fds[means.count++] = fd;
	}
	if (http) {
		int fd = sys_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (fd < 0)
			child_not_started("health socket", fd);
		means.socket = means.count;
		means.fds[means.count++] = fd;
	}
	return means;
}

static bool all_listen(const struct plan *plan, const struct means *means)
{
	bool listening[PLAN_PORTS_MAX] = { false };
	for (int fd = 0; fd < means->count; fd++)
		if (fd != means->socket)
			socket_table_mark(fd, means->udp[fd], plan->ports, plan->port_count, listening);
	for (size_t i = 0; i < plan->port_count; i++)
		if (!listening[i])
			return false;
	return true;
}

static bool wait_for(int fd, short what, int64_t until)
{
	struct pollfd wait = { .fd = fd, .events = what };
	int64_t left = until - sys_uptime_ms();
	return left > 0 && sys_poll(&wait, 1, left) > 0;
}

static bool send_request(int fd, const char *path, int64_t until)
{
	char request[512];
	struct text text = text_in(request, sizeof request);
	text_add(&text, "GET ");
	text_add(&text, path);
	text_add(&text, " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: boardsmith-init\r\nConnection: close\r\n\r\n");
	size_t length = strlen(request);
	/* A fresh socket's buffer holds it at once. */
	return wait_for(fd, POLLOUT, until) && sys_write(fd, request, length) == (ssize_t)length;
}

/* "HTTP/1.1 200 …": any status of the 200s is health. */
static bool answer_is_good(int fd, int64_t until)
{
	char answer[10];
	size_t have = 0;
	while (have < sizeof answer) {
		if (!wait_for(fd, POLLIN, until))
			return false;
		ssize_t size = sys_read(fd, answer + have, sizeof answer - have);
		if (size <= 0)
			return false;
		have += (size_t)size;
	}
	return memcmp(answer, "HTTP/1.", 7) == 0 && answer[8] == ' ' && answer[9] == '2';
}

static bool http_answers(const struct plan *plan, int fd)
{
	int64_t until = sys_uptime_ms() + plan->health_timeout_ms;
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(plan->health_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int done = sys_connect(fd, (const struct sockaddr *)&to, sizeof to);
	if (done < 0 && done != -EINPROGRESS)
		return false;
	return send_request(fd, plan->health_path, until) && answer_is_good(fd, until);
}

static _Noreturn void look(const struct plan *plan, int empty_root, bool ports)
{
	bool http = plan->health == HEALTH_HTTP;
	struct means means = gather(ports || !http, http);
	become_helper(HEALTH_ID, means.fds, means.count, empty_root);
	bool good = (!ports && http) || all_listen(plan, &means);
	if (good && http)
		good = http_answers(plan, means.socket);
	sys_exit(good ? 0 : 1);
}

pid_t health_start(const struct plan *plan, int empty_root, bool ports)
{
	pid_t child = sys_fork("health");
	if (child == 0)
		look(plan, empty_root, ports);
	return child;
}
