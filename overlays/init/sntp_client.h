/* The child that asks for the time: it holds a UDP socket, a pipe, and nothing else. */
#ifndef SNTP_CLIENT_H
#define SNTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Asks one server after the other until one answers, and from then on every few minutes. Addresses in the host's order.
 * Never returns: it ends when PID 1 no longer reads its answers.
 */
_Noreturn void sntp_client(const uint32_t *servers, size_t count);

#endif
