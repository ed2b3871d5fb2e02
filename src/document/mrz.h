/* document/mrz.h - the machine-readable zone of travel documents: what its two or three lines say.
 *
 * Forms: TD3 (passports and large visas, 2 lines of 44), TD2 (2 of 36, small visas too), TD1
 * (cards, 3 of 30). Misread characters are put right where a position holds digits or letters
 * alone, and in the document's number where that makes its check digit agree; fillers that
 * recognition dropped or doubled are put back. Source: ICAO Doc 9303, parts 3 to 7.
 */
#ifndef Q_DOCUMENT_MRZ_H
#define Q_DOCUMENT_MRZ_H

#include "base/str.h"

enum { MRZ_LINES = 3, MRZ_LONGEST = 44 };

typedef enum mrz_check { MRZ_UNCHECKED, MRZ_AGREES, MRZ_DIFFERS } mrz_check;

typedef struct mrz {
    char lines[MRZ_LINES][MRZ_LONGEST + 1]; /* as put right */
    size_t line_count;
    char kind;       /* 'P' passport, 'V' visa, 'I', 'A' or 'C' card */
    char country[4]; /* who issued it; fillers are left out here and below */
    char nationality[4];
    char surname[40], given[40]; /* blanks for fillers */
    char number[24];
    char sex;                /* 'M', 'F', 'X'; '<' is X */
    int birth[3], expiry[3]; /* year of two digits, month, day; month and day 0 when not known */
    mrz_check number_check, birth_check, expiry_check, whole_check;
} mrz;

/* A row of text as a line of a zone: capitals, digits and '<' in out[]; 0 when it cannot be one,
 * else its length.
 */
size_t mrz__line(q_str text, char *out, size_t cap);

/* The zone whose first line is lines[0] (of `count` lines that follow each other on the page).
 * False when there is none: of the three check digits two at least must agree.
 */
bool mrz__parse(const char *const *lines, size_t count, mrz *out);

#endif
