/* document/layout.h - the parts of a page in reading order: titles, paragraphs, lists, figures. */
#ifndef Q_DOCUMENT_LAYOUT_H
#define Q_DOCUMENT_LAYOUT_H

#include "document/form.h"
#include "document/table.h"

typedef enum q_part_kind {
    Q_PART_TITLE,
    Q_PART_SECTION_HEADER,
    Q_PART_HEADER, /* of the page, as a letter's head */
    Q_PART_FOOTER,
    Q_PART_PAGE_NUMBER,
    Q_PART_TEXT,
    Q_PART_LIST,
    Q_PART_FIGURE,
    Q_PART_TABLE,
    Q_PART_KEY_VALUE
} q_part_kind;

typedef struct q_part {
    q_part_kind kind;
    q_box box;
    q_picks lines; /* of the page, in reading order; none of a LIST, whose items have them */
    size_t list;   /* of a list's item (a TEXT): the LIST's number; else SIZE_MAX */
    float confidence;
} q_part;

typedef struct q_layout {
    q_part *parts; /* in reading order; a list's items follow it */
    size_t count;
} q_layout;

/* `tables` and `form` are the page's own. In the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code q_layout_read(const q_page *page, const q_tables *tables, const q_form *form,
                                q_arena *a, q_layout *out, q_err *err);

/* Find headers and footers by what pages repeat. `layouts` has one entry a page. */
void q_layouts_compare(const q_pages *pages, q_layout *layouts);

#endif
