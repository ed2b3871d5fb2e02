/* document/expense_block.h - blocks: lines under one another, as a letterhead
 * or an address window has them.
 */
#ifndef Q_DOCUMENT_EXPENSE_BLOCK_H
#define Q_DOCUMENT_EXPENSE_BLOCK_H

#include "document/expense_address.h"

enum { EXPENSE_BLOCK_LINES = 14 };

typedef struct expense_block {
    size_t runs[EXPENSE_BLOCK_LINES]; /* of the sheet, top to bottom */
    expense_line_class classes[EXPENSE_BLOCK_LINES];
    size_t count;  /* at least 1 */
    bool labelled; /* a party's heading stands in it or over it */
    bool contact;  /* a telephone, tax number or web address is in it */
    bool address;  /* a line looks like a postal address */
} expense_block;

/* The blocks of a page outside its line items, in the sheet's arena; those
 * past a bound far above any real letter are left out. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__blocks_find(const expense_leaf *leaf, expense_block **out, size_t *count,
                                       q_err *err);

const expense_run *expense__block_run(const expense_sheet *s, const expense_block *b, size_t line);

/* Is the run a party's heading: "Bill to:"? */
bool expense__starts_party(const expense_leaf *leaf, size_t run);

#endif
