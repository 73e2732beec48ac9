/*
 * init under a played kernel. `scenarios` lists names; `scenarios NAME` prints the ordered log of every system call;
 * `scenarios --fail ERRNO` runs the whole life of a machine once for every call, lets just that call fail, and prints what came of it;
 * `scenarios --fail-unit ERRNO` the same of one that takes its unit's identity;
 * `scenarios --cut` cuts the power in every flush of the growing partition table, with every kind of half-written sectors, and boots again.
 */
#include "kernel.h"

#include "../../../overlays/init/machine.h"
#include "../../../overlays/init/names.h"
#include "../../../overlays/init/sys.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct plan plan;

static void live(void)
{
	static struct machine machine;
	machine_boot(&machine, &plan);
	for (;;)
		machine_turn(&machine);
}

/* What the boot before this one left in the state partition, which begins at sector 4160. */
static struct trace_record left_by_last_boot(enum boot_end end, const char *reason)
{
	struct trace_record record = trace_record_begin();
	record.end = (uint16_t)end;
	trace_record_set_reason(&record, reason);
	return record;
}

static void put_on_disk(uint64_t offset, const void *bytes, size_t size)
{
	memcpy(kernel.disk + 4160 * 512 + offset, bytes, size);
	memcpy(kernel.stable_disk + 4160 * 512 + offset, bytes, size);
}

static void leave(struct trace_record record)
{
	trace_record_seal(&record);
	put_on_disk(TRACE_OFFSET, &record, sizeof record);
}

static struct trace_record crashed_daemon(enum boot_end end)
{
	struct trace_record record = left_by_last_boot(end, "");
	record.cause = DAEMON_ENDED_ITSELF;
	record.status = SIGABRT;
	record.attempt = 3;
	record.ends = 2;
	record.uptime_ms = 61000;
	static struct kept_lines lines;
	lines = (struct kept_lines){ .written = 0 };
	kept_lines_add(&lines, "about to fail");
	kept_lines_add(&lines, "BOARDSMITH {\"event\":\"ready\"}\x1b[2J\rcaf\xc3\xa9");
	put_on_disk(TRACE_LINES_OFFSET, &lines, sizeof lines);
	return record;
}

static const char words_of_panic[] = "Panic#1 Part1\n<4>[   12.1] CPU: 1\n<0>[   12.3] Kernel panic - not syncing\n";

/* After a boot in which everything went wrong, from power-on to the power key, with a lease, a ready daemon and one health check. */
static void whole_life(void)
{
	leave(crashed_daemon(BOOT_RUNS));
	kernel.panic_words = words_of_panic;
	kernel.daemon_words = "serving\n";
	kernel.time_after_ms = 300;
	kernel.time_offset_us = 5000000;
	kernel.disk_ms = kernel.ethernet_ms = 1100;
	kernel.entropy_ms = 1300;
	kernel.disk_sectors = GROWN_DISK_SECTORS;
	kernel.data_blocks_resized = 2800;
	kernel.power_key_ms = 8000;
	kernel.ctrl_alt_del_ms = 12000; /* for a life in which the key does not work */
}

static void usual(void)
{
	kernel.end_ms = 4000;
}

static void ready_by_ports(void)
{
	plan.readiness = READY_BY_PORTS;
	kernel.ready_after_ms = MISSING;
	kernel.sick_from_ms = 0;
	kernel.sick_until_ms = 1600;
	kernel.end_ms = 8000;
}

static void crash_loop(void)
{
	kernel.exit_after_ms = 500;
	kernel.exit_status = SIGSEGV;
	kernel.end_ms = 90000;
}

static void crash_after_stable(void)
{
	kernel.exit_after_ms = 70000;
	kernel.exit_status = 3 << 8;
	kernel.end_ms = 145000;
}

static void never_ready(void)
{
	kernel.ready_after_ms = MISSING;
	plan.unready_reboot_after_ms = 200000;
	kernel.end_ms = 400000;
}

static void closes_without_ready(void)
{
	kernel.ready_after_ms = MISSING;
	kernel.closes_ready_after_ms = 100;
	kernel.end_ms = 70000;
}

static void unhealthy(void)
{
	kernel.sick_from_ms = 7000;
	kernel.sick_until_ms = 40000;
	kernel.ignores_sigterm = true;
	kernel.end_ms = 45000;
}

/* Stable for long before it falls sick: it is stopped and started like any other, and gets ten minutes more before a reboot. */
static void unhealthy_late(void)
{
	plan.watchdog_device = NULL; /* for a shorter log */
	plan.health_interval_ms = 100000;
	kernel.sick_from_ms = 700000;
	kernel.sick_until_ms = 950000;
	kernel.end_ms = 1900000;
}

static void unhealthy_for_good(void)
{
	unhealthy_late();
	kernel.sick_until_ms = INT64_MAX;
	plan.unready_reboot_after_ms = 200000;
	plan.stable_after_ms = 400000; /* three checks are more than 60 s apart here: no life after the first is stable */
}

static void unkillable(void)
{
	kernel.sick_from_ms = 7000;
	kernel.ignores_sigterm = true;
	kernel.survives_sigkill = true;
	kernel.end_ms = 200000;
}

