#include "document/expense_choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 24, KEPT_OTHERS = 400 }; /* of each type */

static bool is_type(const expense_candidate *c, const char *type)
{
    return q_str_is(c->field.type, type);
}

static bool same(double a, double b)
{
    return fabs(a - b) < 0.0051;
}

static void type_set(expense_candidate *c, const char *type)
{
    c->field.type = q_str_of(type);
}

static size_t times_seen(const expense_evidence *e, double amount)
{
    size_t n = 0;

    for (size_t i = 0; i < e->sum_count; i++)
        n += same(e->sums[i].value, amount);
    return n;
}

/* The best score of a candidate of that type with that amount; 0 without. */
static double has_amount(const expense_candidates *c, const char *type, double amount)
{
    double best = 0;

    for (size_t i = 0; i < c->count; i++)
        if (is_type(c->items + i, type) && same(c->items[i].amount, amount) &&
            c->items[i].score > best)
            best = c->items[i].score;
    return best;
}

static const expense_candidate *best_of(const expense_candidates *c, const char *type)
{
    const expense_candidate *best = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (is_type(c->items + i, type) && (!best || c->items[i].score > best->score))
            best = c->items + i;
    return best;
}

static q_code copy_as(expense_candidates *c, const expense_candidate *from, const char *type,
                      double score, q_err *err)
{
    expense_candidate copy = *from;

    type_set(&copy, type);
    copy.score = score;
    return expense__candidate_add(c, &copy, err);
}

/* A candidate for the total from a sum that has no label of its own. */
static q_code total_from(expense_candidates *c, const expense_sum *sum, double score, q_err *err)
{
    expense_candidate x = {.score = score, .amount = sum->value, .tokens = sum->tokens};
    q_code rc = expense__text(sum->sheet, sum->tokens, &x.field.value, err);

    x.field.type = q_str_of("TOTAL");
    x.field.page = sum->sheet->page;
    x.field.currency = sum->currency;
    x.field.label.text = (q_str){"", 0};
    x.row = sum->sheet->tokens[sum->tokens.first].row;
    x.field.value.text = expense__amount_text(sum->sheet, sum->tokens);
    if (!rc && !x.field.value.text.p)
        rc = q_err_nomem(err);
    return rc ? rc : expense__candidate_add(c, &x, err);
}

/* The sum from which a net amount is left when an agency has its 15 %, where both that sum and the
 * 15 % stand on the page; NULL without one.
 */
static const expense_sum *gross_of(const expense_evidence *e, double net)
{
    for (size_t i = 0; i < e->sum_count; i++) {
        double gross = e->sums[i].value, share = gross - net;

        if (net < 1 || fabs(gross * 0.15 - share) > 0.011)
            continue;
        for (size_t k = 0; k < e->sum_count; k++)
            if (same(fabs(e->sums[k].value), share))
                return e->sums + i;
    }
    return NULL;
}

/* "Net" is what remains before tax, or what is owed after a commission, or
 * simply the total, by what else the page adds up to.
 */
static q_code net_settle(expense_candidates *c, const expense_evidence *e, q_err *err)
{
    q_code rc = Q_OK;
    size_t n = c->count;

    for (size_t i = 0; i < n && !rc; i++) {
        bool less_than_gross = false, plus_tax = false, small = false;
        double amount = c->items[i].amount;
        const expense_sum *gross;

        if (!is_type(c->items + i, "net"))
            continue;
        gross = gross_of(e, amount);
        for (size_t k = 0; k < n; k++) {
            const expense_candidate *o = c->items + k;
            bool whole = is_type(o, "gross") || is_type(o, "TOTAL") || is_type(o, "AMOUNT_DUE");

            less_than_gross =
                less_than_gross || (is_type(o, "gross") && amount < o->amount - 0.005);
            plus_tax = plus_tax || (whole && o->amount > amount + 0.005 &&
                                    has_amount(c, "TAX", o->amount - amount) > 0.4);
            small = small || ((is_type(o, "AMOUNT_DUE") || is_type(o, "SUBTOTAL")) &&
                              o->score > 0.6 && o->amount > amount + 0.005);
        }
        if (small && !plus_tax && !less_than_gross)
            c->items[i].score *= 0.6;
        type_set(c->items + i, plus_tax                   ? "SUBTOTAL"
                               : less_than_gross || gross ? "AMOUNT_DUE"
                               : small                    ? "SUBTOTAL"
                                                          : "TOTAL");
        if (gross && !less_than_gross)
            rc = total_from(c, gross, c->items[i].score, err);
    }
    for (size_t i = 0; i < c->count; i++)
        if (is_type(c->items + i, "gross"))
            type_set(c->items + i, "TOTAL");
    return rc;
}

