/* language/pii.h - personal data in English text: who, where, and the numbers
 * by which people are known to banks, states and machines.
 *
 * Types and names are Comprehend's. Numbers are found by their form and, where
 * they have one, their check digit (Luhn, mod 97, mod 11, Verhoeff, ...); what
 * has no form of its own (a PIN, a passport's number) needs a word nearby that
 * says what it is. Names and places come from the entities, streets by grammar.
 */
#ifndef Q_LANGUAGE_PII_H
#define Q_LANGUAGE_PII_H

#include "base/buf.h"
#include "language/models.h"
#include "language/token.h"

typedef enum q_pii_type {
    Q_PII_BANK_ACCOUNT_NUMBER,
    Q_PII_BANK_ROUTING,
    Q_PII_CREDIT_DEBIT_NUMBER,
    Q_PII_CREDIT_DEBIT_CVV,
    Q_PII_CREDIT_DEBIT_EXPIRY,
    Q_PII_PIN,
    Q_PII_EMAIL,
    Q_PII_ADDRESS,
    Q_PII_NAME,
    Q_PII_PHONE,
    Q_PII_SSN,
    Q_PII_DATE_TIME,
    Q_PII_PASSPORT_NUMBER,
    Q_PII_DRIVER_ID,
    Q_PII_URL,
    Q_PII_AGE,
    Q_PII_USERNAME,
    Q_PII_PASSWORD,
    Q_PII_AWS_ACCESS_KEY,
    Q_PII_AWS_SECRET_KEY,
    Q_PII_IP_ADDRESS,
    Q_PII_MAC_ADDRESS,
    Q_PII_LICENSE_PLATE,
    Q_PII_VEHICLE_IDENTIFICATION_NUMBER,
    Q_PII_UK_NATIONAL_INSURANCE_NUMBER,
    Q_PII_CA_SOCIAL_INSURANCE_NUMBER,
    Q_PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER,
    Q_PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER,
    Q_PII_IN_PERMANENT_ACCOUNT_NUMBER,
    Q_PII_IN_NREGA,
    Q_PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER,
    Q_PII_SWIFT_CODE,
    Q_PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER,
    Q_PII_CA_HEALTH_NUMBER,
    Q_PII_IN_AADHAAR,
    Q_PII_IN_VOTER_NUMBER,
    Q_PII_TYPES
} q_pii_type;

/* "SSN", ... */
const char *q_pii_type_name(q_pii_type type);
/* By its name; false without one. */
bool q_pii_type_of(q_str name, q_pii_type *out);

typedef struct q_pii {
    q_pii_type type;
    float score;            /* 0..1 */
    uint32_t point, points; /* in code points */
    uint32_t begin, bytes;  /* the same in bytes */
} q_pii;

/* In order of the text, none over another, in the arena. Fails with Q_NOMEM, and as
 * q_entities_find.
 */
Q_MUST_USE q_code q_pii_find(const q_language *l, const q_tokens *t, q_arena *a, q_pii **out,
                             size_t *count, q_err *err);

/* The text with `mask` in the place of each character of what was found, or with 0 "[TYPE]" in
 * the place of each find.
 */
Q_MUST_USE q_code q_pii_redact(q_str text, const q_pii *v, size_t n, char mask, q_buf *out);

#endif
