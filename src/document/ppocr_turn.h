/* document/ppocr_turn.h - how the lines of a page run, and the page set upright. */
#ifndef DOCUMENT_PPOCR_TURN_H
#define DOCUMENT_PPOCR_TURN_H

#include "document/page_build.h"
#include "document/ppocr_detect.h"

/* The angle at which most of the text runs, in degrees clockwise from left-to-right, in (-45,
 * 135): that of a line in the middle when lines are weighed by their lengths. 0 without lines,
 * and where it is too small to matter. Half a turn is not seen here.
 */
Q_MUST_USE q_code ppocr__angle(const ppocr_lines *lines, q_arena *a, double *degrees, q_err *err);

/* Turn each line, by quarters, to be read as closely as may be in this direction; long lines that
 * run across it keep theirs.
 */
void ppocr__align(ppocr_lines *lines, double degrees);

/* Read from the other end. */
void ppocr__flip(ppocr_line *l);

/* The frame of a page that stands turned by that much in a picture of this size: the smallest
 * upright rectangle around the picture.
 */
page__frame ppocr__frame(double width, double height, double degrees);

/* A part of a line as a box of the frame; `part` in fractions of the line's width and height. */
q_box ppocr__box(const ppocr_line *l, q_box part, const page__frame *frame);

#endif
