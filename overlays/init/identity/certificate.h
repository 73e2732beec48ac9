/* The certificate of a batch, after its signature was found good. builder/identity/unit-identity.ts has the text. */
#ifndef IDENTITY_CERTIFICATE_H
#define IDENTITY_CERTIFICATE_H

#include "lines.h"
#include "signature.h"

#include <stdint.h>

/* A serial taken apart: the number is the whole run of digits at its end. */
struct serial {
	struct span prefix;
	size_t digits;
	uint32_t number;
};

struct certificate {
	struct serial first, last;
	uint8_t key[KEY_SIZE]; /* signs the records of the batch */
};

bool certificate_read(struct span text, struct certificate *certificate);
bool certificate_has_serial(const struct certificate *certificate, const struct serial *serial);
bool serial_read(struct span text, struct serial *serial);

#endif
