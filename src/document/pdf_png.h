/* document/pdf_png.h - a PNG's compressed rows are what a PDF image holds too: they are taken as
 * they are.
 */
#ifndef DOCUMENT_PDF_PNG_H
#define DOCUMENT_PDF_PNG_H

#include "document/pdf_out.h"

typedef struct pdf_png {
    uint32_t width, height;
    unsigned bits, kind; /* 0 grey, 2 colour, 3 palette, 4 and 6 with transparency */
    bool plain;          /* its rows can stand in a PDF: not interlaced, no alpha in them */
    double x_dpi, y_dpi; /* 0: not said */
    q_str palette;       /* three bytes a colour, on white where it lets through */
    q_str clear;         /* six or two bytes: the one colour that is not drawn; may be empty */
    q_str profile;       /* ICC; in the arena; may be empty */
    q_str rows;          /* compressed; in the arena, or empty when not plain */
} pdf_png;

/* Fails with Q_INVALID (cut, or no picture in it), Q_NOMEM. */
Q_MUST_USE q_code pdf_png__read(q_str file, q_arena *a, pdf_png *out, q_err *err);

/* A plain one as the image object `number`. */
Q_MUST_USE q_code pdf_png__write(const pdf_png *png, pdf_out *o, uint32_t number, q_err *err);

#endif
