/* How a child that holds a socket and perhaps a pipe to PID 1 has them, and waits for its next turn. */
#ifndef HELPER_WAIT_H
#define HELPER_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Descriptors of the child. */
enum { HELPER_SOCKET = 0, HELPER_ANSWER = 1 };

/* True if the socket has something to read; false once the point of time has come, or sooner. Ends the child if PID 1 no longer reads its answers. */
bool helper_wait(int64_t until_ms);

#endif
