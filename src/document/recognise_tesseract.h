/* document/recognise_tesseract.h - Tesseract's English model as a recogniser (recognise.h). */
#ifndef DOCUMENT_RECOGNISE_TESSERACT_H
#define DOCUMENT_RECOGNISE_TESSERACT_H

#include "document/page_build.h"

typedef struct tesseract tesseract;
struct Pix;

/* Takes about an eighth of a second and 16 MB. Fails with Q_NOTFOUND when the model's files are
 * not installed, Q_NOMEM.
 */
Q_MUST_USE q_code tesseract__new(tesseract **out, q_err *err);
void tesseract__free(tesseract *r); /* NULL is fine */

/* Append the words of a grey picture, which is set upright first (upright.h), and say how the page
 * stands in it. Pages that are not read surely are read again: from the other end, and as one
 * block of text. `dpi` 0: unknown. Q_NOMEM, Q_INTERNAL.
 */
Q_MUST_USE q_code tesseract__picture(tesseract *r, struct Pix *picture, int dpi, page__words *words,
                                     page__frame *frame, q_err *err);

#endif
