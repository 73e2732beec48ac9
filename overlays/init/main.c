#include "machine.h"

int main(void)
{
	static struct machine machine;
	machine_boot(&machine, &appliance_plan);
	for (;;)
		machine_turn(&machine);
}
