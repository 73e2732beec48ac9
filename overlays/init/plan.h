/* What init does on this board with this recipe: constants that builder/init/plan-source.ts writes. */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum readiness {
	READY_BY_DESCRIPTOR, /* the daemon writes to the descriptor BOARDSMITH_READY_FD */
	READY_BY_PORTS,      /* all its ports listen and its health check passes */
};

enum health_kind { HEALTH_HTTP, HEALTH_LISTEN };

/* The daemon's end of the readiness pipe; the most ports that a plan can have. */
enum { READY_FD = 3, PLAN_PORTS_MAX = 32 };

/* A router of 256 boards, each a link of its own, and the uplink. */
enum { PLAN_LINKS_MAX = 257 };

struct plan_port {
	uint16_t port;
	bool udp;
};

/* One instruction of the daemon's seccomp filter, as struct sock_filter of linux/filter.h. */
struct plan_instruction {
	uint16_t code;
	uint8_t if_true;
	uint8_t if_false;
	uint32_t operand;
};

/* A file, or a folder with all below it, and what the daemon may do there: bits LANDLOCK_ACCESS_FS_*. */
struct plan_place {
	const char *path;
	uint64_t access;
};

/* A file of /proc/sys and what to write there. */
struct plan_setting {
	const char *path;
	const char *value;
};

/* A network link of a router. Addresses are in the host's byte order. */
struct plan_link {
	const char *device;
	const char *trunk; /* of a VLAN: the port that carries it; else NULL */
	uint16_t vlan;
	bool dhcp;
	uint32_t address; /* 0: none */
	uint32_t prefix;
	uint32_t gateway; /* 0: none */
	bool advertised6; /* IPv6 as a router on this link advertises it */
	uint8_t address6[16];
	uint32_t prefix6; /* 0: no address */
	bool has_gateway6;
	uint8_t gateway6[16];
};

/* What a daemon may learn of its unit: names of `setting` and `secret` lines, and facts. */
enum plan_value_kind { VALUE_SETTING, VALUE_SECRET, VALUE_SERIAL, VALUE_CLUSTER, VALUE_POSITION, VALUE_DEVICE_KEY, VALUE_DEVICE_SEED };

/* 50 settings, 50 secrets and the facts. */
enum { PLAN_UNIT_VALUES_MAX = 105 };

struct plan_unit_value {
	const char *name; /* of the environment variable */
	enum plan_value_kind kind;
	bool required; /* there is no default: the daemon is not started without it */
};

/* How an image takes the identity of its unit from the card. */
struct plan_unit {
	uint8_t partition[16]; /* GUID, as the others */
	const char *image;
	const uint8_t (*authorities)[32]; /* Ed25519 keys that sign certificates of batches */
	size_t authority_count;
	const struct plan_unit_value *values;
	size_t value_count;
	int64_t timeout_ms; /* from the child's start to its last word */
	void (*child)(const struct plan_unit *unit); /* reads and verifies; does not return */
};

struct plan {
	const char *recipe;
	const char *board;
	const char *slot;

	const char *const *modules; /* paths in the initramfs, in load order */
	size_t module_count;

	/* Unique partition GUIDs as they stand on the disk (first three fields little-endian). */
	uint8_t root_partition[16];
	uint8_t data_partition[16];
	uint8_t state_partition[16];
	bool has_data;
	uint32_t data_minimum_mib;
	const struct plan_unit *unit; /* NULL: the image takes no identity, and all its units are alike */

	const struct plan_setting *settings;
	size_t setting_count;

	const uint8_t *ruleset; /* a batch of nf_tables messages; size 0: none */
	size_t ruleset_size;
	uint32_t connections; /* most that are tracked at one time; 0: as many as the kernel thinks fit */
	const struct plan_link *links; /* none: one Ethernet interface, whichever there is, with DHCP */
	size_t link_count;
	bool forwards_ipv4;
	bool forwards_ipv6;
	bool has_ipv6;
	uint8_t ipv6_suffix[16]; /* of a board's address: what follows the advertised prefix */

	int64_t clock_floor; /* seconds since 1970 */
	bool needs_dns;
	bool needs_time;
	const uint32_t *time_servers; /* in the host's byte order; none: the gateway is asked */
	size_t time_server_count;
	bool serves_time;

	bool last_words; /* the kernel keeps its last words over a reset */

	const char *watchdog_device; /* NULL: the board has none */
	int watchdog_timeout_s;
	bool power_button;

	const char *program;
	const char *const *arguments;   /* ends with NULL; [0] is the program's name */
	const char *const *environment; /* ends with NULL */
	const char *working_directory;
	uint64_t capabilities; /* bit per capability */
	uint32_t memory_limit_mib;
	uint32_t task_limit;

	/* What the daemon may call, see and reach; everything else is refused. */
	const struct plan_instruction *filter;
	size_t filter_length;
	const struct plan_place *places;
	size_t place_count;
	const uint16_t *tcp_bind;
	size_t tcp_bind_count;
	const uint16_t *tcp_connect;
	size_t tcp_connect_count;

	enum readiness readiness;
	const struct plan_port *ports;
	size_t port_count;
	enum health_kind health;
	uint16_t health_port;
	const char *health_path;
	int64_t health_interval_ms;
	int64_t health_timeout_ms;
	int health_failures; /* in a row */

	int64_t disk_timeout_ms;
	int64_t entropy_timeout_ms;
	int64_t start_timeout_ms;        /* from start to ready */
	int64_t stop_timeout_ms;         /* from SIGTERM to SIGKILL */
	int64_t stable_after_ms;         /* ready for so long: the back-off starts anew */
	int64_t unready_reboot_after_ms; /* not ready for so long: reboot */
	int64_t failure_reboot_after_ms; /* from init's own failure to the reboot */
};

extern const struct plan appliance_plan;

#endif