static void ctrl_alt_del(void)
{
	kernel.ctrl_alt_del_ms = 3000;
	kernel.data_busy = true;
}

static void no_data_partition(void)
{
	plan.data_partition[0] ^= 1;
	kernel.end_ms = 12000;
}

static void data_not_mountable(void)
{
	kernel.fail_text = "/root/data: ext4";
	kernel.fail_text_errno = EUCLEAN;
	kernel.power_key_ms = 9000;
}

static void data_unavailable(void)
{
	kernel.fail_text = "/root/data: ext4";
	kernel.fail_text_errno = ENOMEM;
	plan.unready_reboot_after_ms = 60000;
}

static void data_with_errors(void)
{
	kernel.errors_count = "3\n";
	kernel.end_ms = 4000;
}

static void data_too_small(void)
{
	plan.data_minimum_mib = 1000;
	kernel.end_ms = 4000;
}

static void keeps_no_data(void)
{
	plan.has_data = false;
	plan.working_directory = "/";
	kernel.end_ms = 4000;
}

static void root_damaged(void)
{
	kernel.fail_text = "/root: squashfs";
	kernel.fail_text_errno = EIO;
}

static void root_not_mountable(void)
{
	kernel.fail_text = "/root: squashfs";
	kernel.fail_text_errno = EINVAL;
}

static void root_record_cut(void)
{
	kernel.record_size = 79;
}

static void root_record_too_long(void)
{
	kernel.record_size = 81;
}

static void root_record_missing(void)
{
	kernel.fail_text = "/root.verity";
	kernel.fail_text_errno = ENOENT;
}

static void root_not_guarded(void)
{
	kernel.fail_text = "panic_on_corruption";
	kernel.fail_text_errno = EINVAL;
}

static void no_disk(void)
{
	kernel.disk_ms = 1000000;
	kernel.end_ms = 1000001;
}

static void late_ethernet(void)
{
	kernel.ethernet_ms = 3000;
	kernel.end_ms = 4000;
}

static void lease_not_sane(void)
{
	kernel.lease.gateway = 0x08080808;
	kernel.end_ms = 4500;
}

static void lease_too_short(void)
{
	kernel.lease_size = 7;
	kernel.end_ms = 4500;
}

static void lease_renewed(void)
{
	kernel.lease_again_ms = 30000;
	kernel.end_ms = 35000;
}

/* Another gateway, none, and the first one again. */
static void lease_changes_gateway(void)
{
	static const uint32_t gateways[] = { 0xc0000202, 0, 0xc0000201, NO_MORE_GATEWAYS };
	kernel.later_gateways = gateways;
	kernel.lease_again_ms = 10000;
	plan.health_interval_ms = 600000;
	plan.watchdog_device = NULL;
	kernel.end_ms = 35000;
}

static void dhcp_dies_at_once(void)
{
	kernel.lease.seconds = 60;
	kernel.dhcp_exit_after_ms = 1000;
	kernel.lease_after_ms = 500;
	plan.health_interval_ms = 600000;
	plan.watchdog_device = NULL;
	kernel.end_ms = 5000;
}

static void lease_expires(void)
{
	kernel.lease.seconds = 60;
	kernel.lease_once = true;
	kernel.dhcp_exit_after_ms = 30000;
	plan.health_interval_ms = 600000;
	plan.watchdog_device = NULL;
	kernel.end_ms = 100000;
}

static void break_sector(uint64_t lba)
{
	memset(kernel.disk + lba * 512, 0xdb, 512);
	memset(kernel.stable_disk + lba * 512, 0xdb, 512);
}

static void first_table_broken(void)
{
	break_sector(1);
	kernel.end_ms = 4000;
}

static void first_table_broken_when_grown(void)
{
	whole_life();
	kernel.disk = image_make(GROWN_DISK_SECTORS, GROWN_DISK_SECTORS);
	kernel.stable_disk = image_make(GROWN_DISK_SECTORS, GROWN_DISK_SECTORS);
	break_sector(1);
}

static void first_entries_broken(void)
{
	break_sector(4100);
	kernel.end_ms = 4000;
}

static void both_tables_broken(void)
{
	break_sector(1);
	break_sector(DISK_SECTORS - 1);
	kernel.end_ms = 25000;
}

static void table_not_repairable(void)
{
	first_table_broken();
	kernel.fail_text = "16384 bytes at sector 4096"; /* a card with its lock switch on */
	kernel.fail_text_errno = EPERM;
}

static void last_boot_in_order(void)
{
	leave(left_by_last_boot(BOOT_POWERED_OFF, "power-key"));
	kernel.console_words = "[    2.1] reboot: Power down\n"; /* nobody needs them */
	kernel.end_ms = 2000;
}

static void last_boot_failed(void)
{
	leave(left_by_last_boot(BOOT_FAILED, "verify the root"));
	kernel.end_ms = 2000;
}

static void last_boot_sudden(void)
{
	leave(left_by_last_boot(BOOT_RUNS, ""));
	kernel.end_ms = 2000;
}

