/* Headers and footers, told by what pages have in common: the same words but for the digits, at
 * the same place in the upper or lower margin.
 */
#include "document/layout_parts.h"

#include <math.h>

enum { AWAY = 2 }; /* pages on each side: left and right pages may differ */

static const double margin = 0.13; /* of the page's height */
static const double same_place = 0.02;

/* Alike but for their digits. */
static bool same_text(q_str a, q_str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        bool digits = false;

        for (; i < a.n && q_is_digit(a.p[i]); i++)
            digits = true;
        if (digits && (k == b.n || !q_is_digit(b.p[k])))
            return false;
        while (k < b.n && q_is_digit(b.p[k]))
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (a.p[i++] != b.p[k++])
            return false;
    }
}

static bool in_margin(const q_part *p)
{
    return p->lines.count > 0 && p->lines.count <= 3 && p->list == SIZE_MAX &&
           (q_box_bottom(p->box) < margin || p->box.top > 1 - margin);
}

static bool is_text(const q_part *p)
{
    return p->kind == Q_PART_TEXT || p->kind == Q_PART_SECTION_HEADER || p->kind == Q_PART_TITLE ||
           p->kind == Q_PART_HEADER || p->kind == Q_PART_FOOTER;
}

static bool has_same(const q_pages *pages, const q_layout *layouts, size_t page, const q_part *p,
                     size_t other)
{
    q_str text = pages->pages[page].lines[p->lines.items[0]].text;

    for (size_t i = 0; i < layouts[other].count; i++) {
        const q_part *o = &layouts[other].parts[i];

        if (in_margin(o) && o->lines.count == p->lines.count &&
            fabs(o->box.top - p->box.top) < same_place &&
            same_text(text, pages->pages[other].lines[o->lines.items[0]].text))
            return true;
    }
    return false;
}

void q_layouts_compare(const q_pages *pages, q_layout *layouts)
{
    for (size_t page = 0; page < pages->count; page++)
        for (size_t i = 0; i < layouts[page].count; i++) {
            q_part *p = &layouts[page].parts[i];
            bool same = false;

            if (!in_margin(p) || !is_text(p))
                continue;
            for (size_t o = page > AWAY ? page - AWAY : 0;
                 o < pages->count && o <= page + AWAY && !same; o++)
                same = o != page && has_same(pages, layouts, page, p, o);
            if (!same)
                continue;
            p->kind = p->box.top < 0.5 ? Q_PART_HEADER : Q_PART_FOOTER;
            p->confidence = 95;
        }
}
