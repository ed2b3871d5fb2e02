/* document/identity.h - passports, visas and identity cards: what their machine-readable zones say.
 *
 * Types are those of the public AnalyzeID taxonomy. What a zone does not hold (an address, a place
 * of birth) is not guessed from the rest of the card.
 */
#ifndef Q_DOCUMENT_IDENTITY_H
#define Q_DOCUMENT_IDENTITY_H

#include "document/page.h"

typedef struct q_day {
    int year, month, day; /* from 1 */
} q_day;

typedef struct q_identity_field {
    q_str type;       /* "FIRST_NAME", ... */
    q_str text;       /* as the document says it; empty for what it does not say */
    q_str normalised; /* of a date: "1974-08-12T00:00:00", else empty */
    float confidence; /* 0..100; a check digit that agrees raises it, one that differs halves it */
} q_identity_field;

typedef struct q_identity {
    const q_identity_field *fields; /* every type of the taxonomy, in its order */
    size_t field_count;
    size_t page; /* from 1 */
} q_identity;

/* The zones on the pages, in order; *count is 0 without any. A birth of two digits' year was before
 * `today`, an expiry is less than half a century from it. In the arena; fails only with Q_NOMEM.
 */
Q_MUST_USE q_code q_identities_read(const q_pages *pages, q_day today, q_arena *a, q_identity **out,
                                    size_t *count, q_err *err);

#endif
