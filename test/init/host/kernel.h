/*
 * A kernel played for init: every call of sys.h, recorded line by line on stdout. Time passes only while init waits.
 * A scenario sets the fields of `kernel` and calls init; it ends with the machine, or when its time is over.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "../../../overlays/init/lease.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { IDENTITY_FIRST = 5632, IDENTITY_SECTORS = 512, DISK_SECTORS = 12288, GROWN_DISK_SECTORS = 20480, GROWN_DATA_LAST = 18431, MISSING = -1 };
#define NO_MORE_GATEWAYS UINT32_MAX

struct kernel {
	int64_t now_ms;
	int64_t end_ms; /* the scenario's end */
	int64_t clock_s;

	/* the call with this number, from 1, fails with that errno; 0: none */
	long fail_call;
	int fail_errno;
	/* calls whose arguments contain this text fail with that errno; NULL: none */
	const char *fail_text;
	int fail_text_errno;

	/* init goes on as this child instead of as PID 1; NULL: as PID 1 */
	const char *child;

	/* when things are there */
	int64_t disk_ms, ethernet_ms, entropy_ms;
	const char *late_interface; /* there from ethernet_ms on, as eth0 is; NULL: none */
	uint8_t *disk;
	size_t disk_sectors;
	/*
	 * What the disk would hold after a power cut: what was flushed. In the flush with this number, from 1, the power is cut, and
	 * of the sectors that were to be flushed only those whose bit (by order of writing) is set get there. 0: no cut.
	 */
	uint8_t *stable_disk;
	int cut_flush;
	uint64_t cut_sectors;
	/* The others are torn: they hold their new bytes up to here and then garbage. 0: they are as they were. */
	size_t cut_torn_at;
	const char *record; /* of the root's hash tree */
	size_t record_size;
	const char *errors_count;
	uint64_t data_blocks, data_blocks_resized;

	/* how the daemon behaves after each start; MISSING: it does not do that */
	const char *daemon;
	int64_t ready_after_ms, closes_ready_after_ms, exit_after_ms;
	int exit_status;
	bool ignores_sigterm, survives_sigkill;

	/* what health children find: good until, and again from */
	int64_t sick_from_ms, sick_until_ms;

	/* what the DHCP child says, and when after its start */
	struct lease lease;
	size_t lease_size;
	int64_t lease_after_ms, lease_again_ms, dhcp_exit_after_ms;
	bool lease_once; /* only the first child says anything */
	const uint32_t *later_gateways; /* each answer after the first has the next one of these, up to NO_MORE_GATEWAYS; NULL: all are alike */

	/* what the child that asks for the time says after its start, once */
	int64_t time_after_ms, time_offset_us;

	/* what the child that reads the identity says, and when after its start; it ends when that is read. size 0: it ends without a word */
	const uint8_t *unit_answer;
	size_t unit_answer_size;
	int64_t unit_after_ms; /* MISSING: never, and it does not end */

	int refuses_ruleset; /* with that errno; 0: the kernel takes it */

	/* points of time; MISSING: never */
	int64_t power_key_ms, ctrl_alt_del_ms;
	bool data_busy;

	/* of the boot before: the kernel's last words (NULL: none), and whether the watchdog ended it */
	const char *panic_words, *console_words, *daemon_words;
	bool watchdog_reset;
	bool keeps_no_daemon_words; /* as a packaged kernel */
	int64_t trace_takes_ms;

	/* for children: what they read */
	const char *input;    /* of the log child; '\f' ends a chunk */
	const char *http;     /* answer of the daemon */
	const char *tcp_list; /* /proc/net/tcp */
	const char *udp_list;
	enum { SERVER_GOOD, SERVER_SILENT, SERVER_REFUSES, SERVER_VANISHES, SERVER_FORGETS_RENEWALS } server;
	uint32_t server_lease_s;
	enum { TIME_GOOD, TIME_SILENT, TIME_NOT_SET, TIME_OF_ANOTHER } time_server;

	/* for the daemon's child: what of its cage the kernel has */
	int landlock_abi;
	bool low_memory_is_open;
};

extern struct kernel kernel;

enum ending { ENDED_BY_TIME, ENDED_BY_REBOOT, ENDED_BY_EXIT, ENDED_RUNAWAY, ENDED_BY_POWER_CUT };

/* Runs `body` until the machine ends. */
enum ending kernel_run(void (*body)(void));
/* A kernel in which everything is well. */
void kernel_reset(void);

/* image.c: a disk as the build makes it. */
uint8_t *image_make(size_t sectors, size_t bigger_disk_sectors);
/* Makes a disk the same as another. Writes no more than what differs: most of both was never touched, and has no memory yet. */
void image_copy(uint8_t *to, const uint8_t *from, size_t sectors);
/* Whether the first table of the disk is whole; the last sectors of root and data in it. Written apart from init's own reader. */
bool image_table(const uint8_t *disk, size_t sectors, uint64_t *root_last, uint64_t *data_last);
/* The same of the table at the disk's end. */
bool image_backup_table(const uint8_t *disk, size_t sectors, uint64_t *root_last, uint64_t *data_last);
extern const uint8_t image_root_guid[16], image_data_guid[16];

/* dhcp_server.c: the answer to a message of the client; returns its size, 0 for none. */
size_t dhcp_server_answer(const uint8_t *request, size_t size, uint8_t answer[600]);
const char *dhcp_server_describe(const uint8_t *message, size_t size);


/* time_server.c: a server whose clock is 90 s ahead; what it is asked, and what it answers (0: nothing). */
void time_server_asked(const uint8_t *request);
size_t time_server_answer(uint8_t *packet);

#endif
