/* document/page.h - a page that was read: words and lines with their places, and what is drawn.
 *
 * Coordinates are fractions of the page's width and height, origin at the top
 * left, as the page is read: a picture of a page that stands turned is set upright, and
 * q_page_shown tells where on the picture a place of the page is. Everything is in the arena of
 * whoever read it.
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

/* A straight line that is drawn: a table's border, an underline. */
typedef struct q_rule {
    q_box box;    /* as thin as the line */
    bool upright; /* runs from top to bottom; else from left to right */
} q_rule;

/* A box or circle to be ticked. */
typedef struct q_tick {
    q_box box;
    bool selected;
    float confidence; /* 0..100 */
} q_tick;

typedef struct q_marks {
    q_rule *rules;
    size_t rule_count;
    q_tick *ticks;
    size_t tick_count;
    q_box *figures; /* pictures and drawings */
    size_t figure_count;
} q_marks;

typedef struct q_page {
    q_word *words; /* in reading order, line by line */
    size_t word_count;
    q_line *lines; /* in reading order */
    size_t line_count;
    double width_pt, height_pt; /* the upright page's size in points (1/72 inch) */
    bool from_text_layer;       /* read from a PDF's text, not by recognition */
    double turn;                /* degrees clockwise that the page is turned in what is shown; in
                                   (-180, 180], mostly 0 */
    double shown_width_pt, shown_height_pt; /* where turn is not 0: of what is shown */
    bool marked;                            /* it was looked for what is drawn; found was: */
    q_marks marks;
} q_page;

/* Some of a page's words, lines or marks, by their numbers. */
typedef struct q_picks {
    size_t *items;
    size_t count;
} q_picks;

typedef struct q_pages {
    q_page *pages;
    size_t count;
} q_pages;

double q_box_right(q_box b);
double q_box_bottom(q_box b);
q_box q_box_join(q_box a, q_box b); /* the smallest box around both */

/* Where a place of the page is on what is shown, in fractions of its size, kept within it. */
void q_page_shown(const q_page *page, double x, double y, double *shown_x, double *shown_y);

/* The words of `picks` with blanks between; in the arena, .p NULL when it is full. */
q_str q_picks_text(const q_page *page, const q_picks *picks, q_arena *a);

#endif
