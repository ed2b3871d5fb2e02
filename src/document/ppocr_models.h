/* document/ppocr_models.h - the two models of PP-OCR, opened, and what runs them.
 *
 * A folder holds
 *
 *     det.onnx    detection, [1, 3, h, w] -> [1, 1, h, w]
 *     rec.onnx    recognition, [1, 3, 48, w] -> [1, steps, classes]; its metadata has the
 *                 characters under "character", or they are in
 *     rec.txt     one a line
 *
 * Models are opened once and shared by whoever forks afterwards. Threads and activations are made
 * with the first picture, so after the fork.
 */
#ifndef DOCUMENT_PPOCR_MODELS_H
#define DOCUMENT_PPOCR_MODELS_H

#include "document/ppocr_detect.h"
#include "document/ppocr_read.h"
#include "engine/team.h"

typedef struct ppocr_models ppocr_models;

/* Fails as q_model_open does, and with Q_INVALID when the models or their characters are not of
 * this kind.
 */
Q_MUST_USE q_code ppocr__models_open(const char *folder, ppocr_models **out, q_err *err);
void ppocr__models_close(ppocr_models *m); /* NULL is fine */

/* How many threads to use from the next picture on; at least 1, no more than a few. */
Q_MUST_USE q_code ppocr__models_threads(ppocr_models *m, size_t threads, q_err *err);
q_team *ppocr__models_team(const ppocr_models *m);
const ppocr_alphabet *ppocr__models_alphabet(const ppocr_models *m);

/* The lines of a grey picture, in its pixels and in the arena. One caller at a time. */
Q_MUST_USE q_code ppocr__models_detect(ppocr_models *m, struct Pix *picture, q_arena *a,
                                       ppocr_lines *out, q_err *err);

/* Read one line of the picture; the text is in the arena, its words' places are fractions of
 * the line's width and height. As many callers at a time as there are threads.
 */
Q_MUST_USE q_code ppocr__models_read(ppocr_models *m, struct Pix *picture, const ppocr_line *line,
                                     q_arena *a, ppocr_text *out, q_err *err);

#endif
