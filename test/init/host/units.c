/* Checks of init's pure parts. Prints `ok NAME` or `not ok NAME: WHY` a line. */
#include "kernel.h"

#include "../../../overlays/init/kept_lines.h"
#include "../../../overlays/init/trace_record.h"
#include "../../../overlays/init/backoff.h"
#include "../../../overlays/init/dhcp_packet.h"
#include "../../../overlays/init/event.h"
#include "../../../overlays/init/gpt.h"
#include "../../../overlays/init/log_filter.h"
#include "../../../overlays/init/ntp_packet.h"
#include "../../../overlays/init/time_answer.h"
#include "../../../overlays/init/socket_table.h"
#include "../../../overlays/init/supervisor.h"
#include "../../../overlays/init/sys.h"
#include "../../../overlays/init/verity_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void check(const char *name, bool good, const char *why)
{
	printf(good ? "ok %s\n" : "not ok %s: %s\n", name, why);
}

/* ---- time */

static void check_time(void)
{
	enum { SECOND = 1000000 };
	const int64_t now = INT64_C(1700000000) * SECOND;
	uint8_t request[NTP_PACKET_SIZE], answer[NTP_PACKET_SIZE];
	int64_t offset = 0;
	ntp_write_request(request, 0x0123456789abcdef);
	check("a request tells no time", request[0] == 0x23 && request[40] == 0x01 && request[47] == 0xef && request[32] == 0, "");
	bool answered = ntp_write_answer(request, sizeof request, now + 7 * SECOND, now + 7 * SECOND + 2, answer);
	check("a request is answered", answered && (answer[0] & 7) == 4 && answer[1] == 8, "");
	/* 10 ms there and back: this clock is 6.995 s behind. */
	bool read = ntp_read_answer(answer, sizeof answer, 0x0123456789abcdef, now, now + 10000, &offset);
	check("what the server wrote the client reads", read && offset >= 7 * SECOND - 5000 - 2 && offset <= 7 * SECOND - 5000 + 2, "");
	check("an answer to another request", !ntp_read_answer(answer, sizeof answer, 1, now, now, &offset), "taken");
	check("a short answer", !ntp_read_answer(answer, sizeof answer - 1, 0x0123456789abcdef, now, now, &offset), "taken");
	uint8_t changed[NTP_PACKET_SIZE];
	memcpy(changed, answer, sizeof changed);
	changed[1] = 0;
	check("a kiss-o'-death", !ntp_read_answer(changed, sizeof changed, 0x0123456789abcdef, now, now, &offset), "taken");
	changed[1] = 16;
	check("a clock that was never set", !ntp_read_answer(changed, sizeof changed, 0x0123456789abcdef, now, now, &offset), "taken");
	memcpy(changed, answer, sizeof changed);
	changed[0] |= 0xc0;
	check("a clock out of order", !ntp_read_answer(changed, sizeof changed, 0x0123456789abcdef, now, now, &offset), "taken");
	check("an answer is not answered", !ntp_write_answer(answer, sizeof answer, now, now, changed), "answered");
	check("a short request", !ntp_write_answer(request, sizeof request - 1, now, now, changed), "answered");
	/* 2036-02-07: the era of NTP that began in 1900 ends. */
	const int64_t later = INT64_C(2085978496 + 1000) * SECOND;
	ntp_write_answer(request, sizeof request, later + 3 * SECOND, later + 3 * SECOND, answer);
	read = ntp_read_answer(answer, sizeof answer, 0x0123456789abcdef, later, later, &offset);
	check("after 2036", read && offset >= 3 * SECOND - 2 && offset <= 3 * SECOND, "");

	static const struct { const char *name; int64_t offset_us; bool good; } cases[] = {
		{ "an hour ahead", INT64_C(3600) * SECOND, true },
		{ "to the floor", INT64_C(-100000000) * SECOND, true },
		{ "below the floor", INT64_C(-100000001) * SECOND, false },
		{ "in thirty-one years", INT64_C(31) * 366 * 86400 * SECOND, false },
		{ "the largest", INT64_MAX, false },
		{ "the smallest", INT64_MIN, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct time_answer time = { cases[i].offset_us };
		check(cases[i].name, (time_problem(&time, now, 1600000000) == NULL) == cases[i].good, "judged otherwise");
	}
}

/* ---- lease */

static const struct lease sane = { LEASE_BOUND, 0xc000020a, 24, 0xc0000201, 2, { 0xc0000235, 0x08080808 }, 3600 };

struct lease_case {
	const char *name;
	const char *problem; /* NULL: none */
	struct lease lease;
};

#define LEASE(address, prefix, gateway, seconds) { LEASE_BOUND, address, prefix, gateway, 1, { 0xc0000235 }, seconds }

static const struct lease_case lease_cases[] = {
	{ "sane", NULL, LEASE(0xc000020a, 24, 0xc0000201, 3600) },
	{ "no gateway", NULL, LEASE(0xc000020a, 24, 0, 3600) },
	{ "shortest", NULL, LEASE(0x0a000001, 8, 0, LEASE_SECONDS_MIN) },
	{ "longest", NULL, LEASE(0x0a000001, 30, 0x0a000002, LEASE_SECONDS_MAX) },
	{ "lost says nothing else", NULL, { .kind = LEASE_LOST, .address = 0xffffffff } },
	{ "unknown kind", "unknown kind", { .kind = 3 } },
	{ "address 0", "address is not one of a machine", LEASE(0, 24, 0, 3600) },
	{ "address 0.1.2.3", "address is not one of a machine", LEASE(0x00010203, 24, 0, 3600) },
	{ "loopback", "address is not one of a machine", LEASE(0x7f000001, 8, 0, 3600) },
	{ "link-local", "address is not one of a machine", LEASE(0xa9fe0101, 16, 0, 3600) },
	{ "multicast", "address is not one of a machine", LEASE(0xe0000001, 24, 0, 3600) },
	{ "reserved", "address is not one of a machine", LEASE(0xf0000001, 24, 0, 3600) },
	{ "broadcast", "address is not one of a machine", LEASE(0xffffffff, 24, 0, 3600) },
	{ "prefix 0", "prefix is not between 8 and 30", LEASE(0xc000020a, 0, 0, 3600) },
	{ "prefix 7", "prefix is not between 8 and 30", LEASE(0xc000020a, 7, 0, 3600) },
	{ "prefix 31", "prefix is not between 8 and 30", LEASE(0xc000020a, 31, 0, 3600) },
	{ "prefix 4000000000", "prefix is not between 8 and 30", LEASE(0xc000020a, 4000000000U, 0, 3600) },
	{ "network address", "address is the network's own", LEASE(0xc0000200, 24, 0, 3600) },
	{ "network broadcast", "address is the network's own", LEASE(0xc00002ff, 24, 0, 3600) },
	{ "gateway elsewhere", "gateway is not in the network", LEASE(0xc000020a, 24, 0xc0000301, 3600) },
	{ "gateway is the network", "gateway is not in the network", LEASE(0xc000020a, 24, 0xc0000200, 3600) },
	{ "gateway is broadcast", "gateway is not in the network", LEASE(0xc000020a, 24, 0xc00002ff, 3600) },
	{ "gateway is itself", "gateway is the address", LEASE(0xc000020a, 24, 0xc000020a, 3600) },
	{ "too short", "lease time is out of bounds", LEASE(0xc000020a, 24, 0, LEASE_SECONDS_MIN - 1) },
	{ "for ever", "lease time is out of bounds", LEASE(0xc000020a, 24, 0, 0xffffffff) },
	{ "four name servers", "too many name servers", { LEASE_BOUND, 0xc000020a, 24, 0, 4, { 0 }, 3600 } },
	{ "name server 0", "name server is not a machine", { LEASE_BOUND, 0xc000020a, 24, 0, 1, { 0 }, 3600 } },
	{ "name server loopback", "name server is not a machine", { LEASE_BOUND, 0xc000020a, 24, 0, 2, { 0x01010101, 0x7f000001 }, 3600 } },
};

static void check_leases(void)
{
	for (size_t i = 0; i < sizeof lease_cases / sizeof *lease_cases; i++) {
		const char *problem = lease_problem(&lease_cases[i].lease), *expected = lease_cases[i].problem;
		char name[80];
		snprintf(name, sizeof name, "lease: %s", lease_cases[i].name);
		check(name, problem == expected || (problem && expected && strcmp(problem, expected) == 0), problem ? problem : "accepted");
	}
}

/* ---- DHCP packets */

static const struct dhcp_client_identity identity = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, "probe" };

