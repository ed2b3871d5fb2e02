/* document/recognise.h - from a picture of a page to its words.
 *
 * A recogniser holds a loaded model (English). It keeps nothing of one page
 * for the next, so the same picture gives the same words in any order of
 * pages. One thread uses one recogniser. Its library starts threads of its own
 * unless the environment said OMP_THREAD_LIMIT=1 when the process began, as it
 * does in workers: pages are what is spread over the processors.
 */
#ifndef Q_DOCUMENT_RECOGNISE_H
#define Q_DOCUMENT_RECOGNISE_H

#include "base/err.h"

typedef struct q_recogniser q_recogniser;

/* Takes about an eighth of a second and 16 MB. Fails with Q_NOTFOUND when
 * the model's files are not installed, Q_NOMEM.
 */
Q_MUST_USE q_code q_recogniser_new(q_recogniser **out, q_err *err);
void q_recogniser_free(q_recogniser *r); /* NULL is fine */

struct Pix;         /* Leptonica's picture */
struct page__words; /* document/page_build.h */

/* Append the words of a grey picture (8 bits a pixel), in reading order and
 * line by line; boxes are fractions of the picture. `dpi` 0: unknown.
 * Fails with Q_NOMEM, Q_INTERNAL.
 */
Q_MUST_USE q_code recognise__picture(q_recogniser *r, struct Pix *picture, int dpi,
                                     struct page__words *words, q_err *err);

#endif
