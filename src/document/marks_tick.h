/* document/marks_tick.h - boxes and circles to tick, in a binary picture of a page.
 *
 *     [ ] empty   [x] ticked   [/ a mark by hand may stick out   ( ) (o) circles
 */
#ifndef Q_DOCUMENT_MARKS_TICK_H
#define Q_DOCUMENT_MARKS_TICK_H

#include "document/page.h"

struct Pix;

/* Squares and circles of a few millimetres that nothing but a mark is in, top to bottom, put to
 * out->ticks. A letter O is round as well: marks__ticks_beside_words tells them apart. Q_NOMEM.
 */
Q_MUST_USE q_code marks__ticks(struct Pix *binary, q_arena *a, q_marks *out, q_err *err);

/* Of a page that was read: leave out what is a letter in a word, and add the boxes that the text
 * itself has as characters. Q_NOMEM.
 */
Q_MUST_USE q_code marks__ticks_beside_words(q_page *page, q_arena *a, q_err *err);

/* A character that is a box to tick: 1 an empty one, 2 a ticked one; else 0. */
int marks__tick_sign(q_str word);

#endif
