/* document/recognise.h - from a picture of a page to its words.
 *
 * There are two recognisers: PP-OCR's models on our own engine (ppocr.h), whose files
 * script/bootstrap fetches, and Tesseract (English), a library. A recogniser keeps nothing of one
 * page for the next, so the same picture gives the same words in any order of pages. One thread
 * uses one recogniser. Tesseract starts threads of its own unless the environment said
 * OMP_THREAD_LIMIT=1 when the process began, as it does in workers: pages are what is spread over
 * the processors.
 */
#ifndef Q_DOCUMENT_RECOGNISE_H
#define Q_DOCUMENT_RECOGNISE_H

#include "base/str.h"

typedef enum q_recogniser_kind {
    Q_RECOGNISER_BEST, /* PP-OCR where its models are installed, else Tesseract */
    Q_RECOGNISER_PPOCR,
    Q_RECOGNISER_TESSERACT
} q_recogniser_kind;

typedef struct q_recogniser q_recogniser;

/* "ppocr", "tesseract"; "best" and "" are the best. False for others. */
Q_MUST_USE bool q_recogniser_named(q_str name, q_recogniser_kind *out);

/* Where PP-OCR's models are: the first folder that has them of $QUERN_MODELS (alone, when it is
 * set), share/quern/models beside the program's bin, build-models in the source tree it was built
 * in, and /usr/local/share and /usr/share/quern/models. In the arena; Q_NOTFOUND names them.
 */
Q_MUST_USE q_code q_recogniser_models(q_arena *a, q_str *folder, q_err *err);

/* Load models, which takes about an eighth of a second; processes forked afterwards share them.
 * Fails with Q_NOTFOUND when the model's files are not installed, Q_NOMEM, and as q_model_open.
 */
Q_MUST_USE q_code q_recogniser_new(q_recogniser_kind kind, q_recogniser **out, q_err *err);
void q_recogniser_free(q_recogniser *r); /* NULL is fine */
/* Which one it is: "ppocr" or "tesseract". */
const char *q_recogniser_name(const q_recogniser *r);
/* Threads to spread a page's lines over (PP-OCR); 1 at first. Not while a page is read. */
Q_MUST_USE q_code q_recogniser_threads(q_recogniser *r, size_t threads, q_err *err);

struct Pix;         /* Leptonica's picture */
struct page__words; /* document/page_build.h */
struct page__frame;

/* Append the words of a grey picture (8 bits a pixel), in reading order and line by line; boxes
 * are fractions of the frame, which says how the page stands in the picture. `dpi` 0: unknown.
 * Fails with Q_NOMEM, Q_INTERNAL.
 */
Q_MUST_USE q_code recognise__picture(q_recogniser *r, struct Pix *picture, int dpi,
                                     struct page__words *words, struct page__frame *frame,
                                     q_err *err);

#endif
