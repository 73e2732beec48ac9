/* What the child that asks for the time tells PID 1, and the check that PID 1 makes before it believes a word. */
#ifndef TIME_ANSWER_H
#define TIME_ANSWER_H

#include <stdint.h>

/* Of fixed size, so that PID 1 parses nothing. */
struct time_answer {
	int64_t offset_us; /* how far this clock is behind */
};

/* NULL if a clock that shows `now_us` may be set so, else what is wrong with it. `floor` in seconds since 1970. */
const char *time_problem(const struct time_answer *answer, int64_t now_us, int64_t floor);

#endif
