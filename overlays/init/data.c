#include "data.h"

#include "event.h"
#include "identities.h"
#include "root.h"
#include "small_file.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/mount.h>

#define DATA ROOT "/data"

/* fs/ext4/ext4.h of the kernel; not part of the exported headers. The argument is a number of blocks. */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

static struct data held(const char *reason, int error)
{
	return (struct data){ .mounted = false, .held = reason, .error = error };
}

/* The kernel lacked something: memory, a driver. It may have it the next time. */
static struct data unavailable(int error)
{
	return (struct data){ .mounted = false, .held = "data-unavailable", .error = error, .reboot_may_help = true };
}

/* What ext4 answers to a file system that is not one or not whole, and a card to a block that it cannot read. */
static bool means_damage(int error)
{
	switch (-error) {
	case EBADMSG: /* a checksum is wrong */
	case EFBIG:
	case EINVAL: /* no ext4 there, or its numbers make no sense */
	case EIO:
	case ENXIO:
	case EROFS:
	case EUCLEAN: /* a structure is wrong */
		return true;
	default:
		return false;
	}
}

/* True if the kernel never met an error in this file system, now or in an earlier life: ext4 keeps the count on the disk. */
static bool free_of_errors(const char *device)
{
	char path[DEVICE_SIZE + 32], count[8];
	struct text text = text_in(path, sizeof path);
	text_add(&text, "/sys/fs/ext4/");
	text_add(&text, device + strlen("/dev/"));
	text_add(&text, "/errors_count");
	return small_file_read(path, count, sizeof count) > 0 && strcmp(count, "0\n") == 0;
}

/* Asks for the partition's whole size. The kernel does nothing if the file system has it; what is done survives a power cut. */
static int grow_file_system(uint64_t partition_bytes)
{
	struct sys_filesystem status;
	int done = sys_filesystem(DATA, &status);
	if (done < 0)
		return done;
	uint64_t blocks = partition_bytes / status.block_size;
	int fd = sys_open(DATA, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	done = sys_ioctl(fd, EXT4_IOC_RESIZE_FS, &blocks);
	sys_close(fd);
	return done;
}

static void report(const char *state, uint64_t size_mib)
{
	struct event event = event_begin("data");
	event_string(&event, "state", state);
	event_number(&event, "size_mib", (int64_t)size_mib);
	event_end(&event);
}

static int hand_to_daemon(void)
{
	int done = sys_chown(DATA, DAEMON_ID);
	return done < 0 ? done : sys_chmod(DATA, 0700);
}

struct data data_mount(const struct plan *plan, struct disk *disk)
{
	if (!plan->has_data) {
		report("none", 0);
		return (struct data){ .mounted = false };
	}
	struct partition partition;
	if (!gpt_find(&disk->gpt, plan->data_partition, &partition))
		return held("data-missing", 0);
	int grown = disk_grow_partition(disk, &partition);
	if (grown < 0)
		event_degraded("grow the data partition", grown);
	uint64_t bytes = (partition.last - partition.first + 1) * SECTOR;
	if (bytes >> 20 < plan->data_minimum_mib)
		return held("data-too-small", 0);

	char device[DEVICE_SIZE];
	disk_partition_device(disk, partition.number, device);
	int done = sys_mount(device, DATA, "ext4", MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME, "data=ordered,errors=remount-ro");
	if (done < 0)
		return means_damage(done) ? held("data-damaged", done) : unavailable(done);
	struct sys_filesystem before = { 0 }, after = { 0 };
	(void)sys_filesystem(DATA, &before);
	int resized = grow_file_system(bytes);
	if (resized < 0)
		event_degraded("grow the data file system", resized);
	if (!free_of_errors(device)) {
		(void)sys_unmount(DATA, MNT_DETACH);
		return held("data-damaged", EUCLEAN);
	}
	done = sys_filesystem(DATA, &after);
	if (done == 0)
		done = hand_to_daemon();
	if (done < 0) {
		(void)sys_unmount(DATA, MNT_DETACH);
		return unavailable(done);
	}
	report(grown > 0 || after.blocks > before.blocks ? "grown" : "mounted", after.blocks * after.block_size >> 20);
	return (struct data){ .mounted = true };
}
