#include "ntp_server.h"

#include "helper_wait.h"
#include "ntp_packet.h"
#include "sys.h"

#include <netinet/in.h>

_Noreturn void ntp_server(void)
{
	for (;;) {
		struct pollfd fd = { .fd = HELPER_SOCKET, .events = POLLIN };
		if (sys_poll(&fd, 1, -1) <= 0)
			continue;
		uint8_t request[NTP_PACKET_SIZE], answer[NTP_PACKET_SIZE];
		struct sockaddr_storage from = { 0 };
		socklen_t from_size = sizeof from;
		ssize_t size = sys_receive_from(HELPER_SOCKET, request, sizeof request, (struct sockaddr *)&from, &from_size);
		int64_t received_us = sys_clock_us();
		/* A socket that fails would be ready for ever: another child begins anew. */
		if (size < 0)
			sys_exit(1);
		/* An answer is as long as its request: nobody is flooded by what others ask in their name. */
		if (ntp_write_answer(request, (size_t)size, received_us, sys_clock_us(), answer))
			(void)sys_send_to(HELPER_SOCKET, answer, sizeof answer, (const struct sockaddr *)&from, from_size);
	}
}
