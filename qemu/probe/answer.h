/*
 * The protocol. A request is a line: one letter, a space, the rest. The answer is a line `ERRNO LENGTH`, then LENGTH bytes.
 *
 *     h         this process's number
 *     r PATH    a file's content
 *     d PATH    a folder's names, each ended by a newline
 *     l PATH    where a symbolic link leads
 *     w PATH    make a file there and remove it again: ERRNO tells whether it can be done
 *     k PID SIG send a signal
 *
 * Paths are below /proc; what a process sees lies below `PID/root/`.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "views.h"

_Noreturn void answer_all(const struct views *views, int port);

#endif
