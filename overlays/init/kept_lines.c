#include "kept_lines.h"

#include <string.h>

static void add_byte(struct kept_lines *kept, char byte)
{
	kept->bytes[kept->written++ % KEPT_BYTES] = byte;
}

void kept_lines_add(struct kept_lines *kept, const char *line)
{
	while (*line)
		add_byte(kept, *line++);
	add_byte(kept, '\n');
}

size_t last_lines(const char *text, size_t size)
{
	size_t least = size > KEPT_BYTES ? size - KEPT_BYTES : 0, start = size;
	/* The end of the last line is no beginning of another. */
	size_t at = size > 0 && text[size - 1] == '\n' ? size - 1 : size;
	for (int lines = 0; lines < KEPT_LINES_MAX; lines++) {
		while (at > least && text[at - 1] != '\n')
			at--;
		if (at == least && least > 0 && text[at - 1] != '\n')
			return start;
		start = at;
		if (at == least)
			return start;
		at--;
	}
	return start;
}

size_t kept_lines_read(const struct kept_lines *kept, char text[KEPT_BYTES])
{
	size_t next = (size_t)(kept->written % KEPT_BYTES), size = next;
	if (kept->written >= KEPT_BYTES) {
		/* Full: what comes next in it is the oldest, and its line has lost its beginning. */
		memcpy(text, kept->bytes + next, KEPT_BYTES - next);
		memcpy(text + KEPT_BYTES - next, kept->bytes, next);
		const char *end = memchr(text, '\n', KEPT_BYTES);
		size_t cut = end ? (size_t)(end - text) + 1 : 0;
		size = KEPT_BYTES - cut;
		memmove(text, text + cut, size);
	} else {
		memcpy(text, kept->bytes, size);
	}
	size_t start = last_lines(text, size);
	memmove(text, text + start, size - start);
	return size - start;
}
