/* document/ppocr_ink.h - the ink of words, for boxes that fit them.
 *
 * The recogniser tells a word's place by the steps at which it saw the characters' middles, and
 * nothing of its height; a line's rectangle has the detector's margins. The line's pixels know.
 */
#ifndef DOCUMENT_PPOCR_INK_H
#define DOCUMENT_PPOCR_INK_H

#include "document/ppocr_read.h"

/* Fit the words' places, in fractions of the line's width and height, to the ink of the line:
 * pixels [height, width] of any range, rows `stride` apart, dark on light or light on dark. Words
 * keep in their order and apart. A word without ink keeps its place.
 */
void ppocr__ink_fit(const float *line, size_t width, size_t height, size_t stride,
                    ppocr_text *text);

#endif
