/* document/pdf_font.h - the font of the text layer: no picture of any character, and every
 * character's Unicode.
 *
 * One font serves a whole file. A character gets its number (CID) when it is first met, so that
 * all of Unicode fits, whatever the plane; ToUnicode tells what the numbers mean. All glyphs are
 * half an em wide and empty; a glyph reaches from 0.2 em below the line to 0.8 em above it, and
 * readers mark exactly that. The TrueType program is made here, of the six tables that a CID font
 * needs (ISO 32000-1, 9.9).
 */
#ifndef DOCUMENT_PDF_FONT_H
#define DOCUMENT_PDF_FONT_H

#include "document/pdf_out.h"

enum {
    PDF_FONT_WIDTH = 500, /* thousandths of an em */
    PDF_FONT_ASCENT = 800,
    PDF_FONT_DESCENT = 200, /* below the line */
    PDF_FONT_MAX = 65535    /* characters */
};

typedef struct pdf_font pdf_font;

Q_MUST_USE q_code pdf_font__new(pdf_font **out, q_err *err);
void pdf_font__free(pdf_font *f); /* NULL is fine */

/* The number of a character, 1.. ; Q_LIMIT past PDF_FONT_MAX different ones, Q_NOMEM. */
Q_MUST_USE q_code pdf_font__number(pdf_font *f, uint32_t character, uint16_t *out, q_err *err);

/* Write the font, as object `number`, once all characters are known. */
Q_MUST_USE q_code pdf_font__write(const pdf_font *f, pdf_out *o, uint32_t number, q_err *err);

#endif
