/* document/upright.h - how a page stands in a picture, told by its ink; and what is no page.
 *
 * Rows of text make stripes: ink added up along the rows changes most from one row of pixels to
 * the next when it is added along the text. Whether the page stands on its head is not seen so.
 *
 * Source: Postl 1988, US patent 4723297 (expired), as Leptonica computes it.
 */
#ifndef DOCUMENT_UPRIGHT_H
#define DOCUMENT_UPRIGHT_H

#include "base/err.h"

#include <stdbool.h>

struct Pix; /* Leptonica's picture */

typedef struct upright {
    int letter_height; /* pixels, of most of what could be letters; 0 without any */
    double degrees;    /* clockwise, that the page stands turned: within 10 of 0 or of 90 */
} upright;

/* A grey picture without what is dark and reaches its edges, as the shadow around a scanned sheet,
 * unless that is most of it: the ink of a faint print beside such a shadow passes for paper.
 * *out goes with pixDestroy. Q_NOMEM.
 */
Q_MUST_USE q_code upright__clear_edges(struct Pix *picture, struct Pix **out, q_err *err);

/* Look at a grey picture. Q_NOMEM. */
Q_MUST_USE q_code upright__look(struct Pix *picture, upright *out, q_err *err);

/* A picture that stands turned clockwise by so many degrees, set upright around its middle, on
 * white where it had no pixels. *out goes with pixDestroy. Q_NOMEM.
 */
Q_MUST_USE q_code upright__set(struct Pix *picture, double degrees, struct Pix **out, q_err *err);

#endif
