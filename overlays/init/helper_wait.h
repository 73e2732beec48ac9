/* How a child that holds a socket and a pipe to PID 1 waits for its next turn. */
#ifndef HELPER_WAIT_H
#define HELPER_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* True if the socket has something to read; false once the point of time has come, or sooner. Ends the child if PID 1 no longer reads its answers. */
bool helper_wait(int socket, int answer, int64_t until_ms);

#endif
