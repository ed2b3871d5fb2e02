/* document/pdf_text.h - what `pdftotext -bbox-layout` prints, as words.
 *
 *     <page width="612.000000" height="792.000000">
 *       <flow> <block ...>
 *         <line xMin=...>
 *           <word xMin="88.5" yMin="70.1" xMax="118.9" yMax="82.0">INVOICE</word>
 *
 * The program's own output, but on a stranger's file, so nothing is believed.
 */
#ifndef Q_DOCUMENT_PDF_TEXT_H
#define Q_DOCUMENT_PDF_TEXT_H

#include "document/page_build.h"

/* Append the words of `xhtml` in its order, boxes as fractions of a page of
 * width_pt by height_pt. Texts are in words' arena. What cannot be read as a
 * word is left out. Fails with Q_NOMEM, Q_LIMIT (more than a million words).
 */
Q_MUST_USE q_code pdf_text__parse(q_str xhtml, double width_pt, double height_pt,
                                  page__words *words, q_err *err);

#endif
