/* document/ppocr.h - PP-OCR: a detector and a recogniser of lines, run by our own engine.
 *
 *     picture --detect--> lines --read, spread over threads--> texts --order--> words
 *
 * Lines may run at any angle. Most of them tell how the page is turned; whether it stands on its
 * head is told by how surely lines are read: upside down the recogniser guesses.
 */
#ifndef DOCUMENT_PPOCR_H
#define DOCUMENT_PPOCR_H

#include "document/page_build.h"

typedef struct ppocr ppocr;
struct Pix;

/* Open the models in a folder (ppocr_models.h). Nothing is started: processes forked afterwards
 * share the weights. Fails with Q_NOTFOUND, Q_INVALID, Q_UNSUPPORTED, Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__new(const char *folder, ppocr **out, q_err *err);
void ppocr__free(ppocr *r); /* NULL is fine */
/* Spread lines over this many threads (a few at most); not while a picture is read. */
Q_MUST_USE q_code ppocr__threads(ppocr *r, size_t threads, q_err *err);

/* Append the words of a grey picture, in reading order, and say how the page stands in it. The
 * same for any number of threads. Fails with Q_NOMEM, Q_LIMIT, Q_INVALID (a model that is none).
 */
Q_MUST_USE q_code ppocr__picture(ppocr *r, struct Pix *picture, page__words *words,
                                 page__frame *frame, q_err *err);

#endif
