#include "document/expense_block.h"

#include <math.h>

enum { MAX_BLOCKS = 64 };

const expense_run *expense__block_run(const expense_sheet *s, const expense_block *b, size_t line)
{
    return s->runs + b->runs[line];
}

/* Does the run go on below the block's last line? */
static bool follows(const expense_leaf *leaf, const expense_block *b, const expense_run *r)
{
    const expense_run *last = expense__block_run(&leaf->sheet, b, b->count - 1);
    double em = leaf->sheet.em, pitch = (r->y0 + r->y1 - last->y0 - last->y1) / 2;
    double middle = fabs((r->x0 + r->x1) - (last->x0 + last->x1)) / 2;

    if (b->count == EXPENSE_BLOCK_LINES || pitch <= 0.3 * em ||
        pitch > (leaf->exact ? 2.0 : 3.2) * em)
        return false;
    if (expense__overlap(r->x0, r->x1, last->x0, last->x1) < 0.3)
        return false;
    return fabs(r->x0 - last->x0) < 1.5 * em || middle < 4 * em;
}

static void line_add(const expense_leaf *leaf, expense_block *b, size_t run)
{
    const expense_sheet *s = &leaf->sheet;
    expense_line_class c = expense__line_class(leaf, run);
    const expense_run *r = s->runs + run;

    b->classes[b->count] = c;
    b->runs[b->count++] = run;
    b->address = b->address || c == EXPENSE_LINE_ADDRESS;
    for (size_t i = r->tokens.first; i < r->tokens.first + r->tokens.count; i++)
        b->contact = b->contact || q_str_has(s->tokens[i].text, '@') ||
                     q_str_starts(s->tokens[i].text, Q_STR("www.")) ||
                     q_str_starts(s->tokens[i].text, Q_STR("http"));
}

bool expense__starts_party(const expense_leaf *leaf, size_t run)
{
    expense_span tokens = leaf->sheet.runs[run].tokens;

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (h->label->kind == EXPENSE_PARTY && h->leads && h->tokens.first == tokens.first &&
            (h->colon || h->tokens.count == tokens.count))
            return true;
    }
    return false;
}

/* Each run goes to the last block that it continues, or begins one. */
static size_t blocks_build(const expense_leaf *leaf, expense_block *blocks)
{
    const expense_sheet *s = &leaf->sheet;
    size_t count = 0;

    for (size_t i = 0; i < s->run_count; i++) {
        expense_block *to = NULL;

        if (leaf->row_use[s->runs[i].row] != EXPENSE_ROW_FREE)
            continue;
        for (size_t k = count; k-- > 0 && !to && !expense__starts_party(leaf, i);)
            if (follows(leaf, blocks + k, s->runs + i))
                to = blocks + k;
        if (!to) {
            if (count == MAX_BLOCKS)
                continue;
            to = blocks + count++;
            *to = (expense_block){.count = 0};
        }
        line_add(leaf, to, i);
    }
    return count;
}

static bool has_run(const expense_block *b, size_t run)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->runs[i] == run)
            return true;
    return false;
}

static void contacts_mark(const expense_leaf *leaf, expense_block *blocks, size_t count)
{
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;
        size_t run = leaf->sheet.tokens[h->tokens.first].run;

        if (h->label->kind != EXPENSE_PHONE && h->label->kind != EXPENSE_TAX_ID)
            continue;
        for (size_t k = 0; k < count; k++)
            blocks[k].contact = blocks[k].contact || has_run(blocks + k, run);
    }
}

static void labelled_mark(const expense_leaf *leaf, expense_block *blocks, size_t count)
{
    const expense_sheet *s = &leaf->sheet;

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;
        size_t run = s->tokens[h->tokens.first].run;
        const expense_run *label = s->runs + run;

        if (h->label->kind != EXPENSE_PARTY || !h->leads)
            continue;
        if (!h->colon && label->tokens.count > h->tokens.count)
            continue;
        for (size_t k = 0; k < count; k++) {
            const expense_run *top = expense__block_run(s, blocks + k, 0);
            bool over = top->y0 > label->y0 && top->y0 - label->y1 < 3.5 * s->em &&
                        expense__overlap(label->x0, label->x1, top->x0, top->x1) > 0.3;

            blocks[k].labelled = blocks[k].labelled || over || has_run(blocks + k, run);
        }
    }
}

q_code expense__blocks_find(const expense_leaf *leaf, expense_block **out, size_t *count,
                            q_err *err)
{
    expense_block *blocks = q_arena_array(leaf->sheet.arena, MAX_BLOCKS, sizeof *blocks);

    if (!blocks)
        return q_err_nomem(err);
    *count = blocks_build(leaf, blocks);
    contacts_mark(leaf, blocks, *count);
    labelled_mark(leaf, blocks, *count);
    *out = blocks;
    return Q_OK;
}
