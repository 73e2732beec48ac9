#include "last_words.h"

#include "event.h"
#include "sys.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#define PSTORE "/sys/fs/pstore"

/* Names that fs/pstore/inode.c gives: kind, driver, number. The driver keeps panics only (max-reason). */
static const char panic_prefix[] = "dmesg-", console_prefix[] = "console-", daemon_prefix[] = "pmsg-";

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

static void path_of(const char *name, char *path, size_t size)
{
	struct text text = text_in(path, size);
	text_add(&text, PSTORE "/");
	text_add(&text, name);
}

/* Of more than fits the end counts: room is made by forgetting the older half. */
static size_t make_room(struct words *words)
{
	if (words->size == WORDS_SIZE) {
		words->size /= 2;
		memmove(words->text, words->text + words->size, words->size);
	}
	return WORDS_SIZE - words->size;
}

static void read_file(const char *name, struct words *words)
{
	char path[sizeof PSTORE + 1 + SYS_NAME_SIZE];
	path_of(name, path, sizeof path);
	int fd = sys_open(path, O_RDONLY);
	if (fd < 0) {
		event_degraded("read the last words", fd);
		return;
	}
	ssize_t count;
	for (size_t room; room = make_room(words), (count = sys_read(fd, words->text + words->size, room)) > 0;)
		words->size += (size_t)count;
	sys_close(fd);
	if (count < 0)
		event_degraded("read the last words", (int)count);
}

static bool read_all(const struct sys_names *names, const char *prefix, struct words *words)
{
	bool any = false;
	for (int i = 0; i < names->count; i++) {
		if (!begins_with(names->name[i], prefix))
			continue;
		any = true;
		read_file(names->name[i], words);
	}
	return any;
}

void last_words_read(const struct plan *plan, struct last_words *words)
{
	words->panic = words->mounted = false;
	words->kernel.size = words->daemon.size = 0;
	if (!plan->last_words)
		return;
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	struct sys_names names;
	int done = sys_mount("pstore", PSTORE, "pstore", flags, NULL);
	words->mounted = done == 0;
	if (done == 0)
		done = sys_list(PSTORE, &names);
	if (done < 0) {
		event_degraded("look for last words", done);
		return;
	}
	words->panic = read_all(&names, panic_prefix, &words->kernel);
	if (!words->panic)
		(void)read_all(&names, console_prefix, &words->kernel);
	(void)read_all(&names, daemon_prefix, &words->daemon);
}

void last_words_remove(struct last_words *words)
{
	struct sys_names names;
	if (!words->mounted)
		return;
	int done = sys_list(PSTORE, &names);
	for (int i = 0; done == 0 && i < names.count; i++) {
		char path[sizeof PSTORE + 1 + SYS_NAME_SIZE];
		path_of(names.name[i], path, sizeof path);
		done = sys_unlink(path);
	}
	if (done < 0)
		event_degraded("remove the last words", done);
	/* Nobody else is to see it: with /sys it would go too, but then only later. */
	done = sys_unmount(PSTORE, 0);
	if (done < 0)
		event_degraded("unmount the last words", done);
	words->mounted = false;
}

int last_words_device(const struct plan *plan)
{
	if (!plan->last_words)
		return -1;
	int fd = sys_open("/dev/pmsg0", O_WRONLY);
	/* A packaged kernel may have none (CONFIG_PSTORE_PMSG). */
	if (fd < 0 && fd != -ENOENT)
		event_degraded("keep the daemon's lines over a reset", fd);
	return fd < 0 ? -1 : fd;
}
