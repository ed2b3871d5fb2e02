#include "document/form_rule.h"

#include <math.h>
#include <stdlib.h>

enum {
    MAX_RULES = 3000, /* more is hatching */
    MAX_WORDS = 6000
};

/* Do the words over this line hide all of it? Then it is their feet. */
static bool is_text(const q_page *page, const form_rule *r, double em)
{
    double left = INFINITY, right = -INFINITY;
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;

    for (size_t i = 0; i < n; i++) {
        q_box b = page->words[i].box;
        double top = b.top * page->height_pt, low = q_box_bottom(b) * page->height_pt;
        double x0 = b.left * page->width_pt, x1 = q_box_right(b) * page->width_pt;

        if (r->at < top || r->at > low - 0.1 * (low - top) || x1 < r->from || x0 > r->to)
            continue;
        left = fmin(left, x0);
        right = fmax(right, x1);
    }
    return left <= r->from + 0.5 * em && right >= r->to - 0.5 * em;
}

static int by_place(const void *a, const void *b)
{
    const form_rule *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Parts of one line, a little apart, are one; sorted in place, the new count comes back. */
static size_t parts_join(form_rule *r, size_t n, double em)
{
    bool changed = true;
    size_t kept = 0;

    qsort(r, n, sizeof *r, by_place);
    for (size_t round = 0; changed && round < 8; round++) {
        changed = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n && r[j].at - r[i].at < 0.35 * em; j++) {
                if (r[i].to < r[i].from || r[j].to < r[j].from ||
                    fmax(r[i].from, r[j].from) - fmin(r[i].to, r[j].to) > 2.5 * em)
                    continue;
                r[i].from = fmin(r[i].from, r[j].from);
                r[i].to = fmax(r[i].to, r[j].to);
                r[j].to = r[j].from - 1; /* gone */
                changed = true;
            }
    }
    for (size_t i = 0; i < n; i++)
        if (r[i].to >= r[i].from)
            r[kept++] = r[i];
    return kept;
}

q_code form__rules_read(const q_page *page, double em, q_arena *a, form_rules *out, q_err *err)
{
    size_t n = page->marks.rule_count < MAX_RULES ? page->marks.rule_count : MAX_RULES;

    *out = (form_rules){0};
    out->across = q_arena_array(a, n + 1, sizeof *out->across);
    out->upright = q_arena_array(a, n + 1, sizeof *out->upright);
    if (!out->across || !out->upright)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const q_rule *r = &page->marks.rules[i];
        double x = r->box.left * page->width_pt, y = r->box.top * page->height_pt;
        double width = r->box.width * page->width_pt, height = r->box.height * page->height_pt;
        form_rule across = {x, x + width, y + height / 2};

        if (r->upright)
            out->upright[out->upright_count++] = (form_rule){y, y + height, x + width / 2};
        else if (!is_text(page, &across, em))
            out->across[out->across_count++] = across;
    }
    out->across_count = parts_join(out->across, out->across_count, em);
    out->upright_count = parts_join(out->upright, out->upright_count, em);
    return Q_OK;
}
