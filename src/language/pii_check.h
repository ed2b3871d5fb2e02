/* language/pii_check.h - whether a number can be what it looks like: check
 * digits and the ranges that were given out.
 *
 * All take digits and capital letters without blanks or hyphens, and are false
 * for another length.
 */
#ifndef LANGUAGE_PII_CHECK_H
#define LANGUAGE_PII_CHECK_H

#include "base/str.h"

bool check__card(q_str s);     /* Luhn, and an issuer's range and length */
bool check__routing(q_str s);  /* ABA: weights 3 7 1, and the districts */
bool check__ssn(q_str s);      /* ranges that were never given out */
bool check__itin(q_str s);     /* ranges */
bool check__iban(q_str s);     /* mod 97, and the country's length */
bool check__swift(q_str s);    /* form, and a country */
bool check__vin(q_str s);      /* alphabet and check digit (North America, China) */
bool check__vin_form(q_str s); /* alphabet */
bool check__nino(q_str s);     /* UK national insurance: letters that are in use */
bool check__nhs(q_str s);      /* mod 11 */
bool check__utr(q_str s);      /* UK taxpayer: mod 11 */
bool check__sin(q_str s);      /* Canada: Luhn, first digit */
bool check__aadhaar(q_str s);  /* Verhoeff, first digit */
bool check__pan(q_str s);      /* India: form, and kind of holder */

#endif
