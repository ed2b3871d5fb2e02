/* document/layout_parts.h - what the files of the layout share. Private to them.
 *
 *     lines in tables, figures and forms --> parts of their own
 *     other lines --blocks--> paragraphs --kinds--> titles, headers, lists, text
 *     all parts --order--> as they are read
 *
 * Lengths are in points (1/72 inch), so that they compare in both directions.
 */
#ifndef DOCUMENT_LAYOUT_PARTS_H
#define DOCUMENT_LAYOUT_PARTS_H

#include "document/layout.h"

/* A line of the page in points. */
typedef struct layout_line {
    double left, top, right, bottom;
    double height; /* of a line with ascenders and descenders in this size */
    bool taken;    /* is in a table, figure or form */
    bool marked;   /* begins as a list's item does: with a bullet, a number, a letter */
    bool marker;   /* is no more than that */
} layout_line;

/* Lines that belong together: a paragraph, a heading, an item. */
typedef struct layout_block {
    double left, top, right, bottom;
    double height; /* of its lines, the middle one's */
    double pitch;  /* from one line to the next; 0 with one line */
    q_picks lines;
    size_t line_cap;
    bool marked; /* its first line is */
    q_part_kind kind;
    float confidence;
} layout_block;

typedef struct layout_page {
    const q_page *page;
    q_arena *arena;
    layout_line *lines; /* one for each of the page's */
    layout_block *blocks;
    size_t block_count, block_cap;
    double spacing; /* usual gap between lines of a paragraph, in their heights */
    double body;    /* height of a line of the running text */
} layout_page;

/* Lines that nothing has taken, as blocks from top to bottom. */
Q_MUST_USE q_code layout__blocks(layout_page *l, q_err *err);
/* The height that a line tight around these letters would have with ascenders and descenders. */
double layout__full_height(q_str text, double height);
/* Whether a line's text begins as an item of a list; *bullet: by a sign, not a number. */
bool layout__item_text(q_str text, bool *bullet);
/* Whether it is such a beginning alone, as where the item stands far to the right. */
bool layout__is_marker(q_str text);

/* Decide what each block is, and l->body. */
Q_MUST_USE q_code layout__kinds(layout_page *l, q_err *err);
/* Whether a text is a page's number alone: 7, - 7 -, Page 7 of 9, vii. */
bool layout__is_page_number(q_str text);

/* The numbers of boxes (in points, as q_box) in reading order. O(n^3) up to 300 boxes, else they
 * stay as they are.
 */
Q_MUST_USE q_code layout__order(const q_box *boxes, size_t count, q_arena *a, size_t *out,
                                q_err *err);

#endif
