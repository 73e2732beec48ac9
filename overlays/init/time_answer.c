#include "time_answer.h"

#include <stddef.h>

/* Longer than a board lives; beyond it, certificates and 32-bit numbers end. */
static const int64_t longest_life_us = INT64_C(30) * 366 * 86400 * 1000000;

const char *time_problem(const struct time_answer *answer, int64_t now_us, int64_t floor)
{
	int64_t time_us;
	if (__builtin_add_overflow(now_us, answer->offset_us, &time_us))
		return "no time";
	if (time_us / 1000000 < floor)
		return "before the clock's floor";
	if (time_us - floor * 1000000 > longest_life_us)
		return "too far in the future";
	return NULL;
}
