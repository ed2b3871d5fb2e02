/* document/table_region.h - parts of a page where words stand in rows and columns.
 *
 * Rows of several runs whose gaps lie over each other; rows of one run between them (headings of
 * sections, second lines) come along, and above and below them as far as a line closes the table.
 */
#ifndef Q_DOCUMENT_TABLE_REGION_H
#define Q_DOCUMENT_TABLE_REGION_H

#include "document/table_text.h"

typedef struct table__part { /* neighbouring runs of one row */
    table__rect box;
    size_t first_run, run_count, row;
} table__part;

typedef struct table__region {
    table__rect box;
    table__part *parts; /* top to bottom, no two of one row */
    size_t part_count, part_cap;
    size_t multi; /* of them with several runs */
} table__region;

typedef struct table__regions {
    table__region *items;
    size_t count, cap;
} table__regions;

/* Of the runs as they are cut and marked. In the text's arena. Q_NOMEM. */
Q_MUST_USE q_code table__regions_find(const table__text *t, table__regions *out, q_err *err);

/* Is there a line across most of it between two heights? Its place, or NaN. */
double table__line_between(const table__text *t, table__rect box, double from, double to);

#endif
