/* store/search_query.h - a query of search.h, read. Private to the store. */
#ifndef STORE_SEARCH_QUERY_H
#define STORE_SEARCH_QUERY_H

#include "base/str.h"

typedef enum search_kind {
    SEARCH_WORDS,  /* match: on a page */
    SEARCH_TEXT,   /* match: in a field's label and value */
    SEARCH_NUMBER, /* low..high, both included */
    SEARCH_DAY     /* first..before: from the one on, before the other */
} search_kind;

typedef struct search_part {
    search_kind kind;
    bool negative;
    bool alternative; /* OR: fits in the place of the part before */
    q_str match;      /* in FTS5's language */
    q_str type;       /* of a field, as a GLOB pattern */
    double low, high;
    q_str first, before;
} search_part;

typedef struct search_query {
    search_part *parts;
    size_t count;
    q_str words; /* all pages' words that were looked for, joined by OR; empty without any */
} search_query;

enum { SEARCH_PARTS = 32 };

/* In the arena. Q_INVALID names the part that cannot be read. */
Q_MUST_USE q_code search__parse(q_str query, q_arena *a, search_query *out, q_err *err);

#endif
