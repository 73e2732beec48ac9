#include "verity.h"

#include "failure.h"
#include "small_file.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h> /* _IOWR */

/* The kernel wants one piece of memory: what is asked, what the target is, and its parameters as text. */
struct request {
	struct dm_ioctl io;
	struct dm_target_spec target;
	char parameters[VERITY_TABLE_SIZE];
};

static int ask(const struct verity *verity, unsigned long command, struct request *request, uint32_t flags)
{
	struct dm_ioctl *io = &request->io;
	io->version[0] = DM_VERSION_MAJOR; /* with minor 0 every kernel of the last twenty years agrees */
	io->data_size = sizeof *request;
	io->data_start = offsetof(struct request, target);
	io->flags = flags;
	strcpy(io->name, "root");
	return sys_ioctl(verity->control, command, request);
}

/* The first minor number is asked for, so that the device's name is known; nothing else here maps devices. */
static int create(const struct verity *verity)
{
	struct request request = { .io = { .dev = 0 } };
	return ask(verity, DM_DEV_CREATE, &request, DM_PERSISTENT_DEV_FLAG);
}

/* A table becomes the one in use when the device is resumed, also while the device is mounted. */
static int use_table(const struct verity *verity, const char *option)
{
	struct request load = { .io = { .target_count = 1 }, .target = { .length = verity->record.blocks * VERITY_BLOCK_SECTORS } };
	strcpy(load.target.target_type, "verity");
	verity_table(&verity->record, verity->device, option, load.parameters);
	int done = ask(verity, DM_TABLE_LOAD, &load, DM_READONLY_FLAG);
	if (done < 0)
		return done;
	struct request resume = { 0 };
	return ask(verity, DM_DEV_SUSPEND, &resume, DM_SKIP_LOCKFS_FLAG); /* a read-only file system has nothing to write first */
}

static void read_record(struct verity_record *record)
{
	/* Room for one byte too many, which shows that the file is longer, and for the end of a text. */
	char bytes[VERITY_RECORD_SIZE + 2];
	int size = small_file_read("/root.verity", bytes, sizeof bytes);
	if (size < 0)
		fail("read the record of the root", size);
	if (!verity_record_read((const uint8_t *)bytes, (size_t)size, record))
		fail("read the record of the root", EINVAL);
}

void verity_map(struct verity *verity, const char *device)
{
	strcpy(verity->device, device);
	read_record(&verity->record);
	verity->control = sys_open("/dev/mapper/control", O_RDWR);
	if (verity->control < 0)
		fail("open the device mapper", verity->control);
	int done = create(verity);
	if (done == 0)
		done = use_table(verity, NULL);
	if (done < 0)
		fail("map the root", done);
}

void verity_panic_when_damaged(struct verity *verity)
{
	int done = use_table(verity, "panic_on_corruption");
	if (done < 0)
		fail("guard the root", done);
	sys_close(verity->control);
}
