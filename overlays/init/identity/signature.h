/* minisign's prehashed signatures: Ed25519 over the BLAKE2b-512 of a message. Both are libsodium's. */
#ifndef IDENTITY_SIGNATURE_H
#define IDENTITY_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNATURE_SIZE = 64, KEY_SIZE = 32 };

bool signature_good(const uint8_t signature[SIGNATURE_SIZE], const uint8_t *message, size_t size, const uint8_t key[KEY_SIZE]);

#endif
