/* What values of an identity look like: the child that reads them and PID 1 each ask for themselves. */
#ifndef UNIT_SHAPES_H
#define UNIT_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNIT_SERIAL_MAX = 24 + 9, UNIT_NAME_MAX = 65, UNIT_HEX_SIZE = 64, MAC_SIZE = 6 };

bool shape_is_digit(char byte);
bool shape_is_hex(char byte); /* lower case */
bool shape_is_serial_character(char byte);
/* A DNS label: of the image, the cluster, the position. */
bool shape_is_name(const char *text, size_t length);
bool shape_is_serial(const char *text, size_t length);
bool shape_is_key(const char *text, size_t length); /* 64 hex digits */
/* Of one network card: not all zeros, and not a group's. */
bool shape_is_mac(const uint8_t mac[MAC_SIZE]);

#endif
