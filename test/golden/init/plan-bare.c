#include "plan.h"

static const char *const modules[] = {
	NULL,
};

static const char *const arguments[] = {
	"probe",
	NULL,
};

static const char *const environment[] = {
	"HOME=/",
	"TMPDIR=/tmp",
	NULL,
};

static const struct plan_port ports[] = {
	{ 0, false },
};

const struct plan appliance_plan = {
	.recipe = "probe",
	.board = "qemu-virt",
	.slot = "b",
	.modules = modules,
	.module_count = 0,
	.root_partition = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x01 },
	.data_partition = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x02 },
	.has_data = false,
	.data_minimum_mib = 0,
	.clock_floor = 1600000000,
	.needs_dns = false,
	.watchdog_device = NULL,
	.watchdog_timeout_s = 0,
	.power_button = false,
	.program = "/usr/bin/probe",
	.arguments = arguments,
	.environment = environment,
	.working_directory = "/",
	.capabilities = UINT64_C(0x1400),
	.memory_limit_mib = 128,
	.task_limit = 256,
	.readiness = READY_BY_PORTS,
	.ports = ports,
	.port_count = 0,
	.health = HEALTH_LISTEN,
	.health_port = 0,
	.health_path = NULL,
	.health_interval_ms = 1000,
	.health_timeout_ms = 3000,
	.health_failures = 1,
	.disk_timeout_ms = 30000,
	.entropy_timeout_ms = 30000,
	.start_timeout_ms = 90000,
	.stop_timeout_ms = 30000,
	.stable_after_ms = 60000,
	.unready_reboot_after_ms = 1800000,
	.failure_reboot_after_ms = 10000,
};