/* What is due is the total where it is subtotal and tax and nothing else is called that. */
static q_code due_imply(expense_candidates *c, q_err *err)
{
    size_t n = c->count;

    for (size_t i = 0; i < n; i++) {
        const expense_candidate *due = c->items + i;
        double score = due->score * 0.9;

        if (!is_type(due, "AMOUNT_DUE") || has_amount(c, "TOTAL", due->amount) > 0)
            continue;
        for (size_t k = 0; k < n; k++)
            if (is_type(c->items + k, "SUBTOTAL") && c->items[k].amount < due->amount - 0.005 &&
                has_amount(c, "TAX", due->amount - c->items[k].amount) > 0.4)
                return copy_as(c, due, "TOTAL", score, err);
    }
    return Q_OK;
}

static void add(expense_candidate *c, double by)
{
    c->score += by;
}

/* Among several sums that agree, by rate and in all, the largest is in all. */
static double largest_agreeing(const expense_candidates *c)
{
    double largest = 0;

    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->count; k++) {
            const expense_candidate *total = c->items + i, *sub = c->items + k;

            if (is_type(total, "TOTAL") && is_type(sub, "SUBTOTAL") &&
                !same(total->amount, sub->amount) &&
                has_amount(c, "TAX", total->amount - sub->amount) > 0.15)
                largest = fmax(largest, fabs(total->amount));
        }
    return largest;
}

/* subtotal + tax = total */
static void weigh_tax(expense_candidates *c)
{
    size_t n = c->count;
    double largest = largest_agreeing(c);

    for (size_t i = 0; i < n; i++) {
        expense_candidate *total = c->items + i;
        double most = 0, gain = 0.12 + (same(fabs(total->amount), largest) ? 0.13 : 0);

        if (!is_type(total, "TOTAL") && !is_type(total, "AMOUNT_DUE"))
            continue;
        for (size_t k = 0; k < n; k++) {
            expense_candidate *sub = c->items + k;
            double tax;

            if (!is_type(sub, "SUBTOTAL") || same(sub->amount, total->amount))
                continue;
            tax = has_amount(c, "TAX", total->amount - sub->amount);
            if (tax < 0.15)
                continue;
            most = gain + 0.03;
            add(sub, gain);
            for (size_t m = 0; m < n; m++)
                if (is_type(c->items + m, "TAX") &&
                    same(c->items[m].amount, total->amount - sub->amount))
                    add(c->items + m, gain);
        }
        add(total, most);
    }
}

/* cash - change = total; total + rounding = rounded total */
static void weigh_payment(expense_candidates *c, expense_candidate *total)
{
    bool paid = false, exact = false, rounded = false;
    size_t change_row = SIZE_MAX;

    for (size_t i = 0; i < c->count; i++) {
        const expense_candidate *a = c->items + i;

        if (is_type(a, "AMOUNT_PAID")) {
            exact = exact || same(a->amount, total->amount);
            for (size_t k = 0; k < c->count; k++)
                paid = paid || (is_type(c->items + k, "change") && c->items[k].amount >= 0 &&
                                same(a->amount - fabs(c->items[k].amount), total->amount));
        }
        if (is_type(a, "change") && a->field.page == total->field.page && a->row < change_row)
            change_row = a->row;
        if (is_type(a, "rounding") && !same(a->amount, 0) && fabs(a->amount) < 0.5)
            for (size_t k = 0; k < c->count; k++)
                rounded = rounded ||
                          ((is_type(c->items + k, "TOTAL") || is_type(c->items + k, "SUBTOTAL")) &&
                           same(fabs(c->items[k].amount - total->amount), fabs(a->amount)) &&
                           c->items[k].row < total->row);
    }
    add(total, paid ? 0.25 : exact ? 0.1 : 0);
    add(total, rounded ? 0.12 : 0);
    if (change_row < total->row)
        add(total, -0.2);
}

