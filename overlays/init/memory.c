#include "memory.h"

#include "small_file.h"
#include "text.h"

#include <string.h>
#include <unistd.h>

static int64_t number_at(const char *at)
{
	int64_t value = 0;
	if (!at)
		return -1;
	while (*at == ' ')
		at++;
	if (*at < '0' || *at > '9')
		return -1;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (*at - '0');
	return value;
}

int64_t memory_available_kib(void)
{
	static const char label[] = "MemAvailable:";
	char text[256]; /* it is the third line */
	if (small_file_read("/proc/meminfo", text, sizeof text) <= 0)
		return -1;
	const char *at = strstr(text, label);
	return at ? number_at(at + strlen(label)) : -1;
}

/* statm holds numbers of pages and nothing else; status would hold the name that the process gave itself. */
int64_t memory_resident_kib(pid_t pid)
{
	char path[40], pages[128];
	struct text text = text_in(path, sizeof path);
	text_add(&text, "/proc/");
	text_add_number(&text, (uint64_t)pid);
	text_add(&text, "/statm");
	if (small_file_read(path, pages, sizeof pages) <= 0)
		return -1;
	int64_t resident = number_at(strchr(pages, ' '));
	return resident < 0 ? -1 : resident * (getpagesize() / 1024);
}
