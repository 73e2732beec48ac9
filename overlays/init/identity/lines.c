#include "lines.h"

#include <string.h>

/* False: no whole line is left, or a byte of it is not printable. */
static bool next_line(const struct lines *lines, struct span *line)
{
	size_t left = (size_t)(lines->end - lines->at);
	const char *feed = left > 0 ? memchr(lines->at, '\n', left) : NULL;
	if (!feed)
		return false;
	*line = (struct span){ lines->at, (size_t)(feed - lines->at) };
	for (size_t i = 0; i < line->length; i++)
		if (line->text[i] < ' ' || line->text[i] > '~')
			return false;
	return true;
}

static void leave_line(struct lines *lines, struct span line)
{
	lines->at = line.text + line.length + 1;
}

bool lines_take_title(struct lines *lines, const char *title)
{
	struct span line;
	if (!next_line(lines, &line) || !span_is(line, title))
		return false;
	leave_line(lines, line);
	return true;
}

bool lines_take(struct lines *lines, const char *key, struct span *value)
{
	struct span line;
	size_t length = strlen(key);
	if (!next_line(lines, &line) || line.length < length + 2)
		return false;
	if (memcmp(line.text, key, length) != 0 || line.text[length] != ':' || line.text[length + 1] != ' ')
		return false;
	*value = (struct span){ line.text + length + 2, line.length - length - 2 };
	leave_line(lines, line);
	return true;
}

bool lines_at_end(const struct lines *lines)
{
	return lines->at == lines->end;
}

bool span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

int span_compare(struct span a, struct span b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = memcmp(a.text, b.text, shorter);
	if (order != 0 || a.length == b.length)
		return order;
	return a.length < b.length ? -1 : 1;
}

bool span_of(struct span span, size_t shortest, size_t longest, bool (*allowed)(char byte))
{
	if (span.length < shortest || span.length > longest)
		return false;
	for (size_t i = 0; i < span.length; i++)
		if (!allowed(span.text[i]))
			return false;
	return true;
}
