/* document/page_codec.h - pages as bytes, between processes and in results.
 *
 *     page   "QPG1", flags u8, width_pt f64, height_pt f64,
 *            where it is turned: turn, shown_width_pt, shown_height_pt f64,
 *            words u32, lines u32,
 *            words: box 4 x f64, confidence f32, length u32, text
 *            lines: words u32, box 4 x f64, confidence f32
 *            where it was looked for marks: rules u32, ticks u32, figures u32,
 *            rules: upright u8, box 4 x f64
 *            ticks: selected u8, box 4 x f64, confidence f32
 *            figures: box 4 x f64
 *     pages  "QPS1", count u32, each: length u32, page
 *
 * Numbers are little-endian. A line's text is its words with blanks between
 * and is not repeated. Readers believe nothing: the writer may have parsed a
 * stranger's file.
 */
#ifndef Q_DOCUMENT_PAGE_CODEC_H
#define Q_DOCUMENT_PAGE_CODEC_H

#include "base/buf.h"
#include "document/page.h"

/* Errors stay in the buffer. */
void q_page_encode(const q_page *page, q_buf *b);
void q_pages_encode(const q_pages *pages, q_buf *b);

/* All of it copied into the arena. Fails with Q_INVALID for what no encoder
 * writes (cut, trailing bytes, text that is no UTF-8 or has blanks, boxes off
 * the page, lines that do not share out the words in order), Q_NOMEM.
 */
Q_MUST_USE q_code q_page_decode(q_str bytes, q_arena *a, q_page *out, q_err *err);
Q_MUST_USE q_code q_pages_decode(q_str bytes, q_arena *a, q_pages *out, q_err *err);

#endif
