/* document/marks.h - what is drawn on a page beside its text: lines, boxes to tick, pictures.
 *
 *     picture --set upright--> grey --threshold--> binary --rules--> lines
 *                                                      --figures--> pictures, drawings
 *                              grey --edges--> light lines, shades
 */
#ifndef Q_DOCUMENT_MARKS_H
#define Q_DOCUMENT_MARKS_H

#include "document/page_build.h"

struct Pix; /* Leptonica's picture */

/* Find what is drawn on a grey picture (8 bits a pixel) of a page that stands in it as the frame
 * says. Boxes are fractions of the upright page, and in the arena. Q_NOMEM.
 */
Q_MUST_USE q_code marks__find(struct Pix *picture, const page__frame *frame, q_arena *a,
                              q_marks *out, q_err *err);

/* The straight lines of an upright binary picture (1 bit a pixel, ink is 1), top to bottom. */
Q_MUST_USE q_code marks__rules(struct Pix *binary, q_arena *a, q_marks *out, q_err *err);

/* Add the light lines and the edges of shaded areas of an upright grey picture (8 bits a pixel) to
 * the lines that were found.
 */
Q_MUST_USE q_code marks__edges(struct Pix *grey, q_arena *a, q_marks *out, q_err *err);

/* Its pictures and drawings, each a box around what lies close together. Large letters may be
 * among them: who knows the words drops those.
 */
Q_MUST_USE q_code marks__figures(struct Pix *binary, q_arena *a, q_marks *out, q_err *err);

#endif
