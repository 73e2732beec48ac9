#include "unit.h"

#include "event.h"
#include "identities.h"
#include "privileges.h"
#include "sys.h"
#include "uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

/* All values with their names; more than a record can hold. */
enum { VALUES_SIZE = UNIT_RECORD_MAX + PLAN_UNIT_VALUES_MAX * 72 };

/* The kernel makes the devices of a disk's partitions within moments of each other. */
static const int64_t device_limit_ms = 2000;

static const char *const words[UNIT_VERDICTS] = {
	[UNIT_NOT_ASKED] = "not-asked",
	[UNIT_UNREADABLE] = "unreadable",
	[UNIT_MALFORMED] = "malformed",
	[UNIT_UNKNOWN_AUTHORITY] = "unknown-authority",
	[UNIT_CERTIFICATE_TEXT] = "certificate-text",
	[UNIT_NOT_OF_BATCH] = "not-of-batch",
	[UNIT_RECORD_TEXT] = "record-text",
	[UNIT_OTHER_SERIAL] = "other-serial",
	[UNIT_OTHER_IMAGE] = "other-image",
	[UNIT_UNKNOWN_VALUE] = "unknown-value",
	[UNIT_MISSING_VALUE] = "missing-value",
	[UNIT_MAC_OF_ROUTER] = "mac-of-router",
	[UNIT_NO_PARTITION] = "no-partition",
	[UNIT_NO_CHILD] = "no-child",
	[UNIT_NO_ANSWER] = "no-answer",
	[UNIT_SILENT] = "silent",
	[UNIT_ANSWER_NOT_SANE] = "answer-not-sane",
};

bool unit_may_run(const struct unit *unit)
{
	return unit->verdict == UNIT_SOUND || unit->verdict == UNIT_NONE;
}

bool unit_reboot_may_help(const struct unit *unit)
{
	return unit->verdict == UNIT_UNREADABLE || unit->verdict == UNIT_NO_CHILD || unit->verdict == UNIT_NO_ANSWER || unit->verdict == UNIT_SILENT;
}

int unit_show_to_children(const struct unit *unit, bool shown)
{
	return unit->values ? sys_show_to_children(unit->values, VALUES_SIZE, shown) : 0;
}

/* ---- the child's answer */

struct answer {
	int fd;
	int64_t deadline_ms;
};

/* UNIT_SOUND, or what is wrong. */
static enum unit_verdict read_exactly(const struct answer *answer, void *bytes, size_t size)
{
	uint8_t *at = bytes;
	while (size > 0) {
		struct pollfd end = { .fd = answer->fd, .events = POLLIN };
		int64_t left = answer->deadline_ms - sys_uptime_ms();
		int found = left > 0 ? sys_poll(&end, 1, left) : 0;
		if (found <= 0)
			return found < 0 ? UNIT_NO_ANSWER : UNIT_SILENT;
		ssize_t count = sys_read(answer->fd, at, size);
		if (count <= 0)
			return UNIT_NO_ANSWER;
		at += count;
		size -= (size_t)count;
	}
	return UNIT_SOUND;
}

/* What PID 1 takes for a value of each kind, whatever the child took for one. */
static bool is_sane(enum plan_value_kind kind, const char *text, size_t length)
{
	switch (kind) {
	case VALUE_SETTING:
	case VALUE_SECRET:
		return length <= UNIT_VALUE_MAX && (length == 0 || !memchr(text, 0, length));
	case VALUE_SERIAL:
		return shape_is_serial(text, length);
	case VALUE_CLUSTER:
	case VALUE_POSITION:
		return shape_is_name(text, length);
	case VALUE_DEVICE_KEY:
	case VALUE_DEVICE_SEED:
		return shape_is_key(text, length);
	}
	return false;
}

