/* document/page_build.h - from words in places to a page with lines. */
#ifndef Q_DOCUMENT_PAGE_BUILD_H
#define Q_DOCUMENT_PAGE_BUILD_H

#include "document/page.h"

/* A word as its source gave it. */
typedef struct page__word {
    q_str text; /* any bytes; cleaned on the way */
    q_box box;  /* fractions of the shown page; may stick out of it */
    float confidence;
    size_t line; /* the source's line number; words of a line follow each other */
} page__word;

typedef struct page__words { /* a list that grows in its arena */
    q_arena *arena;
    page__word *items;
    size_t count, cap;
} page__words;

/* A page set upright, and the picture it was found in: turned clockwise by `turn` degrees around
 * its middle, the page stands as the picture shows it. Sizes in pixels; those of the page are of
 * the smallest upright rectangle around the turned picture.
 */
typedef struct page__frame {
    double width, height;
    double shown_width, shown_height;
    double turn; /* (-180, 180]; mostly 0, and then the sizes are equal */
} page__frame;

Q_MUST_USE q_code page__words_add(page__words *w, page__word word, q_err *err);

/* How many characters (code points) they have that say something: no blanks, no private use. */
size_t page__words_size(const page__words *w);

/* Fill page->words and page->lines, in the arena; width_pt and height_pt must
 * be set. The source's order is kept; words are cut at blanks, freed of
 * control characters and dropped when nothing remains; a source's line is cut
 * where a gap is wider than words of one line have. Texts are copied.
 */
Q_MUST_USE q_code page__build(const page__words *from, q_arena *a, q_page *page, q_err *err);

#endif
