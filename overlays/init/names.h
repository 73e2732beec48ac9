/* Names of the error and signal numbers that a console line is likely to hold; NULL for others. */
#ifndef NAMES_H
#define NAMES_H

const char *errno_name(int number);
const char *signal_name(int number);

#endif
