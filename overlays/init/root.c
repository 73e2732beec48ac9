#include "root.h"

#include "event.h"
#include "failure.h"
#include "verity.h"

#include <errno.h>
#include <sys/mount.h>

struct room {
	const char *target;
	unsigned long flags;
	const char *options;
};

/* Everything that can be written to and is not /data: small, and gone with the power. */
static const struct room rooms[] = {
	{ ROOT "/dev", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k,nr_inodes=32" },
	{ ROOT "/run", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=0755,size=1m,nr_inodes=64" },
	{ ROOT "/tmp", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=16m,nr_inodes=4096" },
};

struct device {
	const char *path;
	unsigned minor;
};

/* Major number 1; Documentation/admin-guide/devices.txt of the kernel. */
static const struct device devices[] = {
	{ ROOT "/dev/null", 3 }, { ROOT "/dev/zero", 5 }, { ROOT "/dev/full", 7 },
	{ ROOT "/dev/random", 8 }, { ROOT "/dev/urandom", 9 },
};

/* A damaged block makes whatever reads it fail. Trying the other slot instead belongs here. */
static _Noreturn void root_fails(const char *what, int error)
{
	fail(error == -EIO ? "verify the root" : what, error);
}

static void furnish(void)
{
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		int done = sys_mount("tmpfs", rooms[i].target, "tmpfs", rooms[i].flags, rooms[i].options);
		if (done < 0)
			root_fails("mount a tmpfs", done);
	}
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
		int done = sys_character_device(devices[i].path, 0666, 1, devices[i].minor);
		if (done < 0)
			fail("make a device", done);
	}
}

void root_mount(const struct plan *plan, const struct disk *disk)
{
	struct partition root;
	char device[DEVICE_SIZE];
	if (!gpt_find(&disk->gpt, plan->root_partition, &root))
		fail("find the root partition", ENXIO);
	disk_partition_device(disk, root.number, device);
	struct verity verity;
	verity_map(&verity, device);
	int done = sys_mount(VERITY_DEVICE, ROOT, "squashfs", MS_RDONLY | MS_NODEV | MS_NOSUID, NULL);
	if (done < 0)
		root_fails("mount the root", done);
	furnish();
	verity_panic_when_damaged(&verity);
	struct event event = event_begin("root");
	event_string(&event, "device", device);
	event_string(&event, "root_hash", verity.record.root_hash);
	event_end(&event);
}

void root_enter(void)
{
	int done = sys_mount("/proc", ROOT "/proc", NULL, MS_MOVE, NULL);
	if (done < 0)
		fail("move /proc", done);
	/* All settings are made. */
	done = sys_mount(NULL, ROOT "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	if (done < 0)
		fail("close /proc", done);
	/* The daemon has no use for the kernel's view of the hardware, nor for its device nodes. */
	done = sys_unmount("/sys", MNT_DETACH);
	if (done < 0)
		fail("unmount /sys", done);
	done = sys_unmount("/dev", MNT_DETACH);
	if (done < 0)
		fail("unmount /dev", done);
	(void)sys_unlink("/init"); /* its memory goes when it is no longer run: never; but nobody can read it */
	done = sys_chdir(ROOT);
	if (done == 0)
		done = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	if (done == 0)
		done = sys_chroot(".");
	if (done == 0)
		done = sys_chdir("/");
	if (done < 0)
		fail("enter the root", done);
}