/* Bytes whose end is the end of readable memory, so that one byte too far is a crash. */
static uint8_t *at_the_edge(const uint8_t *bytes, size_t size)
{
	static uint8_t *pages;
	size_t page = 4096;
	if (!pages) {
		pages = mmap(NULL, page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mprotect(pages + page, page, PROT_NONE);
	}
	return memcpy(pages + page - size, bytes, size);
}

static size_t good_reply(uint8_t reply[600])
{
	uint8_t request[DHCP_PACKET_MAX];
	kernel.server = SERVER_GOOD;
	kernel.server_lease_s = 3600;
	struct dhcp_request discover = { .type = DHCP_DISCOVER, .transaction = 0x01020304 };
	return dhcp_server_answer(request, dhcp_write_request(&discover, &identity, request), reply);
}

static void check_reply(void)
{
	uint8_t bytes[600];
	struct dhcp_reply reply;
	size_t size = good_reply(bytes);
	check("dhcp: reads an offer", dhcp_read_reply(bytes, size, &identity, &reply) && reply.type == DHCP_OFFER &&
	      reply.transaction == 0x01020304 && reply.address == 0xc000020a && reply.prefix == 24 && reply.gateway == 0xc0000201 &&
	      reply.server == 0xc0000201 && reply.dns_count == 2 && reply.dns[1] == 0xc0000236 && reply.lease_s == 3600, "wrong");
	struct dhcp_client_identity other = identity;
	other.mac[5]++;
	check("dhcp: refuses another's", !dhcp_read_reply(bytes, size, &other, &reply), "accepted");
	bytes[0] = 1;
	check("dhcp: refuses a request", !dhcp_read_reply(bytes, size, &identity, &reply), "accepted");
	bytes[0] = 2;
	bytes[236]++;
	check("dhcp: refuses a wrong cookie", !dhcp_read_reply(bytes, size, &identity, &reply), "accepted");
}

static void check_masks(void)
{
	static const struct {
		uint8_t mask[4];
		uint32_t prefix;
	} cases[] = {
		{ { 255, 255, 255, 255 }, 32 }, { { 255, 255, 255, 252 }, 30 }, { { 255, 0, 0, 0 }, 8 }, { { 128, 0, 0, 0 }, 1 },
		{ { 0, 0, 0, 0 }, 0 }, { { 255, 0, 255, 0 }, 0 }, { { 0, 255, 255, 255 }, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[600];
		struct dhcp_reply reply;
		size_t size = good_reply(bytes);
		memcpy(bytes + 251, cases[i].mask, 4); /* after options 53 and 54 */
		char name[64];
		snprintf(name, sizeof name, "dhcp: mask %d.%d.%d.%d", cases[i].mask[0], cases[i].mask[1], cases[i].mask[2], cases[i].mask[3]);
		check(name, dhcp_read_reply(bytes, size, &identity, &reply) && reply.prefix == cases[i].prefix, "wrong prefix");
	}
}

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void fuzz_replies(void)
{
	enum { ROUNDS = 300000 };
	long accepted = 0;
	bool sound = true;
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t bytes[DHCP_REPLY_MAX] = { 0 };
		struct dhcp_reply reply;
		size_t size = good_reply(bytes);
		if (round % 3 == 0)
			size = next_random() % (size + 1);
		else if (round % 3 == 1)
			size += next_random() % 600;
		for (uint32_t flips = next_random() % 12; flips; flips--)
			bytes[(round % 2 ? 240 : 0) + next_random() % 300] = (uint8_t)next_random();
		bool good = dhcp_read_reply(at_the_edge(bytes, size), size, &identity, &reply);
		accepted += good;
		sound = sound && reply.dns_count <= DHCP_DNS_MAX && reply.prefix <= 32;
	}
	check("dhcp: malformed packets do no harm", sound, "unsound reply");
	check("dhcp: the malformed packets were of both kinds", accepted > ROUNDS / 100 && accepted < ROUNDS, "all alike");
}

static void check_requests(void)
{
	uint8_t packet[DHCP_PACKET_MAX];
	char name[300];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	struct dhcp_client_identity longest = { { 1 }, name };
	struct dhcp_request request = { DHCP_REQUEST, 1, 2, 0xffffffff, 0xffffffff, 0xffffffff };
	size_t size = dhcp_write_request(&request, &longest, packet);
	check("dhcp: the longest request fits", size <= DHCP_PACKET_MAX, "too long");
}

/* ---- partition tables */

static void read_gpt(struct gpt *gpt, const uint8_t *disk, size_t sectors)
{
	gpt->disk_sectors = sectors;
	memcpy(gpt->header, disk + 512, 512);
	memcpy(gpt->array, disk + 4096 * 512, GPT_ARRAY_SIZE);
}

static bool accepts(const uint8_t *disk, size_t sectors)
{
	static struct gpt gpt;
	read_gpt(&gpt, disk, sectors);
	return gpt_header_valid(&gpt, GPT_HEADER_LBA) && gpt_array_valid(&gpt);
}

static void check_tables(void)
{
	static struct gpt gpt;
	static struct gpt_growth growth;
	struct partition data;
	uint8_t *disk = image_make(DISK_SECTORS, GROWN_DISK_SECTORS);
	read_gpt(&gpt, disk, GROWN_DISK_SECTORS);
	bool good = gpt_header_valid(&gpt, GPT_HEADER_LBA) && gpt_array_valid(&gpt) && gpt_find(&gpt, image_data_guid, &data);
	check("gpt: reads the image's table", good && data.number == 2 && data.first == 8192 && data.last == DISK_SECTORS - 2049, "wrong");
	check("gpt: grows", gpt_grow(&gpt, &data, &growth) && growth.grown.last == GROWN_DATA_LAST && growth.spare_array_lba == 4128, "wrong");
	struct partition root;
	check("gpt: grows the last one only", gpt_find(&gpt, image_root_guid, &root) && !gpt_grow(&gpt, &root, &growth), "grew another");
	gpt.disk_sectors = DISK_SECTORS + 32;
	check("gpt: leaves a disk that is hardly bigger", !gpt_grow(&gpt, &data, &growth), "grew");
	gpt.disk_sectors = GROWN_DISK_SECTORS;
	gpt.array_lba = 2;
	check("gpt: leaves a table that is laid out differently", !gpt_grow(&gpt, &data, &growth), "grew");
	check("gpt: refuses a disk smaller than its table", !accepts(disk, DISK_SECTORS - 100), "accepted");

	long accepted = 0;
	for (int bit = 0; bit < 92 * 8; bit++) {
		disk[512 + bit / 8] ^= 1 << bit % 8;
		accepted += accepts(disk, DISK_SECTORS);
		disk[512 + bit / 8] ^= 1 << bit % 8;
	}
	check("gpt: refuses each flipped bit of a header", accepted == 0, "accepted");
	accepted = 0;
	for (int byte = 0; byte < GPT_ARRAY_SIZE; byte += 7) {
		disk[4096 * 512 + byte] ^= 0x10;
		accepted += accepts(disk, DISK_SECTORS);
		disk[4096 * 512 + byte] ^= 0x10;
	}
	check("gpt: refuses flipped bits of the entries", accepted == 0, "accepted");
}

/* ---- events */

static void show_events(void)
{
	int null = sys_open("/dev/console", 1);
	event_console(null);
	struct event event = event_begin("example");
	event_string(&event, "quoted", "\"\\\n\x01\x7f\xc3\xa9");
	event_number(&event, "lowest", INT64_MIN);
	event_number(&event, "highest", INT64_MAX);
	event_boolean(&event, "true", true);
	event_null(&event, "null");
	event_errno(&event, "known", -2);
	event_errno(&event, "unknown", 4095);
	event_exit_status(&event, 3 << 8);
	event_exit_status(&event, 9);
	event_address(&event, "address", 0xc0000201);
	event_addresses(&event, "none", NULL, 0);
	event_addresses(&event, "two", (const uint32_t[]){ 1, 0xffffffff }, 2);
	event_end(&event);
	char text[2 * EVENT_SIZE];
	for (size_t size = EVENT_SIZE - 200; size < EVENT_SIZE + 20; size++) {
		memset(text, 'x', size);
		text[size] = 0;
		event = event_begin("long");
		event_string(&event, "text", text);
		event_number(&event, "after", 1);
		event_end(&event);
	}
	memset(text, '\n', sizeof text - 1);
	text[sizeof text - 1] = 0;
	event = event_begin("too long");
	event_string(&event, "text", text);
	event_end(&event);
}

/* ---- log */

static size_t log_lines, log_bytes, log_bad;

static void count_line(const char *text, size_t length)
{
	log_lines++;
	log_bytes += length;
	if (strncmp(text, "probe| ", 7) != 0 || text[length - 1] != '\n' || memchr(text, '\n', length) != text + length - 1)
		log_bad++;
	for (size_t i = 0; i + 1 < length; i++)
		if ((text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
			log_bad++;
}

static void check_log(void)
{
	static struct log_filter filter;
	static uint8_t bytes[1 << 20];
	log_filter_start(&filter, "probe", 0, count_line);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)next_random();
	for (size_t at = 0; at < sizeof bytes;) {
		size_t size = 1 + next_random() % 5000;
		size = size > sizeof bytes - at ? sizeof bytes - at : size;
		log_filter_feed(&filter, bytes + at, size, (int64_t)at / 100);
		at += size;
	}
	log_filter_flush(&filter, 100000);
	check("log: any bytes become whole lines of printable text", log_lines > 10 && log_bad == 0, "bad lines");
	size_t most = LOG_BURST + 100000 / 1000 * LOG_BYTES_PER_SECOND + 2 * LOG_OUT_MAX;
	check("log: no more than the console can carry", log_bytes <= most, "too much");

	log_filter_start(&filter, "probe", 0, count_line);
	log_lines = 0;
	memset(bytes, 'x', sizeof bytes);
	log_filter_feed(&filter, bytes, 3 * LOG_LINE_MAX, 0);
	log_filter_flush(&filter, 0);
	check("log: a line without end is broken", log_lines == 4, "not broken");
}

/* ---- verity */

static void check_record(const char *name, const void *bytes, size_t size, uint64_t blocks)
{
	struct verity_record record = { 0 };
	bool read = verity_record_read(bytes, size, &record);
	check(name, read == (blocks > 0) && record.blocks == blocks, read ? "taken" : "refused");
}

static void check_records(void)
{
	static const char hash[] = "0123456789abcdef0123456789abcdef\377\1\2\3" "456789abcdef0123456789abcde";
	uint8_t bytes[VERITY_RECORD_SIZE + 1] = "BSVERITY\1\2\3";
	memcpy(bytes + 16, hash, 64);
	check_record("verity: a record", bytes, VERITY_RECORD_SIZE, 0x30201);
	check_record("verity: a record that is cut", bytes, VERITY_RECORD_SIZE - 1, 0);
	check_record("verity: a record with something behind it", bytes, VERITY_RECORD_SIZE + 1, 0);
	check_record("verity: no record at all", bytes, 0, 0);
	bytes[12] = 1;
	check_record("verity: more blocks than a sector number has room for", bytes, VERITY_RECORD_SIZE, 0);
	bytes[12] = 0;
	memset(bytes + 8, 0xff, 4);
	check_record("verity: the most blocks", bytes, VERITY_RECORD_SIZE, UINT32_MAX);
	struct verity_record record;
	char table[VERITY_TABLE_SIZE];
	(void)verity_record_read(bytes, VERITY_RECORD_SIZE, &record);
	verity_table(&record, "/dev/a-device-with-the-longest-name-that-is-kept-for-a-partition-p2", "panic_on_corruption", table);
	check("verity: the longest table is whole",
	      strcmp(table, "1 /dev/a-device-with-the-longest-name-that-is-kept-for-a-partition-p2 "
	                    "/dev/a-device-with-the-longest-name-that-is-kept-for-a-partition-p2 4096 4096 4294967295 4294967296 sha256 "
	                    "3031323334353637383961626364656630313233343536373839616263646566 "
	                    "ff01020334353637383961626364656630313233343536373839616263646500 1 panic_on_corruption") == 0,
	      table);
	memset(bytes + 8, 0, 8);
	check_record("verity: no blocks", bytes, VERITY_RECORD_SIZE, 0);
	bytes[8] = 1;
	check_record("verity: one block", bytes, VERITY_RECORD_SIZE, 1);
	bytes[0] = 'b';
	check_record("verity: another file", bytes, VERITY_RECORD_SIZE, 0);
}

/* ---- the rest */

static void check_backoff(void)
{
	struct backoff backoff = { 0 };
	static const int64_t expected[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	bool good = true;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		good = good && backoff_next(&backoff) == expected[i];
	backoff_reset(&backoff);
	check("back-off: doubles, has a ceiling, starts anew", good && backoff_next(&backoff) == 1000, "wrong");
}

/* ---- the watchdog */

enum { NOW = 1000000 };

/* In each state: when its deadline has yet to come, and when it has passed. */
struct feeding_case {
	const char *name;
	enum supervisor_state state;
	bool before, after;
};

static const struct feeding_case feeding_cases[] = {
	{ "ready", DAEMON_READY, true, true }, /* has no deadline */
	{ "held", DAEMON_HELD, true, true },
	{ "waiting", DAEMON_WAITING, true, false },
	{ "starting", DAEMON_STARTING, true, false },
	{ "stopping", DAEMON_STOPPING, true, false },
	{ "killed", DAEMON_KILLED, true, false },
	{ "gone", DAEMON_GONE, false, false },
};

static bool fed(enum supervisor_state state, int64_t state_deadline_ms, int64_t unready_ms, bool held_until_reboot)
{
	struct supervisor supervisor = { .plan = &appliance_plan, .state = state, .state_deadline_ms = state_deadline_ms };
	supervisor.unready_since_ms = NOW - unready_ms;
	supervisor.held_until_reboot = held_until_reboot;
	return supervisor_in_order(&supervisor, NOW);
}

static void check_feeding(void)
{
	for (size_t i = 0; i < sizeof feeding_cases / sizeof *feeding_cases; i++) {
		const struct feeding_case *at = &feeding_cases[i];
		char name[80];
		snprintf(name, sizeof name, "watchdog: %s, in time", at->name);
		check(name, fed(at->state, NOW + 1, 0, false) == at->before, at->before ? "not fed" : "fed");
		snprintf(name, sizeof name, "watchdog: %s, late", at->name);
		check(name, fed(at->state, NOW, 0, false) == at->after, at->after ? "not fed" : "fed");
		bool content = at->state == DAEMON_READY || at->state == DAEMON_HELD;
		snprintf(name, sizeof name, "watchdog: %s, not ready for too long", at->name);
		check(name, fed(at->state, NOW + 1, appliance_plan.unready_reboot_after_ms, false) == content, content ? "not fed" : "fed");
	}
	check("watchdog: held until a reboot, in time", fed(DAEMON_HELD, INT64_MAX, 0, true), "not fed");
	check("watchdog: held until a reboot, late", !fed(DAEMON_HELD, INT64_MAX, appliance_plan.unready_reboot_after_ms, true), "fed");
}

static void check_socket_list(const char *name, const char *list, bool udp, bool expected)
{
	const struct plan_port port = { 8080, udp };
	bool listening = false;
	kernel_reset();
	kernel.tcp_list = list;
	int fd = sys_open("/proc/net/tcp", 0);
	socket_table_mark(fd, udp, &port, 1, &listening);
	check(name, listening == expected, expected ? "not found" : "found");
}

static void check_socket_lists(void)
{
	check_socket_list("sockets: IPv4", "  0: 00000000:1F90 00000000:0000 0A 0\n", false, true);
	check_socket_list("sockets: IPv6", "  0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0\n", false, true);
	check_socket_list("sockets: cut between reads", "  0: 00000000:1F\f90 00000000:0000 0\fA 0\n", false, true);
	check_socket_list("sockets: connected is not listening", "  0: 00000000:1F90 00000000:0000 01 0\n", false, false);
	check_socket_list("sockets: the other end's port is not ours", "  0: 00000000:0001 00000000:1F90 0A 0\n", false, false);
	check_socket_list("sockets: UDP has no listening state", "  0: 00000000:1F90 00000000:0000 07 0\n", true, true);
	check_socket_list("sockets: nonsense", "::::\n\n  :\n0: x:y z\n  0: 00000000:1F90", false, false);
}

static size_t kept_text(const struct kept_lines *kept, char *text)
{
	size_t size = kept_lines_read(kept, text);
	text[size] = 0;
	return size;
}

static void check_kept_lines(void)
{
	static struct kept_lines kept;
	static char text[KEPT_BYTES + 1], line[1024];
	check("kept lines: none", kept_text(&kept, text) == 0, text);
	kept_lines_add(&kept, "one");
	kept_lines_add(&kept, "");
	kept_lines_add(&kept, "three");
	kept_text(&kept, text);
	check("kept lines: few", strcmp(text, "one\n\nthree\n") == 0, text);
	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof line, "line %d", i);
		kept_lines_add(&kept, line);
	}
	kept_text(&kept, text);
	check("kept lines: the last 64", strncmp(text, "line 36\n", 8) == 0 && strcmp(text + strlen(text) - 8, "line 99\n") == 0, text);
	memset(line, 'x', sizeof line);
	line[999] = 0;
	for (int i = 0; i < 20; i++)
		kept_lines_add(&kept, line);
	/* Eight whole ones of 1000 bytes fit; the beginning of the ninth is overwritten. */
	check("kept lines: the last 8 KiB", kept_text(&kept, text) == 8000, "another size");
	check("kept lines: whole ones", text[999] == '\n' && text[0] == 'x', text);
	/* Any bytes are a ring. */
	for (uint64_t written = 0; written < 3 * KEPT_BYTES; written += 37) {
		kept.written = written;
		if (kept_text(&kept, text) > KEPT_BYTES)
			check("kept lines: any count", false, "too long");
	}
	kept.written = UINT64_MAX;
	memset(kept.bytes, 'y', sizeof kept.bytes);
	check("kept lines: one line without an end", kept_text(&kept, text) == KEPT_BYTES, "lost");
	memset(kept.bytes, '\n', sizeof kept.bytes);
	check("kept lines: empty ones", kept_text(&kept, text) == KEPT_LINES_MAX, "another number");
	check("last lines: of nothing", last_lines("", 0) == 0, "not 0");
	check("last lines: all", last_lines("a\nb", 3) == 0, "not all");
	static char long_text[3 * KEPT_BYTES];
	memset(long_text, 'z', sizeof long_text);
	long_text[sizeof long_text - 10] = '\n';
	check("last lines: not one that is cut", last_lines(long_text, sizeof long_text) == sizeof long_text - 9, "a piece of a line");
}

static void check_trace_records(void)
{
	struct trace_record record = trace_record_begin();
	record.cause = DAEMON_FAILED_HEALTH;
	trace_record_set_reason(&record, "a reason that is much longer than the place which a record has for reasons");
	trace_record_seal(&record);
	check("trace record: whole", trace_record_valid(&record), "refused");
	check("trace record: long reason is cut", strlen(record.reason) == TRACE_REASON_SIZE - 1, record.reason);
	bool refused = true;
	for (size_t i = 0; i < sizeof record; i++) {
		struct trace_record other = record;
		((uint8_t *)&other)[i] ^= 1;
		refused = refused && !trace_record_valid(&other);
	}
	check("trace record: each byte counts", refused, "taken");
	struct trace_record end = record, cause = record, reason = record;
	end.end = BOOT_FAILED + 1;
	cause.cause = DAEMON_FAILED_HEALTH + 1;
	memset(reason.reason, 'x', sizeof reason.reason);
	trace_record_seal(&end);
	trace_record_seal(&cause);
	trace_record_seal(&reason);
	check("trace record: unknown end", !trace_record_valid(&end), "taken");
	check("trace record: unknown cause", !trace_record_valid(&cause), "taken");
	check("trace record: reason without end", !trace_record_valid(&reason), "taken");
	const struct trace_record nothing = { .checksum = 0 };
	check("trace record: an empty partition", !trace_record_valid(&nothing), "taken");
}

int main(void)
{
	check_time();
	kernel_reset();
	check_leases();
	check("lease: two name servers", lease_problem(&sane) == NULL, "refused");
	check_reply();
	check_masks();
	check_requests();
	fuzz_replies();
	check_tables();
	check_log();
	check_backoff();
	check_feeding();
	check_socket_lists();
	check_records();
	check_kept_lines();
	check_trace_records();
	kernel_reset();
	show_events();
	return 0;
}
