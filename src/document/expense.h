/* document/expense.h - what an invoice or receipt says: summary fields and
 * line items, from the words' layout and labels alone, without templates.
 *
 * Pure computing on pages that were read; deterministic. Types are those of
 * the public AnalyzeExpense taxonomy.
 */
#ifndef Q_DOCUMENT_EXPENSE_H
#define Q_DOCUMENT_EXPENSE_H

#include "document/page.h"

/* A piece of text on the page. */
typedef struct q_expense_text {
    q_str text; /* lines joined with '\n' */
    q_box box;
    float confidence;
    bool present;
} q_expense_text;

typedef struct q_expense_field {
    q_str type; /* "TOTAL", ..., or "OTHER" */
    float type_confidence;
    q_expense_text label; /* absent for implied values */
    q_expense_text value;
    q_str currency; /* ISO 4217 code of an amount where it is known, else empty */
    size_t page;    /* from 1 */
    q_str group;    /* of NAME, ADDRESS and its parts whose they are: "VENDOR", "RECEIVER_BILL_TO",
                       "RECEIVER_SHIP_TO", ...; else empty */
} q_expense_field;

typedef struct q_expense_item {
    q_expense_field
        *fields; /* ITEM, QUANTITY, PRICE, UNIT_PRICE, PRODUCT_CODE, OTHER; EXPENSE_ROW last */
    size_t count;
} q_expense_item;

typedef struct q_expense_table { /* one LineItemGroup */
    q_expense_item *items;
    size_t count;
} q_expense_table;

typedef struct q_expense {
    q_expense_field *fields;
    size_t field_count;
    q_expense_table *tables;
    size_t table_count;
    bool is_expense; /* false: nothing of an invoice or receipt was found */
} q_expense;

/* The pages are one document. Everything in the arena; texts may borrow from
 * the pages. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code q_expense_read(const q_pages *pages, q_arena *a, q_expense *out, q_err *err);

/* The first field of that type, highest confidence first; NULL without one. */
const q_expense_field *q_expense_get(const q_expense *e, const char *type);

/* "1,500.00", "$2100.0", "1.234,56 EUR", "(45.00)" as a number; false when
 * there is none.
 */
bool q_amount_parse(q_str text, double *out);

/* The first date of a text, in any writing, as "2018-06-13"; the day first where it cannot be told.
 * False when there is none.
 */
bool q_day_parse(q_str text, char out[11]);

#endif