static void last_boot_ended_by_watchdog(void)
{
	last_boot_sudden();
	kernel.watchdog_reset = true;
	kernel.console_words = "[   41.0] rcu: INFO: rcu_sched self-detected stall on CPU\n";
}

static void last_boot_panicked(void)
{
	last_boot_sudden();
	kernel.panic_words = words_of_panic;
	kernel.console_words = "[   12.3] Kernel panic - not syncing\n";
}

/* The daemon had not ended before. */
static void last_boot_panicked_with_daemon(void)
{
	last_boot_panicked();
	kernel.daemon_words = "serving\nabout to ask the kernel\n";
}

static void packaged_kernel(void)
{
	kernel.keeps_no_daemon_words = true;
	kernel.end_ms = 4000;
}

/* A card that was written anew on a board whose memory still holds words. */
static void panic_without_record(void)
{
	kernel.panic_words = words_of_panic;
	kernel.end_ms = 2000;
}

static void daemon_crashed_in_last_boot(void)
{
	leave(crashed_daemon(BOOT_REBOOTED));
	kernel.end_ms = 2000;
}

static void record_of_last_boot_torn(void)
{
	struct trace_record record = crashed_daemon(BOOT_REBOOTED);
	trace_record_seal(&record);
	record.attempt++;
	put_on_disk(TRACE_OFFSET, &record, sizeof record);
	kernel.end_ms = 2000;
}

static void trace_hangs(void)
{
	daemon_crashed_in_last_boot();
	kernel.trace_takes_ms = MISSING;
	kernel.end_ms = 14000;
}

static void no_state_partition(void)
{
	plan.state_partition[0] ^= 1;
	kernel.exit_after_ms = 500;
	kernel.end_ms = 4000;
}

/* The card's lock switch is on. */
static void trace_not_writable(void)
{
	kernel.fail_text = "bytes at sector 5184";
	kernel.fail_text_errno = EPERM;
	kernel.exit_after_ms = 500;
	kernel.end_ms = 4000;
}

static void last_words_unreadable(void)
{
	last_boot_panicked();
	kernel.fail_text = "pstore/dmesg";
	kernel.fail_text_errno = EACCES;
}

/* A kernel without a driver for the memory: there is no such folder. */
static void no_pstore(void)
{
	last_boot_sudden();
	kernel.fail_text = "pstore at";
	kernel.fail_text_errno = ENOENT;
}

static void child_trace_of_kernel(void)
{
	kernel.child = "trace";
	last_boot_panicked();
	kernel.panic_words = "Panic#1 Part1\n<0>[   12.3] Kernel panic\nBOARDSMITH {\"event\":\"ready\"}\n\x1b[2J\r\xff no end";
}

/* More than init has room for: the end is what counts. */
static void child_trace_of_long_words(void)
{
	static char words[70000];
	kernel.child = "trace";
	last_boot_panicked();
	for (int i = 0; i < 5000; i++)
		snprintf(words + 14 * i, sizeof words - 14 * (size_t)i, "<6>word %05d\n", i);
	kernel.panic_words = words;
}

static void child_trace_of_daemon_until_the_end(void)
{
	kernel.child = "trace";
	last_boot_sudden();
	kernel.daemon_words = "the oldest line, which has lost its beginni\nBOARDSMITH {\"event\":\"ready\"}\nlast kernel| \x1b[2J\n";
}

static void child_trace_of_daemon(void)
{
	kernel.child = "trace";
	daemon_crashed_in_last_boot();
}

static void no_entropy(void)
{
	kernel.entropy_ms = 1000000;
	kernel.end_ms = 15000;
}

static void clock_behind(void)
{
	kernel.clock_s = 0;
	kernel.end_ms = 2000;
}

static void bare_board(void)
{
	plan.watchdog_device = NULL;
	plan.power_button = false;
	plan.module_count = 0;
	plan.last_words = false;
	plan.needs_dns = false;
	kernel.end_ms = 4000;
}

static void time_set(void)
{
	kernel.time_after_ms = 100;
	kernel.time_offset_us = 90000000;
	kernel.end_ms = 4000;
}

static void time_slewed(void)
{
	time_set();
	kernel.time_offset_us = -20000;
}

static void time_refused(void)
{
	time_set();
	kernel.time_offset_us = INT64_C(-200000000) * 1000000;
	kernel.end_ms = 6000;
}

static void time_of_the_end_of_time(void)
{
	time_set();
	kernel.time_offset_us = INT64_MAX;
}

static const struct plan_link router_links[] = {
	{ .device = "eth0", .dhcp = true },
	{ .device = "eth1", .address = 0x0a140101, .prefix = 30 },
	{ .device = "eth2.10", .trunk = "eth2", .vlan = 10, .address = 0x0a140201, .prefix = 30 },
};

static const uint32_t router_time_servers[] = { 0xc0000210, 0xc0000211 };

/* A batch of two messages, begin and end, as the kernel wants it in the byte order of little-endian machines. */
static const uint8_t empty_batch[40] = {
	20, 0, 0, 0, 0x10, 0, 1, 0, [12] = 0, [16] = 0, 0, 0, 10, 20, 0, 0, 0, 0x11, 0, 1, 0, [36] = 0, 0, 0, 10,
};