static void weigh_totals(expense_candidates *c, const expense_evidence *e)
{
    size_t last_page = 1;

    for (size_t i = 0; i < c->count; i++)
        last_page = c->items[i].field.page > last_page ? c->items[i].field.page : last_page;
    for (size_t i = 0; i < c->count; i++) {
        expense_candidate *t = c->items + i;
        size_t seen;

        if (!is_type(t, "TOTAL"))
            continue;
        weigh_payment(c, t);
        seen = times_seen(e, t->amount);
        add(t, seen > 2 ? 0.06 : seen > 1 ? 0.04 : 0);
        if (e->items_sum > 0 && same(e->items_sum, t->amount))
            add(t, 0.1);
        if (same(t->amount, 0))
            t->score *= 0.4;
        /* sums stand below what they sum, on the last page */
        add(t, 0.0004 * (double)(t->row < 100 ? t->row : 100));
        if (last_page > 1)
            add(t, 0.05 * (double)t->field.page / (double)last_page);
    }
}

/* Cash is paid in steps of five cents. */
static bool is_round(double amount)
{
    return fabs(amount * 20 - round(amount * 20)) < 0.01;
}

/* The total once its cents are rounded as a line of the receipt says: "60.31, rounding -0.01". It
 * has a label as well, or stands below by itself.
 */
static q_code rounded_apply(expense_candidates *c, const expense_evidence *e,
                            const expense_candidate *total, double rounding, q_err *err)
{
    double score = total->score + 0.03, want = total->amount;
    size_t row = total->row;

    for (int sign = 1; sign >= -1; sign -= 2) {
        double rounded = want + sign * rounding;

        if (!is_round(rounded))
            continue;
        for (size_t i = 0; i < c->count; i++)
            if (is_type(c->items + i, "TOTAL") && same(c->items[i].amount, rounded)) {
                c->items[i].score = fmax(c->items[i].score, score);
                return Q_OK;
            }
        for (size_t i = e->sum_count; i-- > 0;)
            if (same(e->sums[i].value, rounded) &&
                e->sums[i].sheet->tokens[e->sums[i].tokens.first].row > row)
                return total_from(c, e->sums + i, score, err);
    }
    return Q_OK;
}

static q_code rounded_imply(expense_candidates *c, const expense_evidence *e, q_err *err)
{
    const expense_candidate *best = best_of(c, "TOTAL");
    double total = best ? best->amount : 0, score = best ? best->score + 0.02 : 0;
    size_t n = c->count;

    for (size_t i = 0; best && i < n; i++) {
        const expense_candidate *r = c->items + i;
        double cents = fabs(r->amount);

        if (!is_type(r, "rounding"))
            continue;
        if (r->amount > 0.5 && !same(r->amount, total) && fabs(r->amount - total) < 0.06)
            return copy_as(c, r, "TOTAL", score, err); /* "rounding 27.30" */
        if (cents > 0.005 && cents < 0.05 && !is_round(total))
            return rounded_apply(c, e, best, cents, err);
    }
    return Q_OK;
}

/* Nothing is called a total: the sum that the items make up, else the largest that stands there
 * twice, else, where there are items, the largest. NULL without one.
 */
static const expense_sum *likeliest_sum(const expense_evidence *e)
{
    const expense_sum *best = NULL;
    int most = -1;

    for (size_t i = 0; i < e->sum_count; i++) {
        const expense_sum *x = e->sums + i;
        int points = (same(x->value, e->items_sum) ? 2 : 0) + (times_seen(e, x->value) > 1);

        if (x->value > 0.004 && (points > most || (points == most && x->value >= best->value))) {
            most = points;
            best = x;
        }
    }
    return best;
}