static enum unit_verdict take_value(struct unit *unit, const struct answer *answer, const struct unit_frame *frame)
{
	const struct plan_unit *rules = unit->plan->unit;
	if (frame->index >= rules->value_count || unit->given[frame->index])
		return UNIT_ANSWER_NOT_SANE;
	const struct plan_unit_value *value = &rules->values[frame->index];
	size_t name = strlen(value->name);
	if (frame->length > UNIT_VALUE_MAX || VALUES_SIZE - unit->used < name + frame->length + 2)
		return UNIT_ANSWER_NOT_SANE;
	char *at = unit->values + unit->used, *text = at + name + 1;
	memcpy(at, value->name, name);
	at[name] = '=';
	enum unit_verdict read = read_exactly(answer, text, frame->length);
	if (read != UNIT_SOUND)
		return read;
	if (!is_sane(value->kind, text, frame->length))
		return UNIT_ANSWER_NOT_SANE;
	text[frame->length] = 0;
	unit->given[frame->index] = at;
	unit->used += name + frame->length + 2;
	return UNIT_SOUND;
}

static enum unit_verdict take_text(const struct answer *answer, const struct unit_frame *frame, char *text, size_t most, enum plan_value_kind kind)
{
	if (frame->length == 0 || frame->length > most || text[0])
		return UNIT_ANSWER_NOT_SANE;
	enum unit_verdict read = read_exactly(answer, text, frame->length);
	if (read == UNIT_SOUND && !is_sane(kind, text, frame->length))
		read = UNIT_ANSWER_NOT_SANE;
	text[read == UNIT_SOUND ? frame->length : 0] = 0;
	return read;
}

static enum unit_verdict take_mac(struct unit *unit, const struct answer *answer, const struct unit_frame *frame)
{
	if (frame->length != MAC_SIZE || unit->has_mac)
		return UNIT_ANSWER_NOT_SANE;
	enum unit_verdict read = read_exactly(answer, unit->mac, MAC_SIZE);
	if (read != UNIT_SOUND)
		return read;
	unit->has_mac = true;
	return shape_is_mac(unit->mac) ? UNIT_SOUND : UNIT_ANSWER_NOT_SANE;
}

static enum unit_verdict take_end(const struct unit *unit, const struct answer *answer, const struct unit_frame *frame)
{
	uint8_t verdict = 0;
	if (frame->length != sizeof verdict)
		return UNIT_ANSWER_NOT_SANE;
	enum unit_verdict read = read_exactly(answer, &verdict, sizeof verdict);
	if (read != UNIT_SOUND)
		return read;
	/* Only a sound one has a serial, and said anything before the end. */
	bool said = unit->serial[0] != 0, anything = said || unit->has_mac || unit->position[0] || unit->used > 0;
	if (verdict == UNIT_NOT_ASKED || verdict >= UNIT_VERDICTS_OF_CHILD || (verdict == UNIT_SOUND ? !said : anything))
		return UNIT_ANSWER_NOT_SANE;
	return (enum unit_verdict)verdict;
}

static enum unit_verdict take_answer(struct unit *unit, const struct answer *answer)
{
	for (;;) {
		struct unit_frame frame;
		enum unit_verdict taken = read_exactly(answer, &frame, sizeof frame);
		if (taken != UNIT_SOUND)
			return taken;
		if (frame.index == FRAME_END)
			return take_end(unit, answer, &frame);
		if (frame.index == FRAME_SERIAL)
			taken = take_text(answer, &frame, unit->serial, UNIT_SERIAL_MAX, VALUE_SERIAL);
		else if (frame.index == FRAME_POSITION)
			taken = take_text(answer, &frame, unit->position, UNIT_NAME_MAX, VALUE_POSITION);
		else if (frame.index == FRAME_MAC)
			taken = take_mac(unit, answer, &frame);
		else
			taken = take_value(unit, answer, &frame);
		if (taken != UNIT_SOUND)
			return taken;
	}
}

/* ---- the child */

static int open_partition(const struct plan *plan, const struct disk *disk, int uevents, int *fd)
{
	struct partition partition;
	if (!gpt_find(&disk->gpt, plan->unit->partition, &partition))
		return -ENXIO;
	char device[DEVICE_SIZE];
	disk_partition_device(disk, partition.number, device);
	int64_t deadline = sys_uptime_ms() + device_limit_ms;
	for (;;) {
		*fd = sys_open(device, O_RDONLY);
		int64_t left = deadline - sys_uptime_ms();
		if (*fd != -ENOENT || left <= 0)
			return *fd < 0 ? *fd : 0;
		uevent_wait(uevents, left);
	}
}