static void router(void)
{
	plan.ruleset = empty_batch;
	plan.ruleset_size = sizeof empty_batch;
	plan.links = router_links;
	plan.link_count = 3;
	plan.forwards_ipv4 = true;
	plan.connections = 12288;
	plan.serves_time = true;
	plan.time_servers = router_time_servers;
	plan.time_server_count = 2;
	kernel.end_ms = 4000;
}

static void router_with_late_link(void)
{
	router();
	kernel.late_interface = "eth1";
	kernel.ethernet_ms = 2500;
}

static void router_with_static_uplink(void)
{
	static const struct plan_link links[] = {
		{ .device = "eth0", .address = 0xc0000205, .prefix = 24, .gateway = 0xc0000201 },
		{ .device = "eth1", .address = 0x0a140101, .prefix = 30 },
	};
	router();
	plan.links = links;
	plan.link_count = 2;
	plan.time_server_count = 0;
}

static void router_without_ruleset(void)
{
	router();
	plan.ruleset_size = 0;
	kernel.end_ms = 20000;
}

static void router_whose_ruleset_is_refused(void)
{
	router();
	kernel.refuses_ruleset = EOPNOTSUPP;
	kernel.end_ms = 20000;
}

static void router_whose_ruleset_is_cut_off(void)
{
	router();
	plan.ruleset_size--;
	kernel.end_ms = 20000;
}

static void router_with_ipv6(void)
{
	static const struct plan_link links[] = {
		{ .device = "eth0", .dhcp = true, .advertised6 = true },
		{ .device = "eth1", .address = 0x0a140101, .prefix = 30, .address6 = { 0xfd, 0x77, 9, 9, 9, 9, 0, 1, [15] = 1 }, .prefix6 = 64 },
		{ .device = "eth2", .address = 0x0a140201, .prefix = 30 },
	};
	router();
	plan.links = links;
	plan.has_ipv6 = plan.forwards_ipv6 = true;
}

static void child_advertiser(void)
{
	router_with_ipv6();
	kernel.child = "advertiser";
	kernel.end_ms = 500000;
}

static void board_with_ipv6(void)
{
	plan.has_ipv6 = true;
	plan.ipv6_suffix[15] = 2;
	kernel.end_ms = 4000;
}

/* ---- the unit's identity; what the child itself does is tried by identity.c, here it is its answer that counts */

static const uint8_t an_authority[1][32] = { { 1 } };

static const struct plan_unit_value unit_values[] = {
	{ "MODE", VALUE_SETTING, false },
	{ "API_TOKEN", VALUE_SECRET, true },
	{ "BOARDSMITH_SERIAL", VALUE_SERIAL, false },
	{ "BOARDSMITH_DEVICE_KEY", VALUE_DEVICE_KEY, false },
};

static void says_sound(const struct plan_unit *unit)
{
	(void)unit;
	(void)sys_write(1, "identity", 8);
	sys_exit(0);
}

static const struct plan_unit unit_rules = {
	.partition = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x04 },
	.image = "probe-qemu-virt",
	.authorities = an_authority,
	.authority_count = 1,
	.values = unit_values,
	.value_count = sizeof unit_values / sizeof *unit_values,
	.timeout_ms = 10000,
	.child = says_sound,
};

static uint8_t said[9000];

static void say(unsigned index, const void *bytes, size_t size)
{
	struct unit_frame frame = { (uint16_t)index, (uint16_t)size };
	memcpy(said + kernel.unit_answer_size, &frame, sizeof frame);
	memcpy(said + kernel.unit_answer_size + sizeof frame, bytes, size);
	kernel.unit_answer = said;
	kernel.unit_answer_size += sizeof frame + size;
}

static void say_end(enum unit_verdict verdict)
{
	uint8_t byte = (uint8_t)verdict;
	say(FRAME_END, &byte, 1);
}

static void takes_identity(void)
{
	plan.unit = &unit_rules;
	kernel.end_ms = 4000;
}

static void unit_sound(void)
{
	takes_identity();
	say(FRAME_SERIAL, "ACME-000017", 11);
	say(FRAME_MAC, "\x52\x54\0\x77\3\1", 6);
	say(FRAME_POSITION, "cxo-1", 5);
	say(0, "quiet", 5);
	say(1, "very secret\n", 12);
	say(2, "ACME-000017", 11);
	say_end(UNIT_SOUND);
}

static void unit_none_but_needed(void)
{
	takes_identity();
	say_end(UNIT_NONE);
}

static void unit_none(void)
{
	static struct plan_unit without_needs;
	unit_none_but_needed();
	without_needs = unit_rules;
	without_needs.value_count = 1;
	plan.unit = &without_needs;
}

static void unit_refused(enum unit_verdict verdict)
{
	takes_identity();
	say_end(verdict);
}

static void unit_unreadable(void)
{
	unit_refused(UNIT_UNREADABLE);
}

static void unit_of_stranger(void)
{
	unit_refused(UNIT_UNKNOWN_AUTHORITY);
}

static void unit_silent(void)
{
	takes_identity();
	kernel.unit_after_ms = MISSING;
	kernel.end_ms = 12000;
}

