#include "document/table_draft.h"
#include "document/table_grid.h"
#include "document/table_roles.h"
#include "document/table_sheet.h"

#include <math.h>
#include <stdlib.h>

/* Columns, headings and rows as a table; its words are taken. */
static q_code read_sheet(table__text *t, const table__sheet *s, table__drafts *out, q_err *err)
{
    table__draft d = {.box = s->box, .columns = s->column_count, .structured = true};
    table__evidence evidence = {0};
    size_t rows = 0;
    q_code rc;

    if (s->strip_count < 2 || s->body >= s->strip_count)
        return Q_OK;
    d.x = q_arena_array(t->arena, s->column_count + 1, sizeof *d.x);
    d.y = q_arena_array(t->arena, 2 * s->strip_count + 2, sizeof *d.y);
    if (!d.x || !d.y)
        return q_err_nomem(err);
    d.x[0] = s->box.left;
    for (size_t i = 1; i < s->column_count; i++)
        d.x[i] = (s->columns[i - 1].right + s->columns[i].left) / 2;
    d.x[s->column_count] = s->box.right;
    rc = table__heads(s, &d, &rows, err);
    if (!rc)
        rc = table__body(s, rows, &d, err);
    if (!rc)
        rc = table__weigh(s, &d, &evidence, err);
    if (rc || !table__is_table(&evidence))
        return rc;
    d.confidence = table__sureness(&evidence);
    for (size_t i = 0; i < d.word_count; i++)
        t->taken[d.words[i].word] = true;
    return table__drafts_add(out, t->arena, d, err);
}

/* A region of rows and columns. */
static q_code read_region(table__text *t, const table__region *r, table__drafts *out, q_err *err)
{
    table__sheet whole, *sheets = NULL;
    size_t count = 0;
    q_code rc = table__columns(t, r, &whole, err);

    if (rc || whole.column_count < 2 || whole.strip_count < 2)
        return rc;
    table__body_find(&whole);
    rc = table__unfold(&whole, &sheets, &count, err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = read_sheet(t, &sheets[i], out, err);
    return rc;
}

static q_code read_regions(table__text *t, table__drafts *out, q_err *err)
{
    table__regions regions;
    q_code rc = table__text_cut(t, err);

    regions.count = 0;
    if (!rc)
        rc = table__prose(t, err);
    if (!rc)
        rc = table__regions_find(t, &regions, err);
    for (size_t i = 0; i < regions.count && !rc; i++)
        rc = read_region(t, &regions.items[i], out, err);
    return rc;
}

/* Around its words. */
static void put_box(const table__text *t, table__draft *d)
{
    for (size_t i = 0; i < d->word_count; i++) {
        table__rect b = t->boxes[d->words[i].word];

        d->box = i ? table__join(d->box, b) : b;
    }
}

static int by_place(const void *a, const void *b)
{
    const table__draft *x = a, *y = b;

    if (x->box.top != y->box.top)
        return (x->box.top > y->box.top) - (x->box.top < y->box.top);
    return (x->box.left > y->box.left) - (x->box.left < y->box.left);
}

static q_code finish(table__text *t, table__drafts *drafts, q_tables *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < drafts->count && !rc; i++) {
        rc = table__draft_tidy(&drafts->items[i], t->arena, err);
        if (!rc)
            rc = table__frame_out(t, &drafts->items[i], err);
        put_box(t, &drafts->items[i]);
    }
    if (drafts->count)
        qsort(drafts->items, drafts->count, sizeof *drafts->items, by_place);
    if (!rc)
        rc = table__text_cut(t, err);
    for (size_t i = 0; i < drafts->count && !rc; i++) {
        rc = table__roles(t, &drafts->items[i], err);
        if (!rc)
            rc = table__titles(t, &drafts->items[i], err);
    }
    out->items = q_arena_array(t->arena, drafts->count, sizeof *out->items);
    if (!out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < drafts->count && !rc; i++)
        rc = table__draft_finish(t, &drafts->items[i], &out->items[out->count++], err);
    return rc;
}

q_code q_tables_read(const q_page *page, q_arena *a, q_tables *out, q_err *err)
{
    table__text t;
    table__drafts drafts = {0};
    q_code rc;

    *out = (q_tables){0};
    if (!(page->width_pt > 0 && page->height_pt > 0))
        return Q_OK;
    rc = table__text_read(page, a, &t, err);
    if (!rc)
        rc = table__grids(&t, &drafts, err);
    if (!rc)
        rc = read_regions(&t, &drafts, err);
    return rc ? rc : finish(&t, &drafts, out, err);
}

/* Does a table go on from one that ends the page before? */
static bool goes_on(const q_table *a, const q_table *b)
{
    double near = 0.02;

    if (a->columns != b->columns || fabs(a->box.left - b->box.left) > near ||
        fabs(q_box_right(a->box) - q_box_right(b->box)) > near)
        return false;
    return q_box_bottom(a->box) > 0.7 && b->box.top < 0.3;
}

void q_tables_join(const q_pages *pages, q_tables *tables)
{
    for (size_t i = 1; i < pages->count; i++)
        if (tables[i - 1].count && tables[i].count)
            tables[i].items[0].continues =
                goes_on(&tables[i - 1].items[tables[i - 1].count - 1], &tables[i].items[0]);
}
