#include "event.h"

#include "names.h"
#include "sys.h"

#include <string.h>
#include <sys/wait.h>

static int console = -1;

void event_console(int fd)
{
	console = fd;
}

/* Room for the end of the line is always kept. */
static const char line_end[] = "}\n";

static void append(struct event *event, const char *text, size_t length)
{
	if (event->full || length > EVENT_SIZE - sizeof line_end - event->length) {
		event->full = true;
		return;
	}
	memcpy(event->text + event->length, text, length);
	event->length += length;
}

static void append_text(struct event *event, const char *text)
{
	append(event, text, strlen(text));
}

static void append_number(struct event *event, int64_t value)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	append(event, digits + at, sizeof digits - at);
}

static void append_string(struct event *event, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	append_text(event, "\"");
	for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
		if (*byte == '"' || *byte == '\\')
			append(event, (const char[]){ '\\', (char)*byte }, 2);
		else if (*byte < 0x20 || *byte >= 0x7f)
			append(event, (const char[]){ '\\', 'u', '0', '0', hex[*byte >> 4], hex[*byte & 15] }, 6);
		else
			append(event, (const char *)byte, 1);
	}
	append_text(event, "\"");
}

/* A field is whole or absent: the line stays JSON when it does not fit. */
struct field {
	size_t start;
	bool was_full;
};

static struct field field_begin(struct event *event, const char *key)
{
	struct field field = { event->length, event->full };
	append_text(event, ",\"");
	append_text(event, key);
	append_text(event, "\":");
	return field;
}

static void field_end(struct event *event, struct field field)
{
	if (event->full)
		event->length = field.start;
}

struct event event_begin(const char *name)
{
	struct event event = { .length = 0 };
	append_text(&event, "BOARDSMITH {\"event\":");
	append_string(&event, name);
	event_number(&event, "uptime_ms", sys_uptime_ms());
	return event;
}

void event_number(struct event *event, const char *key, int64_t value)
{
	struct field field = field_begin(event, key);
	append_number(event, value);
	field_end(event, field);
}

void event_boolean(struct event *event, const char *key, bool value)
{
	struct field field = field_begin(event, key);
	append_text(event, value ? "true" : "false");
	field_end(event, field);
}

void event_string(struct event *event, const char *key, const char *value)
{
	struct field field = field_begin(event, key);
	append_string(event, value);
	field_end(event, field);
}

void event_null(struct event *event, const char *key)
{
	struct field field = field_begin(event, key);
	append_text(event, "null");
	field_end(event, field);
}

static void event_name(struct event *event, const char *key, const char *name, int number)
{
	if (name)
		event_string(event, key, name);
	else
		event_number(event, key, number);
}

void event_errno(struct event *event, const char *key, int error)
{
	int number = error < 0 ? -error : error;
	event_name(event, key, errno_name(number), number);
}

void event_exit_status(struct event *event, int wait_status)
{
	if (WIFSIGNALED(wait_status))
		event_name(event, "signal", signal_name(WTERMSIG(wait_status)), WTERMSIG(wait_status));
	else
		event_number(event, "status", WEXITSTATUS(wait_status));
}

static void append_address(struct event *event, uint32_t address)
{
	append_text(event, "\"");
	for (int shift = 24; shift >= 0; shift -= 8) {
		append_number(event, address >> shift & 255);
		append_text(event, shift ? "." : "\"");
	}
}

void event_address(struct event *event, const char *key, uint32_t address)
{
	struct field field = field_begin(event, key);
	append_address(event, address);
	field_end(event, field);
}

void event_addresses(struct event *event, const char *key, const uint32_t *addresses, size_t count)
{
	struct field field = field_begin(event, key);
	append_text(event, "[");
	for (size_t i = 0; i < count; i++) {
		append_text(event, i ? "," : "");
		append_address(event, addresses[i]);
	}
	append_text(event, "]");
	field_end(event, field);
}

void event_end(struct event *event)
{
	memcpy(event->text + event->length, line_end, strlen(line_end));
	event->length += strlen(line_end);
	/* One write, so that no other writer cuts the line. Nobody can be told that it failed. */
	if (console >= 0)
		(void)sys_write(console, event->text, event->length);
}

void event_degraded(const char *what, int error)
{
	struct event event = event_begin("degraded");
	event_string(&event, "what", what);
	event_errno(&event, "errno", error);
	event_end(&event);
}
