#include "document/form.h"

#include "document/form_pair.h"

#include <stdlib.h>

static q_code picks_of(const form_sheet *s, const form_links *l, int piece, q_picks *out,
                       q_box *box, q_err *err)
{
    size_t n = 0;

    for (int i = piece; i != FORM_NONE; i = l->next[i])
        n += s->pieces[i].count;
    *out = (q_picks){q_arena_array(s->arena, n + 1, sizeof *out->items), 0};
    if (!out->items)
        return q_err_nomem(err);
    for (int i = piece; i != FORM_NONE; i = l->next[i])
        for (size_t k = 0; k < s->pieces[i].count; k++) {
            size_t word = s->words[s->pieces[i].first + k];
            q_box b = s->page->words[word].box;

            *box = out->count ? q_box_join(*box, b) : b;
            out->items[out->count++] = word;
        }
    return Q_OK;
}

static int by_key(const void *a, const void *b)
{
    const q_pair *x = a, *y = b;
    size_t kx = x->key.items[0], ky = y->key.items[0];

    if (kx != ky)
        return kx < ky ? -1 : 1;
    kx = x->value.count ? x->value.items[0] : 0;
    ky = y->value.count ? y->value.items[0] : 0;
    return (kx > ky) - (kx < ky);
}

q_code q_form_read(const q_page *page, q_arena *a, q_form *out, q_err *err)
{
    form_sheet s;
    form_links links;
    q_code rc;

    *out = (q_form){0};
    rc = form__sheet_read(page, a, &s, err);
    if (!rc)
        rc = form__links_find(&s, &links, err);
    if (rc)
        return rc;
    out->pairs = q_arena_array(a, links.count + 1, sizeof *out->pairs);
    if (!out->pairs)
        return q_err_nomem(err);
    for (size_t i = 0; i < links.count && !rc; i++) {
        q_pair *p = &out->pairs[out->count++];

        rc = picks_of(&s, &links, links.items[i].key, &p->key, &p->key_box, err);
        if (!rc)
            rc = picks_of(&s, &links, links.items[i].value, &p->value, &p->value_box, err);
        if (!rc && links.items[i].tick != FORM_NONE) {
            p->ticks = (q_picks){q_arena_array(a, 1, sizeof *p->ticks.items), 1};
            if (!p->ticks.items)
                return q_err_nomem(err);
            p->ticks.items[0] = (size_t)links.items[i].tick;
            p->value_box = page->marks.ticks[links.items[i].tick].box;
        }
        p->confidence = 100 * links.items[i].score;
    }
    if (!rc)
        qsort(out->pairs, out->count, sizeof *out->pairs, by_key);
    return rc;
}
