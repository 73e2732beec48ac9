/*
 * The reader of a card's identity, on this machine and with its own system calls. Its authority is the first argument (64 hex digits), its image
 * `cxo-qemu-virt`.
 *   identity KEY card FILE          runs the child with FILE as the partition, and prints what it says, frame by frame
 *   identity KEY judge FILE…        prints the verdict on each file, in memory that ends where its bytes do
 *   identity KEY certificate FILE…  1 for a text that is read, 0 for one that is refused, as if its signature had been good
 *   identity KEY unit FILE…         the same of a unit's record
 *   identity KEY flip FILE          changes each bit of the file up to its last byte that is not zero; prints how many were refused, and of what
 *   identity KEY mutate FILE SEED   changes the texts at random, reads them as if they were signed; prints how many were refused
 *   identity KEY secret -           what two children see of secret memory: one that it is not shown to, and one that it is
 */
#include "../../../overlays/init/identity/identity.h"
#include "../../../overlays/init/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

static uint8_t authority[1][32];

static const struct plan_unit_value values[] = {
	{ "CXO_QUOTA_MIB", VALUE_SETTING, false }, { "GREETING", VALUE_SETTING, false },        { "API_TOKEN", VALUE_SECRET, true },
	{ "BOARDSMITH_SERIAL", VALUE_SERIAL, false }, { "BOARDSMITH_POSITION", VALUE_POSITION, false }, { "BOARDSMITH_DEVICE_KEY", VALUE_DEVICE_KEY, false },
};

static const struct plan_unit rules = {
	.image = "cxo-qemu-virt",
	.authorities = authority,
	.authority_count = 1,
	.values = values,
	.value_count = sizeof values / sizeof *values,
};

static struct unit_record record;

struct file {
	uint8_t *bytes;
	size_t size;
};

static struct file load(const char *path)
{
	struct file file = { malloc(1 << 21), 0 };
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		abort();
	for (ssize_t count; (count = read(fd, file.bytes + file.size, (1 << 21) - file.size)) > 0;)
		file.size += (size_t)count;
	close(fd);
	return file;
}

/* So many bytes before a page that nobody may touch: reading on is a crash. */
static uint8_t *at_end_of_memory(size_t size)
{
	enum { PAGE = 4096 };
	static uint8_t *room;
	static size_t pages;
	if (!room) {
		pages = (1 << 21) / PAGE;
		room = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (room == MAP_FAILED || mprotect(room + pages * PAGE, PAGE, PROT_NONE) < 0)
			abort();
	}
	return room + pages * PAGE - size;
}

static enum unit_verdict judge(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = at_end_of_memory(size);
	memcpy(copy, bytes, size);
	size_t head = size < IDENTITY_MAX ? size : IDENTITY_MAX;
	bool rest_is_zero = true;
	for (size_t i = head; i < size; i++)
		rest_is_zero = rest_is_zero && copy[i] == 0;
	return identity_judge(copy, head, rest_is_zero, &rules, &record);
}

static bool reads_certificate(const uint8_t *bytes, size_t size)
{
	struct certificate certificate;
	uint8_t *copy = at_end_of_memory(size);
	memcpy(copy, bytes, size);
	return certificate_read((struct span){ (const char *)copy, size }, &certificate);
}

static bool reads_unit(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = at_end_of_memory(size);
	memcpy(copy, bytes, size);
	return unit_record_read((struct span){ (const char *)copy, size }, &rules, &record) != UNIT_RECORD_TEXT;
}

static void print_frames(int fd)
{
	static uint8_t bytes[1 << 16];
	struct unit_frame frame;
	FILE *stream = fdopen(fd, "r");
	while (fread(&frame, sizeof frame, 1, stream) == 1) {
		if (fread(bytes, 1, frame.length, stream) != frame.length)
			printf("cut off: ");
		printf("%u %u ", frame.index, frame.length);
		for (size_t i = 0; i < frame.length; i++)
			printf("%02x", bytes[i]);
		printf("\n");
	}
}

static void run_child(const char *path)
{
	int ends[2];
	if (pipe(ends) < 0)
		abort();
	fflush(stdout);
	if (fork() == 0) {
		int partition = open(path, O_RDONLY);
		dup2(partition, 100);
		dup2(ends[1], 101);
		dup2(100, IDENTITY_PARTITION);
		dup2(101, IDENTITY_ANSWER);
		for (int fd = 3; fd < 128; fd++)
			close(fd);
		identity_child(&rules);
	}
	close(ends[1]);
	print_frames(ends[0]);
	int status;
	wait(&status);
	printf("status %d\n", status);
}

