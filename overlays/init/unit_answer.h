/* What the child that reads a card's identity says to PID 1: frames, each a head and so many bytes; the last one is FRAME_END. */
#ifndef UNIT_ANSWER_H
#define UNIT_ANSWER_H

#include <stdint.h>

/* A value's bytes, an identity's texts; as in builder/identity. */
enum { UNIT_VALUE_MAX = 4096, UNIT_CERTIFICATE_MAX = 4096, UNIT_RECORD_MAX = 262144 };

/* Names a value of the plan by its index, or one of these. */
enum { FRAME_SERIAL = 0xfff0, FRAME_MAC, FRAME_POSITION, FRAME_END = 0xffff };

struct unit_frame {
	uint16_t index;
	uint16_t length;
};

/* The one byte of the last frame; PID 1 has its own words for them (unit.c). */
enum unit_verdict {
	UNIT_NOT_ASKED, /* before anything was read */
	UNIT_SOUND,
	UNIT_NONE, /* zeros alone */
	UNIT_UNREADABLE,
	UNIT_MALFORMED,
	UNIT_UNKNOWN_AUTHORITY, /* none of the image's signed the certificate */
	UNIT_CERTIFICATE_TEXT,
	UNIT_NOT_OF_BATCH, /* the certificate's key did not sign the record */
	UNIT_RECORD_TEXT,
	UNIT_OTHER_SERIAL, /* outside the certificate's range */
	UNIT_OTHER_IMAGE,
	UNIT_UNKNOWN_VALUE, /* a setting or secret that the image does not let a unit have */
	UNIT_VERDICTS_OF_CHILD,
	/* found by PID 1 itself */
	UNIT_MISSING_VALUE = UNIT_VERDICTS_OF_CHILD, /* one that is required */
	UNIT_MAC_OF_ROUTER,                          /* which has several links */
	UNIT_NO_PARTITION,
	UNIT_NO_CHILD,
	UNIT_NO_ANSWER,
	UNIT_SILENT, /* for too long */
	UNIT_ANSWER_NOT_SANE,
	UNIT_VERDICTS,
};

#endif
