#include "document/expense.h"

#include "document/expense_bare.h"
#include "document/expense_choose.h"
#include "document/expense_field.h"
#include "document/expense_group.h"
#include "document/expense_pair.h"
#include "document/expense_party.h"
#include "document/expense_sums.h"
#include "document/expense_sure.h"
#include "document/expense_table.h"

#include <math.h>

/* The pages under work and what they share. */
typedef struct reading {
    const q_pages *pages;
    q_arena *arena;
    expense_leaf *leaves;
    expense_candidates found;
    expense_evidence evidence;
    expense_sum *sums;
    size_t sum_cap;
} reading;

static q_code leaf_open(const reading *r, size_t i, q_err *err)
{
    const q_page *page = r->pages->pages + i;
    expense_leaf *leaf = r->leaves + i;
    q_code rc = expense__sheet_read(page, i + 1, r->arena, &leaf->sheet, err);

    if (rc)
        return rc;
    leaf->exact = page->from_text_layer;
    leaf->row_use = q_arena_alloc(r->arena, leaf->sheet.row_count + 1);
    if (!leaf->row_use)
        return q_err_nomem(err);
    return expense__labels_find(&leaf->sheet, false, leaf->exact, &leaf->hits, err);
}

/* Every sum with its cents, or with a currency's sign, on the page. */
static q_code sums_collect(reading *r, const expense_sheet *s, q_err *err)
{
    enum { MAX = 64 };

    for (size_t i = 0; i < s->row_count; i++) {
        expense_amount a[MAX];
        size_t n = expense__amounts_in(s, s->rows[i].tokens, a, MAX);

        if (q_arena_grow(r->arena, &r->sums, &r->sum_cap, r->evidence.sum_count + n,
                         sizeof(*r->sums)))
            return q_err_nomem(err);
        for (size_t k = 0; k < n; k++)
            if (!a[k].percent && (a[k].decimals == 2 || a[k].marked))
                r->sums[r->evidence.sum_count++] =
                    (expense_sum){a[k].value, a[k].currency, s, a[k].tokens};
    }
    r->evidence.sums = r->sums;
    return Q_OK;
}

/* A heading that is the whole of its run, or nearly. */
static bool is_titled(const expense_leaf *leaf)
{
    const expense_sheet *s = &leaf->sheet;

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (expense__label_is(h, "invoice") &&
            s->runs[s->tokens[h->tokens.first].run].tokens.count <= h->tokens.count + 2)
            return true;
    }
    return false;
}

/* Points for what invoices and receipts have together and others do not. */
static bool looks_like_expense(const reading *r, const q_expense *e)
{
    static const struct {
        const char *type;
        float least;
        int points;
    } signs[] = {
        {"TOTAL", 55, 2},
        {"AMOUNT_DUE", 55, 1},
        {"SUBTOTAL", 55, 1},
        {"TAX", 55, 1},
        {"AMOUNT_PAID", 55, 1},
        {"DUE_DATE", 55, 1},
        {"PAYMENT_TERMS", 70, 1},
        {"INVOICE_RECEIPT_ID", 60, 2},
        {"VENDOR_VAT_NUMBER", 55, 1},
        {"VENDOR_GST_NUMBER", 55, 1},
    };
    int points = e->table_count ? 1 : 0;
    bool titled = false, money = false;

    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        const q_expense_field *f = q_expense_get(e, signs[i].type);

        points += f && f->type_confidence >= signs[i].least ? signs[i].points : 0;
    }
    for (size_t i = 0; i < r->evidence.sum_count; i++)
        money = money || fabs(r->evidence.sums[i].value) > 0.004;
    for (size_t p = 0; p < r->pages->count; p++)
        titled = titled || is_titled(r->leaves + p);
    points += titled ? 2 : 0;
    return money && points >= (q_expense_get(e, "AMOUNT_PAID") && titled ? 3 : 4);
}

static q_code leaves_open(reading *r, q_err *err)
{
    q_code rc = Q_OK;

    r->leaves = q_arena_array(r->arena, r->pages->count + 1, sizeof(*r->leaves));
    if (!r->leaves)
        return q_err_nomem(err);
    for (size_t i = 0; i < r->pages->count && !rc; i++) {
        rc = leaf_open(r, i, err);
        if (!rc)
            rc = sums_collect(r, &r->leaves[i].sheet, err);
    }
    return rc;
}

static q_code fields_choose(reading *r, q_expense *out, q_err *err)
{
    size_t count = r->pages->count;
    q_code rc;

    *out = (q_expense){0};
    rc = leaves_open(r, err);
    if (!rc)
        rc = expense__tables_find(r->leaves, count, r->arena, out, err);
    for (size_t i = 0; i < count && !rc; i++) {
        rc = expense__fields_find(r->leaves + i, &r->found, err);
        if (!rc)
            rc = expense__bare_find(r->leaves + i, &r->found, err);
        if (!rc)
            rc = expense__pairs_find(r->leaves + i, &r->found, err);
        expense__candidates_prune(&r->found);
    }
    if (!rc)
        rc = expense__parties_find(r->leaves, count, &r->found, err);
    if (rc)
        return rc;
    expense__candidates_prune(&r->found);
    r->evidence.items_sum = expense__items_sum(out->tables, out->table_count);
    rc = expense__choose(&r->found, &r->evidence, out, err);
    if (!rc)
        out->is_expense = looks_like_expense(r, out);
    return rc;
}

q_code expense__read_raw(const q_pages *pages, q_arena *a, q_expense *out, q_err *err)
{
    reading r = {.pages = pages, .arena = a, .found = {.arena = a}};

    return fields_choose(&r, out, err);
}

/* A field beside a better one of its type is less sure than its own score says. */
static q_code scores_weigh(q_expense *e, q_arena *a, q_err *err)
{
    float *sure = q_arena_array(a, e->field_count + 1, sizeof *sure);

    if (!sure)
        return q_err_nomem(err);
    for (size_t i = 0; i < e->field_count; i++) {
        const q_expense_field *f = e->fields + i;
        bool beside = !q_str_is(f->type, "OTHER") && q_expense_get(e, f->type.p) != f;

        sure[i] = expense__sure(f, (double)f->type_confidence / 100) * (beside ? 0.8F : 1);
    }
    for (size_t i = 0; i < e->field_count; i++)
        e->fields[i].type_confidence = sure[i];
    return Q_OK;
}

q_code q_expense_read(const q_pages *pages, q_arena *a, q_expense *out, q_err *err)
{
    reading r = {.pages = pages, .arena = a, .found = {.arena = a}};
    q_expense_table plain = {.count = 0};
    q_code rc = fields_choose(&r, out, err);

    if (!rc && pages->count && !r.leaves[0].exact)
        rc = expense__plain_items(r.leaves, &plain, err);
    if (rc)
        return rc;
    expense__items_settle(out, &plain);
    rc = scores_weigh(out, a, err);
    return rc ? rc : expense__groups_add(r.leaves, &r.found, out, err);
}

const q_expense_field *q_expense_get(const q_expense *e, const char *type)
{
    const q_expense_field *best = NULL;

    for (size_t i = 0; i < e->field_count; i++)
        if (q_str_is(e->fields[i].type, type) &&
            (!best || e->fields[i].type_confidence > best->type_confidence))
            best = e->fields + i;
    return best;
}
