#include "log_filter.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

void log_filter_start(struct log_filter *filter, const char *prefix, int64_t now, void (*write)(const char *, size_t))
{
	*filter = (struct log_filter){ .prefix = prefix, .allowance = LOG_BURST, .refilled_ms = now, .write = write };
}

static void write_line(struct log_filter *filter, const char *line)
{
	char out[LOG_OUT_MAX];
	struct text text = text_in(out, sizeof out);
	text_add(&text, filter->prefix);
	text_add(&text, "| ");
	text_add(&text, line);
	text_add(&text, "\n");
	size_t length = strlen(out);
	filter->allowance -= (int64_t)length;
	filter->write(out, length);
}

static void refill(struct log_filter *filter, int64_t now)
{
	int64_t more = (now - filter->refilled_ms) * LOG_BYTES_PER_SECOND / 1000;
	if (more <= 0)
		return;
	filter->refilled_ms = now;
	filter->allowance = filter->allowance + more > LOG_BURST ? LOG_BURST : filter->allowance + more;
}

static void say_dropped(struct log_filter *filter)
{
	if (filter->dropped == 0)
		return;
	char note[64];
	struct text text = text_in(note, sizeof note);
	text_add(&text, "(");
	text_add_number(&text, filter->dropped);
	text_add(&text, " lines left out: too much output)");
	filter->dropped = 0;
	write_line(filter, note);
}

/* The console must not slow a daemon down, so what it cannot carry is left out and counted. */
static void end_line(struct log_filter *filter, int64_t now)
{
	refill(filter, now);
	filter->line[filter->length] = 0;
	filter->length = 0;
	if (filter->keep)
		kept_lines_add(filter->keep, filter->line);
	/* Once dry it stays so for a second: some lines together and a gap tell more than one line of every thousand. */
	if (filter->allowance <= 0 || (filter->dropped > 0 && filter->allowance < LOG_BYTES_PER_SECOND)) {
		filter->dropped++;
		return;
	}
	say_dropped(filter);
	write_line(filter, filter->line);
}

static size_t escape(uint8_t byte, char out[4])
{
	static const char hex[] = "0123456789abcdef";
	if ((byte >= 0x20 && byte < 0x7f) || byte == '\t') {
		out[0] = (char)byte;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[byte >> 4];
	out[3] = hex[byte & 15];
	return 4;
}

void log_filter_feed(struct log_filter *filter, const uint8_t *bytes, size_t count, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		char escaped[4];
		if (bytes[i] == '\n') {
			end_line(filter, now);
			continue;
		}
		size_t size = escape(bytes[i], escaped);
		if (filter->length + size >= LOG_LINE_MAX)
			end_line(filter, now);
		memcpy(filter->line + filter->length, escaped, size);
		filter->length += size;
	}
}

void log_filter_flush(struct log_filter *filter, int64_t now)
{
	if (filter->length > 0)
		end_line(filter, now);
	refill(filter, now);
	if (filter->allowance >= LOG_BYTES_PER_SECOND)
		say_dropped(filter);
}
