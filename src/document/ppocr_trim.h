/* document/ppocr_trim.h - the recognition model without the characters that are not read.
 *
 * PP-OCR's models know thousands of Chinese and Japanese characters, and telling them apart costs
 * a tenth of the time. Quern reads the scripts of Europe; the last layer keeps only the columns
 * of those, of digits and of signs, and their probabilities sum to 1 among themselves.
 */
#ifndef DOCUMENT_PPOCR_TRIM_H
#define DOCUMENT_PPOCR_TRIM_H

#include "document/ppocr_read.h"

struct q_graph;

/* Whether a character (UTF-8) is of a script that is read, a digit or a sign. */
bool ppocr__is_read(q_str character);

/* Cut the last layer of `g`, a softmax over a product with a constant matrix plus a constant, to
 * the classes of the characters that are read, and `alphabet` likewise. A graph that ends
 * otherwise, or has other than the alphabet's classes, stays as it is. In the graph's arena.
 * Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__trim(struct q_graph *g, ppocr_alphabet *alphabet, q_err *err);

#endif
