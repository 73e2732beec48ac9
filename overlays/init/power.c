#include "power.h"

#include "event.h"
#include "sys.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <string.h>

static bool has_power_key(int fd)
{
	uint8_t keys[KEY_MAX / 8 + 1] = { 0 };
	return sys_ioctl(fd, EVIOCGBIT(EV_KEY, sizeof keys), keys) >= 0 && keys[KEY_POWER / 8] >> KEY_POWER % 8 & 1;
}

struct power_keys power_keys_open(const struct plan *plan)
{
	struct power_keys keys = { .count = 0 };
	struct sys_names names;
	if (!plan->power_button)
		return keys;
	int listed = sys_list("/dev/input", &names);
	for (int i = 0; listed == 0 && i < names.count && keys.count < POWER_KEYS_MAX; i++) {
		char path[64];
		struct text text = text_in(path, sizeof path);
		text_add(&text, "/dev/input/");
		text_add(&text, names.name[i]);
		if (strncmp(names.name[i], "event", 5) != 0)
			continue;
		int fd = sys_open(path, O_RDONLY | O_NONBLOCK);
		if (fd >= 0 && has_power_key(fd))
			keys.fds[keys.count++] = fd;
		else if (fd >= 0)
			sys_close(fd);
	}
	if (keys.count == 0)
		event_degraded("power key", listed < 0 ? listed : ENODEV);
	return keys;
}

bool power_key_pressed(int fd)
{
	struct input_event event;
	bool pressed = false;
	while (sys_read(fd, &event, sizeof event) == sizeof event)
		pressed = pressed || (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1);
	return pressed;
}