static void unit_silent_on_late_disk(void)
{
	unit_silent();
	kernel.disk_ms = 9000;
	kernel.end_ms = 21000;
}

static void unit_says_nothing(void)
{
	takes_identity();
}

static void unit_says_half(void)
{
	unit_sound();
	kernel.unit_answer_size -= 6; /* the end, and a byte of the serial */
}

static void unit_without_partition(void)
{
	static struct plan_unit elsewhere;
	unit_sound();
	elsewhere = unit_rules;
	elsewhere.partition[0] ^= 1;
	plan.unit = &elsewhere;
}

static void unit_not_openable(void)
{
	unit_sound();
	kernel.fail_text = "/dev/vda4, read";
	kernel.fail_text_errno = EIO;
}

static void unit_device_missing(void)
{
	unit_sound();
	kernel.fail_text = "/dev/vda4, read";
	kernel.fail_text_errno = ENOENT;
}

static void unit_mac_not_settable(void)
{
	unit_sound();
	kernel.fail_text = "52:54:00:77:03:01";
	kernel.fail_text_errno = EBUSY;
}

static void unit_of_router_with_mac(void)
{
	router();
	unit_sound();
}

/* What a child that was taken over could say. */
static void unit_says_sound_alone(void)
{
	unit_refused(UNIT_SOUND);
}

static void unit_says_value_and_none(void)
{
	takes_identity();
	say(1, "x", 1);
	say_end(UNIT_NONE);
}

static void unit_says_unknown_index(void)
{
	takes_identity();
	say(4, "x", 1);
}

static void unit_says_index_twice(void)
{
	takes_identity();
	say(0, "x", 1);
	say(0, "y", 1);
}

static void unit_says_too_much(void)
{
	takes_identity();
	static char long_text[4097];
	memset(long_text, 'x', sizeof long_text);
	say(0, long_text, sizeof long_text);
}

static void unit_says_nul(void)
{
	takes_identity();
	say(0, "a\0b", 3);
}