static void flip(const struct file *file)
{
	long refused[UNIT_VERDICTS] = { 0 }, accepted = 0;
	size_t end = file->size;
	while (end > 0 && file->bytes[end - 1] == 0)
		end--;
	for (size_t at = 0; at < end + 16 && at < file->size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			file->bytes[at] ^= (uint8_t)(1 << bit);
			enum unit_verdict verdict = judge(file->bytes, file->size);
			file->bytes[at] ^= (uint8_t)(1 << bit);
			refused[verdict]++;
			accepted += verdict == UNIT_SOUND || verdict == UNIT_NONE;
		}
	}
	printf("accepted %ld\n", accepted);
	for (int verdict = 0; verdict < UNIT_VERDICTS; verdict++)
		if (refused[verdict])
			printf("verdict %d: %ld\n", verdict, refused[verdict]);
}

static uint32_t state;

static uint32_t random_below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

/* One to four of: another byte, a byte less, a piece twice, the end cut off, two pieces exchanged. */
static size_t change(uint8_t *text, size_t size)
{
	static const char likely[] = "\n:= %.0Az-F\0";
	for (uint32_t times = 1 + random_below(4); times > 0 && size > 1; times--) {
		size_t at = random_below((uint32_t)size), length = 1 + random_below((uint32_t)(size - at < 40 ? size - at : 40));
		switch (random_below(5)) {
		case 0:
			text[at] = random_below(2) ? (uint8_t)likely[random_below(sizeof likely - 1)] : (uint8_t)random_below(256);
			break;
		case 1:
			memmove(text + at, text + at + length, size - at - length);
			size -= length;
			break;
		case 2:
			memmove(text + at + length, text + at, size - at);
			size += length;
			break;
		case 3:
			size = at + 1;
			break;
		case 4:
			text[at] ^= (uint8_t)(1 << random_below(8));
			break;
		}
	}
	return size;
}

static void mutate(const struct file *file, uint32_t seed)
{
	static uint8_t text[1 << 16];
	enum { ROUNDS = 200000 };
	long refused = 0;
	state = seed;
	uint32_t certificate_size, record_size;
	memcpy(&certificate_size, file->bytes + 8, 4);
	memcpy(&record_size, file->bytes + 12, 4);
	for (int round = 0; round < ROUNDS; round++) {
		bool unit = round & 1;
		size_t size = unit ? record_size : certificate_size;
		memcpy(text, file->bytes + IDENTITY_HEAD + (unit ? certificate_size : 0), size);
		size = change(text, size);
		refused += !(unit ? reads_unit(text, size) : reads_certificate(text, size));
	}
	printf("%ld of %d refused\n", refused, ROUNDS);
}

static void what_a_child_sees(const char *memory)
{
	fflush(stdout);
	if (fork() == 0) {
		printf("\"%s\"\n", memory);
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void try_secret_memory(void)
{
	enum { SIZE = 10000 };
	void *memory = NULL;
	if (sys_secret_memory(SIZE, &memory) < 0)
		abort();
	strcpy(memory, "very secret");
	what_a_child_sees(memory);
	if (sys_show_to_children(memory, SIZE, true) < 0)
		abort();
	what_a_child_sees(memory);
	if (sys_show_to_children(memory, SIZE, false) < 0)
		abort();
	what_a_child_sees(memory);
	printf("\"%s\"\n", (const char *)memory);
}

int main(int count, char **arguments)
{
	if (count < 4)
		return 2;
	for (size_t i = 0; i < 32; i++) {
		unsigned byte;
		if (sscanf(arguments[1] + 2 * i, "%2x", &byte) != 1)
			return 2;
		authority[0][i] = (uint8_t)byte;
	}
	const char *what = arguments[2];
	if (strcmp(what, "card") == 0) {
		run_child(arguments[3]);
		return 0;
	}
	if (strcmp(what, "secret") == 0) {
		try_secret_memory();
		return 0;
	}
	struct file file = load(arguments[3]);
	if (strcmp(what, "flip") == 0)
		flip(&file);
	if (strcmp(what, "mutate") == 0)
		mutate(&file, (uint32_t)atoi(arguments[4]));
	for (int i = 3; i < count && strcmp(what, "flip") != 0 && strcmp(what, "mutate") != 0; i++) {
		file = load(arguments[i]);
		int verdict = strcmp(what, "judge") == 0 ? (int)judge(file.bytes, file.size) :
		              strcmp(what, "unit") == 0 ? reads_unit(file.bytes, file.size) :
		                                          reads_certificate(file.bytes, file.size);
		printf("%d\n", verdict);
		free(file.bytes);
	}
	return 0;
}
