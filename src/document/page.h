/* document/page.h - a page that was read: words and lines with their places.
 *
 * Coordinates are fractions of the page's width and height, origin at the top
 * left, as the page is shown. Everything is in the arena of whoever read it.
 */
#ifndef Q_DOCUMENT_PAGE_H
#define Q_DOCUMENT_PAGE_H

#include "base/str.h"

typedef struct q_box {
    double left, top, width, height;
} q_box;

typedef struct q_word {
    q_str text; /* UTF-8 without blanks, never empty */
    q_box box;
    float confidence; /* 0..100 */
} q_word;

typedef struct q_line {
    q_str text; /* its words with single blanks between */
    q_box box;
    float confidence;
    size_t first_word, word_count; /* in the page's words */
} q_line;

typedef struct q_page {
    q_word *words; /* in reading order, line by line */
    size_t word_count;
    q_line *lines; /* in reading order */
    size_t line_count;
    double width_pt, height_pt; /* the shown page's size in points (1/72 inch) */
    bool from_text_layer;       /* read from a PDF's text, not by recognition */
} q_page;

typedef struct q_pages {
    q_page *pages;
    size_t count;
} q_pages;

double q_box_right(q_box b);
double q_box_bottom(q_box b);
q_box q_box_join(q_box a, q_box b); /* the smallest box around both */

#endif