static void unit_says_other_characters(void)
{
	takes_identity();
	say(3, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeG", 64);
}

static void unit_says_escape_as_serial(void)
{
	takes_identity();
	say(FRAME_SERIAL, "A\x1b[2J1", 6);
}

static void unit_says_dots_as_position(void)
{
	takes_identity();
	say(FRAME_POSITION, "../x", 4);
}

static void unit_says_mac_of_group(void)
{
	takes_identity();
	say(FRAME_MAC, "\x53\x54\0\x77\3\1", 6);
}

static void unit_says_verdict_of_parent(void)
{
	unit_refused(UNIT_SILENT);
}

static void child_identity(void)
{
	takes_identity();
	kernel.child = "identity";
}

static void child_daemon_of_unit(void)
{
	unit_sound();
	kernel.child = "probe";
}

static void child_time(void)
{
	kernel.child = "time";
	kernel.end_ms = 300000;
}

static void child_time_silent(void)
{
	child_time();
	kernel.time_server = TIME_SILENT;
}

static void child_time_not_set(void)
{
	child_time();
	kernel.time_server = TIME_NOT_SET;
	kernel.end_ms = 20000;
}

static void child_time_of_another(void)
{
	child_time();
	kernel.time_server = TIME_OF_ANOTHER;
	kernel.end_ms = 20000;
}

static void child_daemon(void)
{
	kernel.child = "probe";
}

static void child_daemon_with_capability(void)
{
	kernel.child = "probe";
	plan.capabilities = 1 << 10;
	plan.readiness = READY_BY_PORTS;
}

static void child_dhcp(void)
{
	kernel.child = "dhcp";
	kernel.end_ms = 3700000;
}

static void child_dhcp_silent(void)
{
	child_dhcp();
	kernel.server = SERVER_SILENT;
	kernel.end_ms = 60000;
}

static void child_dhcp_vanishes(void)
{
	child_dhcp();
	kernel.server = SERVER_VANISHES;
	kernel.end_ms = 40000;
}

static void child_dhcp_refused(void)
{
	child_dhcp();
	kernel.server = SERVER_REFUSES;
	kernel.end_ms = 1900000;
}

static void child_dhcp_expires(void)
{
	child_dhcp();
	kernel.server = SERVER_FORGETS_RENEWALS;
	kernel.server_lease_s = 600;
	kernel.end_ms = 610000;
}

static void child_log(void)
{
	kernel.child = "log";
	kernel.input = "hello\nBOARDSMITH {\"event\":\"ready\"}\n\x1b[2Jcaf\xc3\xa9\r\nin two\f pieces\nno end\f\v";
}

static void child_health_good(void)
{
	kernel.child = "health";
	kernel.http = "HTTP/1.\f1 204 No Content\r\n";
}

static void child_health_error(void)
{
	kernel.child = "health";
	kernel.http = "HTTP/1.1 503 Busy\r\n";
}

static void child_health_mute(void)
{
	kernel.child = "health";
}

static const char tcp_list[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                               "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1\n"
                               "   1: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 2\n";

static void child_health_ports(void)
{
	plan.readiness = READY_BY_PORTS;
	kernel.child = "health";
	kernel.http = "HTTP/1.1 200 OK\r\n";
	kernel.tcp_list = tcp_list;
	kernel.udp_list = "  sl  local_address\n  12: 00000000:14E9 00000000:0000 07 00000000:00000000\n";
}

static void child_health_port_missing(void)
{
	child_health_ports();
	kernel.udp_list = "  sl  local_address\n";
}

static const struct scenario {
	const char *name;
	void (*prepare)(void);
} scenarios[] = {
	{ "whole-life", whole_life },
	{ "usual", usual },
	{ "ready-by-ports", ready_by_ports },
	{ "crash-loop", crash_loop },
	{ "crash-after-stable", crash_after_stable },
	{ "never-ready", never_ready },
	{ "closes-without-ready", closes_without_ready },
	{ "unhealthy", unhealthy },
	{ "unhealthy-late", unhealthy_late },
	{ "unhealthy-for-good", unhealthy_for_good },
	{ "unkillable", unkillable },
	{ "ctrl-alt-del", ctrl_alt_del },
	{ "no-data-partition", no_data_partition },
	{ "data-not-mountable", data_not_mountable },
	{ "data-unavailable", data_unavailable },
	{ "data-with-errors", data_with_errors },
	{ "data-too-small", data_too_small },
	{ "keeps-no-data", keeps_no_data },
	{ "root-damaged", root_damaged },
	{ "root-not-mountable", root_not_mountable },
	{ "root-record-cut", root_record_cut },
	{ "root-record-too-long", root_record_too_long },
	{ "root-record-missing", root_record_missing },
	{ "root-not-guarded", root_not_guarded },
	{ "no-disk", no_disk },
	{ "late-ethernet", late_ethernet },
	{ "lease-not-sane", lease_not_sane },
	{ "lease-too-short", lease_too_short },
	{ "lease-renewed", lease_renewed },
	{ "lease-changes-gateway", lease_changes_gateway },
	{ "lease-child-dies-at-once", dhcp_dies_at_once },
	{ "lease-expires", lease_expires },
	{ "first-table-broken", first_table_broken },
	{ "first-entries-broken", first_entries_broken },
	{ "both-tables-broken", both_tables_broken },
	{ "table-not-repairable", table_not_repairable },
	{ "last-boot-in-order", last_boot_in_order },
	{ "last-boot-failed", last_boot_failed },
	{ "last-boot-sudden", last_boot_sudden },
	{ "last-boot-ended-by-watchdog", last_boot_ended_by_watchdog },
	{ "last-boot-panicked", last_boot_panicked },
	{ "last-boot-panicked-with-daemon", last_boot_panicked_with_daemon },
	{ "packaged-kernel", packaged_kernel },
	{ "panic-without-record", panic_without_record },
	{ "daemon-crashed-in-last-boot", daemon_crashed_in_last_boot },
	{ "record-of-last-boot-torn", record_of_last_boot_torn },
	{ "trace-hangs", trace_hangs },
	{ "no-state-partition", no_state_partition },
	{ "trace-not-writable", trace_not_writable },
	{ "last-words-unreadable", last_words_unreadable },
	{ "no-pstore", no_pstore },
	{ "no-entropy", no_entropy },
	{ "clock-behind", clock_behind },
	{ "bare-board", bare_board },
	{ "child-daemon", child_daemon },
	{ "child-daemon-with-capability", child_daemon_with_capability },
	{ "child-dhcp", child_dhcp },
	{ "child-dhcp-silent", child_dhcp_silent },
	{ "child-dhcp-server-vanishes", child_dhcp_vanishes },
	{ "child-dhcp-refused", child_dhcp_refused },
	{ "child-dhcp-expires", child_dhcp_expires },
	{ "time-set", time_set },
	{ "time-slewed", time_slewed },
	{ "time-refused", time_refused },
	{ "time-of-the-end-of-time", time_of_the_end_of_time },
	{ "router", router },
	{ "router-with-late-link", router_with_late_link },
	{ "router-with-static-uplink", router_with_static_uplink },
	{ "router-without-ruleset", router_without_ruleset },
	{ "router-whose-ruleset-is-refused", router_whose_ruleset_is_refused },
	{ "router-whose-ruleset-is-cut-off", router_whose_ruleset_is_cut_off },
	{ "router-with-ipv6", router_with_ipv6 },
	{ "board-with-ipv6", board_with_ipv6 },
	{ "child-advertiser", child_advertiser },
	{ "unit-sound", unit_sound },
	{ "unit-none", unit_none },
	{ "unit-none-but-needed", unit_none_but_needed },
	{ "unit-unreadable", unit_unreadable },
	{ "unit-of-stranger", unit_of_stranger },
	{ "unit-silent", unit_silent },
	{ "unit-silent-on-late-disk", unit_silent_on_late_disk },
	{ "unit-says-nothing", unit_says_nothing },
	{ "unit-says-half", unit_says_half },
	{ "unit-without-partition", unit_without_partition },
	{ "unit-not-openable", unit_not_openable },
	{ "unit-device-missing", unit_device_missing },
	{ "unit-mac-not-settable", unit_mac_not_settable },
	{ "unit-of-router-with-mac", unit_of_router_with_mac },
	{ "unit-says-sound-alone", unit_says_sound_alone },
	{ "unit-says-value-and-none", unit_says_value_and_none },
	{ "unit-says-unknown-index", unit_says_unknown_index },
	{ "unit-says-index-twice", unit_says_index_twice },
	{ "unit-says-too-much", unit_says_too_much },
	{ "unit-says-nul", unit_says_nul },
	{ "unit-says-other-characters", unit_says_other_characters },
	{ "unit-says-escape-as-serial", unit_says_escape_as_serial },
	{ "unit-says-dots-as-position", unit_says_dots_as_position },
	{ "unit-says-mac-of-group", unit_says_mac_of_group },
	{ "unit-says-verdict-of-parent", unit_says_verdict_of_parent },
	{ "child-identity", child_identity },
	{ "child-daemon-of-unit", child_daemon_of_unit },
	{ "child-time", child_time },
	{ "child-time-silent", child_time_silent },
	{ "child-time-not-set", child_time_not_set },
	{ "child-time-of-another", child_time_of_another },
	{ "child-log", child_log },
	{ "child-trace-of-kernel", child_trace_of_kernel },
	{ "child-trace-of-long-words", child_trace_of_long_words },
	{ "child-trace-of-daemon-until-the-end", child_trace_of_daemon_until_the_end },
	{ "child-trace-of-daemon", child_trace_of_daemon },
	{ "child-health-good", child_health_good },
	{ "child-health-error", child_health_error },
	{ "child-health-mute", child_health_mute },
	{ "child-health-ports", child_health_ports },
	{ "child-health-port-missing", child_health_port_missing },
};

static void life_of_unit(void)
{
	unit_sound();
	kernel.power_key_ms = 2500;
	kernel.ctrl_alt_del_ms = 12000; /* for a life in which the key does not work */
	kernel.end_ms = 700000;
}

static const char *ending_text(enum ending ending)
{
	static const char *const texts[] = { "time is over", "the machine ended", "the process ended", "!! runs away", "the power was cut" };
	return texts[ending];
}

static void prepare(void (*scenario)(void))
{
	kernel_reset();
	plan = appliance_plan;
	scenario();
}

static int run(const char *name)
{
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		if (strcmp(scenarios[i].name, name) != 0)
			continue;
		prepare(scenarios[i].prepare);
		enum ending ending = kernel_run(live);
		printf("-- %s\n", ending_text(ending));
		return 0;
	}
	return 2;
}

/* One line of the table: the call, and the events that are not part of a good life, or missing from it. */
static void judge(const char *log, long number)
{
	static const char *const good[] = { "root", "data", "network", "daemon", "ready", "power-off" };
	char failed[256] = "", outcome[2048] = "";
	bool seen[sizeof good / sizeof *good] = { false }, machine_ended = strstr(log, "-- the machine ended") != NULL;
	bool slept = strstr(log, "sleep(10000 ms)") != NULL;
	for (const char *line = log; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		int length = (int)strcspn(line, "\n");
		if (length > 2 && strncmp(line + length - 2, " !", 2) == 0)
			snprintf(failed, sizeof failed, "%.*s", length - 2, line);
		char text[1024], event[32];
		snprintf(text, sizeof text, "%.*s", length, line);
		if (sscanf(text, "console: BOARDSMITH {\"event\":\"%31[a-z-]\"", event) != 1)
			continue;
		for (size_t i = 0; i < sizeof good / sizeof *good; i++)
			seen[i] = seen[i] || strcmp(event, good[i]) == 0;
		const char *what = strstr(text, "\"what\":\""), *reason = strstr(text, "\"reason\":\"");
		const char *detail = what ? what + 8 : reason ? reason + 10 : "";
		bool expected = strcmp(event, "stop") == 0 && strstr(text, "power-key");
		if ((what || reason || strcmp(event, "child-exit") == 0) && !expected)
			snprintf(outcome + strlen(outcome), sizeof outcome - strlen(outcome), ", %s %.*s", event, (int)strcspn(detail, "\""), detail);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!seen[i])
			snprintf(outcome + strlen(outcome), sizeof outcome - strlen(outcome), ", no %s", good[i]);
	const char *end = machine_ended && strstr(log, "reboot(power off) = 0\n") ? "powers off" : machine_ended && slept ? "reboots after a delay" : machine_ended ? "reboots" : "!! DOES NOT END";
	printf("%3ld %s\n      -> %s%s\n", number, *failed ? failed : "(not reached)", end, outcome);
}

/* Each life in a process of its own: init has no way back. Returns its log, to be freed. */
static char *log_of_life(void (*life)(void), long fail_call, int fail_errno)
{
	int ends[2];
	if (pipe(ends) < 0)
		abort();
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		prepare(life);
		kernel.fail_call = fail_call;
		kernel.fail_errno = fail_errno;
		printf("-- %s\n", ending_text(kernel_run(live)));
		fflush(stdout);
		_exit(0);
	}
	close(ends[1]);
	size_t size = 0, room = 1 << 16;
	char *log = malloc(room + 1);
	for (ssize_t count; (count = read(ends[0], log + size, room - size)) > 0;) {
		size += (size_t)count;
		if (size == room)
			log = realloc(log, (room *= 2) + 1);
	}
	log[size] = 0;
	close(ends[0]);
	int status;
	waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		printf("!! init itself crashed with status %d\n", status);
	return log;
}

