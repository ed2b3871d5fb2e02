/* store/search.h - what the documents say that were read: words with their places, and fields.
 *
 * A document is known by its source ("s3://scans/a.pdf", "/home/ada/a.pdf"). Each of its pages is
 * indexed by words (SQLite's FTS5: without case and accents), its fields by type, label, number
 * and day.
 */
#ifndef Q_STORE_SEARCH_H
#define Q_STORE_SEARCH_H

#include "store/catalog.h"

typedef struct q_search_box { /* fractions of the page, from its top left */
    float left, top, width, height;
} q_search_box;

typedef struct q_search_page {
    q_str text;                /* its words with single blanks between, UTF-8 */
    const q_search_box *boxes; /* one a word */
    size_t words;
} q_search_page;

typedef struct q_search_field {
    q_str type;  /* "VENDOR_NAME", "OTHER" */
    q_str label; /* as it is printed; may be empty */
    q_str value;
    size_t page; /* from 1 */
    q_search_box box;
    bool has_number;
    double number; /* what an amount says */
    q_str day;     /* what a date says, "2018-06-13"; else empty */
} q_search_field;

typedef struct q_search_document {
    q_str source;
    q_str version; /* of its content: another one, another content */
    const q_search_page *pages;
    size_t page_count;
    const q_search_field *fields;
    size_t field_count;
} q_search_document;

/* Index it, in place of what its source was before. */
Q_MUST_USE q_code q_search_put(q_catalog *c, const q_search_document *d, int64_t now_ms,
                               q_err *err);
/* Whether that version of the source is indexed. */
Q_MUST_USE q_code q_search_has(q_catalog *c, q_str source, q_str version, bool *has, q_err *err);
Q_MUST_USE q_code q_search_remove(q_catalog *c, q_str source, bool *existed, q_err *err);

typedef struct q_search_mark { /* a word of the snippet that was looked for */
    size_t from, n;            /* bytes of the snippet */
    q_search_box box;          /* on the page */
} q_search_mark;

typedef struct q_search_hit { /* a document */
    q_str source;
    size_t pages;
    int64_t read_ms;
    size_t page;   /* from 1, the one that fits best; 0 when no words were looked for */
    q_str snippet; /* of that page */
    q_search_mark *marks;
    size_t mark_count;
    q_search_field *fields; /* that the query asked for */
    size_t field_count;
} q_search_hit;

typedef struct q_search_result {
    q_search_hit *hits; /* best first; without words, the last read first */
    size_t count;
    size_t total; /* documents that fit, those beyond the limit too */
} q_search_result;

/* A query is made of parts that must all fit a document, on any of its pages:
 *
 *     pump seal             both words
 *     "pump seal"           one behind the other
 *     pum*                  words that begin so
 *     -draft                without the word
 *     seal OR gasket        one of them
 *     vendor:acme           a field that has the word; vendor:"acme corp"
 *     total>100             a field that is a number: > >= < <= =
 *     date:2018-06          a field that is a day: likewise; a year, a month or a day
 *     "patient name":smith  a field by its printed label
 *
 * Names of fields are the API's types in any case (po_number) and short ones: vendor, receiver,
 * customer, address, number, invoice, date, due, total, subtotal, tax, po.
 *
 * At most `limit` hits from hit number `from` on, in the arena. Q_INVALID when the query cannot be
 * read; the sentence names the part.
 */
Q_MUST_USE q_code q_search_find(q_catalog *c, q_str query, size_t from, size_t limit, q_arena *a,
                                q_search_result *out, q_err *err);

#endif
