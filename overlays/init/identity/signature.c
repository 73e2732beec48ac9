#include "signature.h"

#include <sodium/crypto_generichash_blake2b.h>
#include <sodium/crypto_sign_ed25519.h>

enum { HASH_SIZE = 64 };

bool signature_good(const uint8_t signature[SIGNATURE_SIZE], const uint8_t *message, size_t size, const uint8_t key[KEY_SIZE])
{
	uint8_t hash[HASH_SIZE];
	if (crypto_generichash_blake2b(hash, sizeof hash, message, size, NULL, 0) != 0)
		return false;
	return crypto_sign_ed25519_verify_detached(signature, hash, sizeof hash, key) == 0;
}