/* Without a labelled total: what is due, or was paid less the change. */
static q_code total_imply(expense_candidates *c, const expense_evidence *e, q_err *err)
{
    const expense_candidate *best = best_of(c, "TOTAL"), *other, *change = best_of(c, "change");
    const expense_sum *sum;

    if (best && best->score >= 0.45)
        return Q_OK;
    other = best_of(c, "AMOUNT_DUE");
    if (other && other->score > 0.4)
        return copy_as(c, other, "TOTAL", other->score * 0.8, err);
    other = best_of(c, "SUBTOTAL");
    if (other && other->score > 0.4)
        return copy_as(c, other, "TOTAL", other->score * 0.6, err);
    other = best_of(c, "AMOUNT_PAID");
    if (other && (!change || same(change->amount, 0)))
        return copy_as(c, other, "TOTAL", other->score * 0.6, err);
    sum = best ? NULL : likeliest_sum(e);
    return sum ? total_from(c, sum, 0.25, err) : Q_OK;
}

void expense__candidates_prune(expense_candidates *c)
{
    size_t kept = 0, others = 0;

    /* those kept stay in order, so the ones before i are at c->items[0..kept) */
    for (size_t i = 0; i < c->count; i++) {
        const expense_candidate *x = c->items + i;
        size_t better = 0;

        if (is_type(x, "OTHER")) {
            if (others++ < KEPT_OTHERS)
                c->items[kept++] = *x;
            continue;
        }
        for (size_t k = 0; k < kept; k++)
            better +=
                q_str_eq(c->items[k].field.type, x->field.type) && c->items[k].score >= x->score;
        for (size_t k = i + 1; k < c->count; k++)
            better +=
                q_str_eq(c->items[k].field.type, x->field.type) && c->items[k].score > x->score;
        if (better < KEPT)
            c->items[kept++] = *x;
    }
    c->count = kept;
}

static bool is_room_type(q_str type)
{
    return type.n && type.p[0] >= 'a' && type.p[0] <= 'z';
}

static int by_place(const void *a, const void *b)
{
    const q_expense_field *x = a, *y = b;

    if (x->page != y->page)
        return x->page < y->page ? -1 : 1;
    if (x->value.box.top != y->value.box.top)
        return x->value.box.top < y->value.box.top ? -1 : 1;
    return (x->value.box.left > y->value.box.left) - (x->value.box.left < y->value.box.left);
}

/* May the candidate stand beside the best one of its type? */
static bool is_further(const expense_candidates *c, size_t i, const expense_candidate *best)
{
    const expense_candidate *x = c->items + i;

    if (is_type(x, "OTHER"))
        return true;
    if (!is_type(x, "TAX") || x->score < 0.5 || x->row == best->row)
        return false;
    for (size_t k = 0; k < i; k++)
        if (is_type(c->items + k, "TAX") && c->items[k].row == x->row)
            return false;
    return true;
}

q_code expense__choose(expense_candidates *c, const expense_evidence *e, q_expense *out, q_err *err)
{
    q_code rc;

    rc = net_settle(c, e, err);
    if (!rc)
        rc = due_imply(c, err);
    if (rc)
        return rc;
    weigh_tax(c);
    weigh_totals(c, e);
    rc = rounded_imply(c, e, err);
    if (!rc)
        rc = total_imply(c, e, err);
    if (rc)
        return rc;
    out->fields = q_arena_array(c->arena, c->count + 1, sizeof(*out->fields));
    if (!out->fields)
        return q_err_nomem(err);
    for (size_t i = 0; i < c->count; i++) {
        const expense_candidate *x = c->items + i;
        const expense_candidate *best = NULL;

        if (x->score < 0.22 || is_room_type(x->field.type) || !x->field.type.n)
            continue;
        for (size_t k = 0; k < c->count && !is_type(x, "OTHER"); k++)
            if (q_str_eq(c->items[k].field.type, x->field.type) &&
                (!best || c->items[k].score > best->score))
                best = c->items + k;
        if (best && x != best && !is_further(c, i, best))
            continue;
        out->fields[out->field_count] = x->field;
        out->fields[out->field_count++].type_confidence = (float)(100 * x->score);
    }
    qsort(out->fields, out->field_count, sizeof(*out->fields), by_place);
    return Q_OK;
}
