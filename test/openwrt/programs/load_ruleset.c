/* Loads the batch on its standard input as init does, and prints what came of it: `loaded`, or `refused ERRNO at MESSAGE`. */
#include "ruleset.h"

#include <stdio.h>
#include <stdlib.h>

static void out_of_memory(void)
{
	fputs("out of memory\n", stderr);
	exit(2);
}

int main(void)
{
	size_t size = 0, room = 1 << 20;
	char *batch = malloc(room);
	if (!batch)
		out_of_memory();
	for (size_t got; (got = fread(batch + size, 1, room - size, stdin)) > 0;) {
		size += got;
		if (size < room)
			continue;
		room *= 2;
		char *more = realloc(batch, room);
		if (!more)
			out_of_memory();
		batch = more;
	}
	struct ruleset_outcome outcome = ruleset_load(batch, size);
	if (outcome.error)
		printf("refused %d at %u\n", -outcome.error, outcome.message);
	else
		puts("loaded");
	free(batch);
	return outcome.error ? 1 : 0;
}
