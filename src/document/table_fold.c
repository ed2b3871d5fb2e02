/* A long table may be folded: its rows go on beside it, under the same headings again. Each part
 * is a table.
 */
#include "document/table_sheet.h"

enum { MOST_PARTS = 8 };

/* The words over a column alone, in the strips of the headings; does the other say the same? */
static bool same_heading(const table__sheet *s, size_t a, size_t b)
{
    const table__text *t = s->t;
    size_t end = s->strips[s->body].first, i = 0, j = 0, n = 0;

    for (;; i++, j++, n++) {
        const table__piece *p, *q;

        while (i < end && s->pieces[i].from != a)
            i++;
        while (j < end && s->pieces[j].from != b)
            j++;
        if (i == end || j == end)
            return i == end && j == end && n > 0;
        p = &s->pieces[i];
        q = &s->pieces[j];
        if (p->to != a || q->to != b || p->count != q->count || p->number || q->number)
            return false;
        for (size_t k = 0; k < p->count; k++)
            if (!q_str_eq(t->page->words[t->order[p->first + k]].text,
                          t->page->words[t->order[q->first + k]].text))
                return false;
    }
}

/* In how many parts the headings repeat, from the first column on; 1: they do not. */
static size_t parts_of(const table__sheet *s)
{
    if (s->body == 0 || s->body >= s->strip_count)
        return 1;
    for (size_t parts = MOST_PARTS; parts > 1; parts--) {
        size_t width = s->column_count / parts;
        bool same = s->column_count % parts == 0 && width >= 2;

        for (size_t c = width; same && c < s->column_count; c++)
            same = same_heading(s, c % width, c);
        /* What stands over several parts holds them together. */
        for (size_t i = 0; same && i < s->piece_count; i++)
            same = s->pieces[i].from / width == s->pieces[i].to / width;
        if (same)
            return parts;
    }
    return 1;
}

static q_code take_part(const table__sheet *s, size_t from, size_t width, table__sheet *out,
                        q_err *err)
{
    *out = (table__sheet){.t = s->t, .columns = s->columns + from, .column_count = width};
    out->pieces = q_arena_array(s->t->arena, s->piece_count, sizeof *out->pieces);
    out->strips = q_arena_array(s->t->arena, s->strip_count, sizeof *out->strips);
    if (!out->pieces || !out->strips)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->strip_count; i++) {
        const table__strip *strip = &s->strips[i];
        table__strip *to = &out->strips[out->strip_count];

        *to = (table__strip){.first = out->piece_count, .ruled = strip->ruled};
        for (size_t j = strip->first; j < strip->first + strip->count; j++) {
            table__piece p = s->pieces[j];

            if (p.from < from || p.from >= from + width)
                continue;
            p.from -= from;
            p.to -= from;
            p.strip = out->strip_count;
            to->box = to->count++ ? table__join(to->box, p.box) : p.box;
            out->box = out->piece_count ? table__join(out->box, p.box) : p.box;
            out->pieces[out->piece_count++] = p;
        }
        if (i == s->body)
            out->body = out->strip_count;
        out->strip_count += to->count > 0;
    }
    return Q_OK;
}

q_code table__unfold(const table__sheet *s, table__sheet **out, size_t *count, q_err *err)
{
    size_t parts = parts_of(s), width = s->column_count / parts;
    q_code rc = Q_OK;

    *out = q_arena_array(s->t->arena, parts, sizeof **out);
    *count = parts;
    if (!*out)
        return q_err_nomem(err);
    if (parts == 1) {
        **out = *s;
        return Q_OK;
    }
    for (size_t i = 0; i < parts && !rc; i++)
        rc = take_part(s, i * width, width, &(*out)[i], err);
    return rc;
}