static enum unit_verdict ask_child(struct unit *unit, int partition, int empty_root)
{
	int ends[2];
	if (sys_pipe(ends) < 0)
		return UNIT_NO_CHILD;
	pid_t child = sys_fork("identity");
	if (child == 0) {
		become_helper(IDENTITY_ID, (const int[]){ partition, ends[1] }, 2, empty_root);
		unit->plan->unit->child(unit->plan->unit);
	}
	sys_close(ends[1]);
	enum unit_verdict verdict = UNIT_NO_CHILD;
	/* Forked before there is memory for the values, and mapped before they come. */
	void *memory = NULL;
	if (child > 0 && sys_secret_memory(VALUES_SIZE, &memory) == 0) {
		unit->values = memory;
		struct answer answer = { ends[0], sys_uptime_ms() + unit->plan->unit->timeout_ms };
		verdict = take_answer(unit, &answer);
	}
	if (child > 0)
		(void)sys_kill(child, SIGKILL); /* it has nothing more to say; reaped as a stranger */
	sys_close(ends[0]);
	return verdict;
}

static enum unit_verdict judge(struct unit *unit, const struct disk *disk, int uevents, int empty_root)
{
	int partition;
	int done = open_partition(unit->plan, disk, uevents, &partition);
	if (done < 0)
		return done == -ENXIO ? UNIT_NO_PARTITION : UNIT_UNREADABLE;
	enum unit_verdict verdict = ask_child(unit, partition, empty_root);
	sys_close(partition);
	if (verdict != UNIT_SOUND && verdict != UNIT_NONE)
		return verdict;
	for (size_t i = 0; i < unit->plan->unit->value_count; i++)
		if (unit->plan->unit->values[i].required && !unit->given[i])
			return UNIT_MISSING_VALUE;
	return unit->has_mac && unit->plan->link_count > 0 ? UNIT_MAC_OF_ROUTER : verdict;
}

/* ---- what comes of it */

static bool names_variable(const char *assignment, const char *name)
{
	size_t length = strlen(name);
	return strncmp(assignment, name, length) == 0 && assignment[length] == '=';
}

static bool is_given(const struct unit *unit, const char *assignment)
{
	const struct plan_unit *rules = unit->plan->unit;
	for (size_t i = 0; rules && i < rules->value_count; i++)
		if (unit->given[i] && names_variable(assignment, rules->values[i].name))
			return true;
	return false;
}

/* The plan's, with what the unit was given in place of its defaults. */
static void compose_environment(struct unit *unit)
{
	size_t count = 0;
	for (const char *const *entry = unit->plan->environment; *entry; entry++)
		if (!is_given(unit, *entry) && count + 1 < UNIT_ENVIRONMENT_MAX)
			unit->environment[count++] = *entry;
	for (size_t i = 0; unit->plan->unit && i < unit->plan->unit->value_count; i++)
		if (unit->given[i] && count + 1 < UNIT_ENVIRONMENT_MAX)
			unit->environment[count++] = unit->given[i];
	unit->environment[count] = NULL;
}

static void report(const struct unit *unit)
{
	struct event event = event_begin("identity");
	event_string(&event, "verdict", unit->verdict == UNIT_SOUND ? "sound" : unit->verdict == UNIT_NONE ? "none" : "refused");
	if (!unit_may_run(unit))
		event_string(&event, "why", words[unit->verdict]);
	else if (unit->verdict == UNIT_SOUND)
		event_string(&event, "serial", unit->serial);
	event_end(&event);
}

void unit_read(struct unit *unit, const struct plan *plan, const struct disk *disk, int uevents, int empty_root)
{
	*unit = (struct unit){ .plan = plan, .verdict = plan->unit ? UNIT_NOT_ASKED : UNIT_NONE };
	if (plan->unit) {
		unit->verdict = judge(unit, disk, uevents, empty_root);
		report(unit);
	}
	if (!unit_may_run(unit)) {
		/* Nothing of a refused one is kept. */
		if (unit->values)
			memset(unit->values, 0, VALUES_SIZE);
		*unit = (struct unit){ .plan = plan, .verdict = unit->verdict };
	}
	compose_environment(unit);
}
