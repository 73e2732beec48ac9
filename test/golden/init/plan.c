#include "plan.h"

static const char *const modules[] = {
	"/lib/modules/virtio_blk.ko",
	"/lib/modules/ext4.ko",
	NULL,
};

static const char *const arguments[] = {
	"probe",
	"--greeting",
	"hello \042world\042 \134 \077\077/ \303\251",
	NULL,
};

static const char *const environment[] = {
	"BOARDSMITH_READY_FD=3",
	"HOME=/data",
	"MODE=test",
	"TMPDIR=/tmp",
	NULL,
};

static const struct plan_port ports[] = {
	{ 8080, false },
	{ 5353, true },
};

const struct plan appliance_plan = {
	.recipe = "probe",
	.board = "qemu-virt",
	.slot = "a",
	.modules = modules,
	.module_count = 2,
	.root_partition = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x01 },
	.data_partition = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x02 },
	.has_data = true,
	.data_minimum_mib = 1,
	.clock_floor = 1600000000,
	.needs_dns = true,
	.watchdog_device = "/dev/watchdog0",
	.watchdog_timeout_s = 15,
	.power_button = true,
	.program = "/usr/bin/probe",
	.arguments = arguments,
	.environment = environment,
	.working_directory = "/data",
	.capabilities = UINT64_C(0x0),
	.memory_limit_mib = 128,
	.task_limit = 256,
	.readiness = READY_BY_DESCRIPTOR,
	.ports = ports,
	.port_count = 2,
	.health = HEALTH_HTTP,
	.health_port = 8080,
	.health_path = "/health",
	.health_interval_ms = 5000,
	.health_timeout_ms = 2000,
	.health_failures = 3,
	.disk_timeout_ms = 10000,
	.entropy_timeout_ms = 10000,
	.start_timeout_ms = 60000,
	.stop_timeout_ms = 10000,
	.stable_after_ms = 60000,
	.unready_reboot_after_ms = 600000,
	.failure_reboot_after_ms = 10000,
};
