#include "socket_table.h"

#include "sys.h"

/* "  12: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A …" */
enum { LINE_MAX_USED = 96, STATE_LISTEN = 0x0a };

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* Reads hex digits up to something else; returns where, or NULL if there was none. */
static const char *read_hex(const char *at, unsigned *value)
{
	const char *start = at;
	for (*value = 0; hex_digit(*at) >= 0; at++)
		*value = *value << 4 | (unsigned)hex_digit(*at);
	return at == start ? NULL : at;
}

static const char *after(const char *at, char wanted)
{
	while (at && *at && *at != wanted)
		at++;
	return at && *at ? at + 1 : NULL;
}

/* False for the heading and for anything that does not look like an entry. */
static bool read_entry(const char *line, unsigned *port, unsigned *state)
{
	const char *at = after(after(line, ':'), ':');
	if (!at || !(at = read_hex(at, port)))
		return false;
	at = after(after(at, ':'), ' ');
	return at && read_hex(at, state);
}

static void mark_entry(const char *line, bool udp, const struct plan_port *ports, size_t count, bool *listening)
{
	unsigned port, state;
	if (!read_entry(line, &port, &state) || (!udp && state != STATE_LISTEN))
		return;
	for (size_t i = 0; i < count; i++)
		if (ports[i].udp == udp && ports[i].port == port)
			listening[i] = true;
}

void socket_table_mark(int fd, bool udp, const struct plan_port *ports, size_t count, bool *listening)
{
	char bytes[4096], line[LINE_MAX_USED + 1];
	size_t used = 0;
	for (ssize_t size; (size = sys_read(fd, bytes, sizeof bytes)) > 0;) {
		for (ssize_t i = 0; i < size; i++) {
			if (bytes[i] != '\n') {
				if (used < LINE_MAX_USED)
					line[used++] = bytes[i];
				continue;
			}
			line[used] = 0;
			used = 0;
			mark_entry(line, udp, ports, count, listening);
		}
	}
}
