#include "text.h"

struct text text_in(char *buffer, size_t size)
{
	*buffer = 0;
	return (struct text){ buffer, size };
}

void text_add(struct text *text, const char *more)
{
	while (*more && text->room > 1) {
		*text->at++ = *more++;
		text->room--;
	}
	*text->at = 0;
}

void text_add_number(struct text *text, uint64_t number)
{
	char digits[21];
	char *at = digits + sizeof digits;
	*--at = 0;
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add(text, at);
}