static int fail_each(void (*life)(void), int fail_errno)
{
	for (long number = 1;; number++) {
		char *log = log_of_life(life, number, fail_errno);
		bool reached = strstr(log, " !\n") != NULL;
		if (reached)
			judge(log, number);
		free(log);
		if (!reached)
			return 0;
	}
}

/*
 * The whole life on a disk as the cut left it. Before it one of the two tables must be whole, which is what the boot loader and the
 * kernel ask for; after it both, with the data partition grown.
 */
static const char *life_after_cut(uint8_t *left)
{
	uint64_t root_last, data_last, old_last = DISK_SECTORS - 2049;
	bool first = image_table(left, GROWN_DISK_SECTORS, &root_last, &data_last);
	if (!first && !image_backup_table(left, GROWN_DISK_SECTORS, &root_last, &data_last))
		return "!! NO TABLE";
	if (root_last != 8191)
		return "!! ANOTHER ROOT";
	bool old = data_last == old_last;
	prepare(whole_life);
	image_copy(kernel.disk, left, GROWN_DISK_SECTORS);
	kernel.stable_disk = left;
	if (kernel_run(live) != ENDED_BY_REBOOT)
		return "!! DOES NOT BOOT";
	uint64_t backup_last;
	if (!image_table(kernel.stable_disk, GROWN_DISK_SECTORS, &root_last, &data_last) || data_last != GROWN_DATA_LAST)
		return "!! DOES NOT GROW";
	if (!image_backup_table(kernel.stable_disk, GROWN_DISK_SECTORS, &root_last, &backup_last) || backup_last != data_last)
		return "!! NO BACKUP";
	return !first ? "second copy" : old ? "old table" : "new table";
}

