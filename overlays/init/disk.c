#include "disk.h"

#include "event.h"
#include "failure.h"
#include "text.h"
#include "uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <string.h>
#include <sys/mount.h> /* BLKGETSIZE64, BLKSSZGET: linux/fs.h does not go together with it */

static bool read_exactly(int fd, void *buffer, size_t size, uint64_t lba)
{
	return sys_pread(fd, buffer, size, lba * SECTOR) == (ssize_t)size;
}

static bool read_copy(struct disk *disk, uint64_t lba)
{
	return read_exactly(disk->fd, disk->gpt.header, SECTOR, lba) && gpt_header_valid(&disk->gpt, lba) &&
	       read_exactly(disk->fd, disk->gpt.array, GPT_ARRAY_SIZE, disk->gpt.array_lba) && gpt_array_valid(&disk->gpt);
}

static bool read_table(struct disk *disk)
{
	int sector_size = 0;
	uint64_t bytes = 0;
	if (sys_ioctl(disk->fd, BLKSSZGET, &sector_size) < 0 || sector_size != SECTOR)
		return false;
	if (sys_ioctl(disk->fd, BLKGETSIZE64, &bytes) < 0)
		return false;
	disk->gpt.disk_sectors = bytes / SECTOR;
	if (read_copy(disk, GPT_HEADER_LBA))
		return true;
	disk->from_backup = true;
	return disk->gpt.disk_sectors > 0 && read_copy(disk, disk->gpt.disk_sectors - 1);
}

void disk_partition_device(const struct disk *disk, int number, char device[DEVICE_SIZE])
{
	struct text text = text_in(device, DEVICE_SIZE);
	text_add(&text, "/dev/");
	text_add(&text, disk->name);
	char last = disk->name[strlen(disk->name) - 1];
	text_add(&text, last >= '0' && last <= '9' ? "p" : ""); /* mmcblk0p2, but vda2 */
	text_add_number(&text, (uint64_t)number);
}

/* The kernel has made the partition's device, too: it reads the table after the disk's name appears. */
static bool partition_present(const struct disk *disk, int number)
{
	char device[DEVICE_SIZE];
	disk_partition_device(disk, number, device);
	int fd = sys_open(device, O_RDONLY);
	if (fd < 0)
		return false;
	sys_close(fd);
	return true;
}

static bool open_if_ours(const char *name, const struct plan *plan, struct disk *disk)
{
	char device[DEVICE_SIZE];
	struct text text = text_in(device, sizeof device);
	text_add(&text, "/dev/");
	text_add(&text, name);
	disk->fd = sys_open(device, O_RDWR);
	if (disk->fd < 0)
		disk->fd = sys_open(device, O_RDONLY); /* a card with its lock switch on */
	if (disk->fd < 0)
		return false;
	strcpy(disk->name, name);
	disk->from_backup = false;
	struct partition root;
	if (read_table(disk) && gpt_find(&disk->gpt, plan->root_partition, &root) && partition_present(disk, root.number))
		return true;
	sys_close(disk->fd);
	disk->fd = -1;
	return false;
}

static bool look_for_disk(const struct plan *plan, struct disk *disk)
{
	struct sys_names names;
	if (sys_list("/sys/block", &names) < 0)
		return false;
	for (int i = 0; i < names.count; i++)
		if (open_if_ours(names.name[i], plan, disk))
			return true;
	return false;
}

static int write_and_flush(int fd, const void *bytes, size_t size, uint64_t lba)
{
	ssize_t written = sys_pwrite(fd, bytes, size, lba * SECTOR);
	if (written < 0)
		return (int)written;
	return (size_t)written == size ? sys_fsync(fd) : -EIO;
}

/* The header comes last: until it is whole again the second copy counts, and it is not touched. */
static int write_first_copy(struct disk *disk)
{
	if (!gpt_become_primary(&disk->gpt))
		return -ENOSPC;
	int done = write_and_flush(disk->fd, disk->gpt.array, GPT_ARRAY_SIZE, disk->gpt.array_lba);
	return done < 0 ? done : write_and_flush(disk->fd, disk->gpt.header, SECTOR, GPT_HEADER_LBA);
}

/* What could not be written is no loss yet: the second copy has served up to here. */
static void repair_table(struct disk *disk)
{
	int done = write_first_copy(disk);
	if (done < 0) {
		event_degraded("repair the partition table", done);
		return;
	}
	disk->from_backup = false;
	struct event event = event_begin("table");
	event_string(&event, "state", "repaired");
	event_string(&event, "device", disk->name);
	event_end(&event);
}

void disk_wait(const struct plan *plan, int uevent_fd, struct disk *disk)
{
	disk->fd = -1;
	int64_t start = sys_uptime_ms(), now = start;
	while (!look_for_disk(plan, disk)) {
		now = sys_uptime_ms();
		if (now - start >= plan->disk_timeout_ms)
			fail("find the disk", ENXIO);
		uevent_wait(uevent_fd, plan->disk_timeout_ms - (now - start));
	}
	struct event event = event_begin("disk");
	event_string(&event, "device", disk->name);
	event_number(&event, "size_mib", (int64_t)(disk->gpt.disk_sectors / 2048));
	event_number(&event, "waited_ms", sys_uptime_ms() - start);
	event_end(&event);
	if (disk->from_backup)
		repair_table(disk);
}

/*
 * The new backup goes to where nothing points yet, the new array to the spare place, and one sector, the header, makes both
 * count. Until it is written the old header, its array and its backup are whole.
 */
static int write_growth(int fd, const struct gpt_growth *growth)
{
	int done = write_and_flush(fd, growth->array, GPT_ARRAY_SIZE, growth->backup_array_lba);
	if (done == 0)
		done = write_and_flush(fd, growth->backup_header, SECTOR, growth->backup_header_lba);
	if (done == 0)
		done = write_and_flush(fd, growth->array, GPT_ARRAY_SIZE, growth->spare_array_lba);
	if (done == 0)
		done = write_and_flush(fd, growth->primary_header, SECTOR, GPT_HEADER_LBA);
	return done;
}

/* The kernel holds the old table: rereading it is refused while a partition is mounted, changing one's size is not. */
static int tell_kernel(int fd, const struct partition *partition)
{
	struct blkpg_partition change = {
		.start = (long long)(partition->first * SECTOR),
		.length = (long long)((partition->last - partition->first + 1) * SECTOR),
		.pno = partition->number,
	};
	struct blkpg_ioctl_arg argument = { .op = BLKPG_RESIZE_PARTITION, .datalen = sizeof change, .data = &change };
	return sys_ioctl(fd, BLKPG, &argument);
}

int disk_grow_partition(struct disk *disk, struct partition *partition)
{
	static struct gpt_growth growth; /* 18 KiB: not for a stack */
	if (disk->from_backup) /* the only copy is not touched */
		return 0;
	if (!gpt_grow(&disk->gpt, partition, &growth))
		return 0;
	int done = write_growth(disk->fd, &growth);
	if (done == 0)
		done = tell_kernel(disk->fd, &growth.grown);
	if (done < 0)
		return done;
	*partition = growth.grown;
	return 1;
}
