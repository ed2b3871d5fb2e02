#include "document/expense.h"

#include "document/expense_bare.h"
#include "document/expense_choose.h"
#include "document/expense_field.h"
#include "document/expense_pair.h"
#include "document/expense_party.h"
#include "document/expense_table.h"

#include <math.h>

/* The pages under work and what they share. */
typedef struct reading {
    const q_pages *pages;
    q_arena *arena;
    expense_leaf *leaves;
    expense_candidates found;
    expense_evidence evidence;
    double *amounts;
    size_t amount_cap;
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
static q_code amounts_collect(reading *r, const expense_sheet *s, q_err *err)
{
    enum { MAX = 64 };

    for (size_t i = 0; i < s->row_count; i++) {
        expense_amount a[MAX];
        size_t n = expense__amounts_in(s, s->rows[i].tokens, a, MAX);

        if (q_arena_grow(r->arena, &r->amounts, &r->amount_cap, r->evidence.amount_count + n,
                         sizeof(*r->amounts)))
            return q_err_nomem(err);
        for (size_t k = 0; k < n; k++)
            if (!a[k].percent && (a[k].decimals == 2 || a[k].marked))
                r->amounts[r->evidence.amount_count++] = a[k].value;
    }
    r->evidence.amounts = r->amounts;
    return Q_OK;
}

static double items_sum(const q_expense *e)
{
    double sum = 0, v;

    for (size_t t = 0; t < e->table_count; t++)
        for (size_t i = 0; i < e->tables[t].count; i++)
            for (size_t f = 0; f < e->tables[t].items[i].count; f++) {
                const q_expense_field *x = e->tables[t].items[i].fields + f;

                if (q_str_is(x->type, "PRICE") && q_amount_parse(x->value.text, &v))
                    sum += v;
            }
    return sum;
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
    for (size_t i = 0; i < r->evidence.amount_count; i++)
        money = money || fabs(r->evidence.amounts[i]) > 0.004;
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
            rc = amounts_collect(r, &r->leaves[i].sheet, err);
    }
    return rc;
}

q_code q_expense_read(const q_pages *pages, q_arena *a, q_expense *out, q_err *err)
{
    reading r = {.pages = pages, .arena = a, .found = {.arena = a}};
    q_code rc;

    *out = (q_expense){0};
    rc = leaves_open(&r, err);
    if (!rc)
        rc = expense__tables_find(r.leaves, pages->count, a, out, err);
    for (size_t i = 0; i < pages->count && !rc; i++) {
        rc = expense__fields_find(r.leaves + i, &r.found, err);
        if (!rc)
            rc = expense__bare_find(r.leaves + i, &r.found, err);
        if (!rc)
            rc = expense__pairs_find(r.leaves + i, &r.found, err);
        expense__candidates_prune(&r.found);
    }
    if (!rc)
        rc = expense__parties_find(r.leaves, pages->count, &r.found, err);
    if (rc)
        return rc;
    expense__candidates_prune(&r.found);
    r.evidence.items_sum = items_sum(out);
    rc = expense__choose(&r.found, &r.evidence, out, err);
    if (!rc)
        out->is_expense = looks_like_expense(&r, out);
    return rc;
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