/* Prefixes of the sectors, then any others: a disk may write in any order what it was not told to flush in between. */
static uint64_t cut_pattern(int number)
{
	return number < 64 ? (UINT64_C(1) << number) - 1 : (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
}

enum { CLEAN_CUTS = 80, TORN_CUTS = 36 };

/* The first cuts leave the sectors that are not part of a pattern as they were; the others tear them, at each of some places. */
static const char *cut(void (*life)(void), int flush, int number)
{
	static const size_t torn_at[] = { 8, 20, 60, 91, 300, 511 };
	const int torn = number - CLEAN_CUTS, kinds = sizeof torn_at / sizeof *torn_at;
	prepare(life);
	kernel.cut_flush = flush;
	kernel.cut_sectors = cut_pattern(torn < 0 ? number : torn / kinds * 13);
	kernel.cut_torn_at = torn < 0 ? 0 : torn_at[torn % kinds];
	enum ending ending = kernel_run(live);
	if (ending != ENDED_BY_POWER_CUT)
		return "no such flush";
	return life_after_cut(kernel.stable_disk);
}

/* Forked, so that each starts with init's variables fresh; its log is thrown away. */
static char *in_own_process(void (*life)(void), int flush, int number)
{
	static char answer[64];
	int ends[2];
	if (pipe(ends) < 0)
		abort();
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			abort();
		const char *text = cut(life, flush, number);
		_exit(write(ends[1], text, strlen(text)) < 0);
	}
	close(ends[1]);
	ssize_t size = read(ends[0], answer, sizeof answer - 1);
	answer[size < 0 ? 0 : size] = 0;
	close(ends[0]);
	waitpid(child, NULL, 0);
	return answer;
}

static void cut_life(const char *name, void (*life)(void))
{
	for (int flush = 1;; flush++) {
		int old = 0, new = 0, second = 0;
		for (int number = 0; number < CLEAN_CUTS + TORN_CUTS; number++) {
			char *answer = in_own_process(life, flush, number);
			if (strcmp(answer, "no such flush") == 0)
				return;
			old += strcmp(answer, "old table") == 0;
			new += strcmp(answer, "new table") == 0;
			second += strcmp(answer, "second copy") == 0;
			if (strncmp(answer, "!!", 2) == 0 || !*answer)
				printf("%s, flush %d, cut %d: %s\n", name, flush, number, answer);
		}
		printf("%s, flush %d: %d cuts, boots with the old table %d times, with the new one %d times, with the second copy of the new one %d times\n",
		       name, flush, CLEAN_CUTS + TORN_CUTS, old, new, second);
	}
}

static int cut_each(void)
{
	cut_life("growth", whole_life);
	cut_life("repair", first_table_broken_when_grown);
	return 0;
}

int main(int count, char **arguments)
{
	if (count == 3 && strcmp(arguments[1], "--fail") == 0)
		return fail_each(whole_life, atoi(arguments[2]));
	if (count == 3 && strcmp(arguments[1], "--fail-unit") == 0)
		return fail_each(life_of_unit, atoi(arguments[2]));
	if (count == 2 && strcmp(arguments[1], "--cut") == 0)
		return cut_each();
	if (count == 2)
		return run(arguments[1]);
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
		puts(scenarios[i].name);
	return 0;
}
