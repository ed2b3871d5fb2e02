/* document/ppocr_order.h - the order in which a page's lines are read.
 *
 * Rows from top to bottom, each from left to right; but columns of running text one after the
 * other, the left one first. A table's columns are no running text: their lines are short, and
 * where those of one column are long the others stand level with them.
 */
#ifndef DOCUMENT_PPOCR_ORDER_H
#define DOCUMENT_PPOCR_ORDER_H

#include "document/page.h"

/* order[i] is the number of the box that comes i-th. Boxes are in pixels or any other unit that is
 * the same both ways. Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__order(const q_box *boxes, size_t count, q_arena *a, size_t *order,
                               q_err *err);

#endif
