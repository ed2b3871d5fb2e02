#include "document/expense_field.h"

#include <math.h>
#include <string.h>

enum { MAX_AMOUNTS = 24, MAX_DATES = 8, ROWS_BELOW = 4 };

q_code expense__candidate_add(expense_candidates *c, const expense_candidate *item, q_err *err)
{
    q_code rc = q_arena_grow(c->arena, &c->items, &c->cap, c->count + 1, sizeof(*c->items));

    if (rc)
        return q_err_nomem(err);
    c->items[c->count++] = *item;
    return Q_OK;
}

/* Does this hit end what belongs to a label left of it? */
static bool hit_blocks(const expense_hit *h)
{
    switch (h->label->kind) {
    case EXPENSE_TITLE:
    case EXPENSE_COLUMN:
        return false;
    case EXPENSE_NOTHING:
    case EXPENSE_PARTY:
        return h->leads || h->colon;
    default:
        return h->leads || h->colon || h->label->strength > 0.85F;
    }
}

expense_span expense__behind(const expense_leaf *leaf, size_t hit)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + hit;
    const expense_row *row = s->rows + s->tokens[h->tokens.first].row;
    size_t from = h->tokens.first + h->tokens.count, to = row->tokens.first + row->tokens.count;

    for (size_t i = hit + 1; i < leaf->hits.count; i++) {
        const expense_hit *next = leaf->hits.hits + i;

        if (next->tokens.first >= to)
            break;
        if (next->tokens.first >= from && hit_blocks(next)) {
            to = next->tokens.first;
            break;
        }
    }
    return (expense_span){from, to > from ? to - from : 0};
}

typedef struct search {
    const expense_leaf *leaf;
    const expense_sheet *s;
    const expense_hit *hit;
    expense_span right; /* behind the label in its row */
    double x0, x1;      /* the label's extent */
    size_t row;
    double score; /* of the label alone */
    expense_candidates *out;
} search;

static bool has_letters(q_str folded)
{
    for (size_t i = 0; i < folded.n; i++)
        if (q_is_alpha(folded.p[i]))
            return true;
    return false;
}

size_t expense__words_between(const expense_sheet *s, size_t from, size_t to)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        n += has_letters(s->tokens[i].folded) && !expense__currency(s->tokens[i].text).n;
    return n;
}

/* A colon before it and the end of a sentence are no part of the value. */
q_str expense__without_stop(q_str s)
{
    while (s.n > 1 && memchr(":=;#, ", s.p[0], 6))
        s = q_str_sub(s, 1, SIZE_MAX);
    while (s.n > 1 && memchr(".,;:)", s.p[s.n - 1], 5))
        s.n--;
    return s;
}

static q_code value_add(const search *q, expense_span value, double score, double amount,
                        q_str currency, q_err *err)
{
    expense_candidate c = {.score = score, .amount = amount, .tokens = value, .labelled = true};
    q_code rc;

    if (score <= 0.02)
        return Q_OK;
    c.field.type = q_str_of(q->hit->label->type);
    c.field.page = q->s->page;
    c.field.currency = currency;
    c.row = q->s->tokens[value.first].row;
    rc = expense__text(q->s, q->hit->tokens, &c.field.label, err);
    if (!rc)
        rc = expense__text(q->s, value, &c.field.value, err);
    if (q->hit->label->kind != EXPENSE_AMOUNT)
        c.field.value.text = expense__without_stop(c.field.value.text);
    if (!rc && q->hit->label->kind == EXPENSE_AMOUNT) {
        c.field.value.text = expense__amount_text(q->s, value);
        rc = c.field.value.text.p ? Q_OK : q_err_nomem(err);
    }
    return rc ? rc : expense__candidate_add(q->out, &c, err);
}

/* Tokens of a row below that stand in the label's column: all of the runs
 * that overlap it.
 */
static expense_span below(const search *q, size_t row)
{
    const expense_sheet *s = q->s;
    const expense_row *r = s->rows + row;
    expense_span span = {0, 0};

    for (size_t i = r->first_run; i < r->first_run + r->run_count; i++) {
        const expense_run *run = s->runs + i;
        double slack = s->em;

        if (run->x1 < q->x0 - slack || run->x0 > q->x1 + slack)
            continue;
        if (expense__overlap(q->x0 - slack, q->x1 + slack, run->x0, run->x1) < 0.5)
            continue;
        if (!span.count)
            span.first = run->tokens.first;
        span.count = run->tokens.first + run->tokens.count - span.first;
    }
    return span;
}

/* Is there a label in the span? Then what stands there has its own. */
static bool has_label(const expense_leaf *leaf, expense_span span)
{
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (h->tokens.first >= span.first + span.count)
            break;
        if (h->tokens.first >= span.first && (h->leads || h->colon) &&
            h->label->kind != EXPENSE_TITLE && h->label->kind != EXPENSE_COLUMN &&
            h->label->strength > 0.7F)
            return true;
    }
    return false;
}

/* The rows under the label, at most ROWS_BELOW and no farther than a few
 * lines.
 */
static size_t rows_below(const search *q)
{
    size_t n = 0;
    double bottom = q->s->tokens[q->hit->tokens.first].y1;

    while (n < ROWS_BELOW && q->row + n + 1 < q->s->row_count &&
           q->s->rows[q->row + n + 1].y0 - bottom < 5 * q->s->em)
        n++;
    return n;
}

static double amount_fit(const expense_amount *a)
{
    if (a->percent)
        return 0;
    if (a->decimals == 2)
        return a->marked ? 1 : 0.98;
    if (a->marked)
        return 0.9;
    return a->decimals == 0 || a->decimals == 1 ? 0.5 : 0.45;
}

static q_code amount_right(const search *q, bool *found, q_err *err)
{
    expense_amount a[MAX_AMOUNTS];
    size_t n = expense__amounts_in(q->s, q->right, a, MAX_AMOUNTS), best = n, sums = 0;
    double fit = 0, score;
    size_t words;

    for (size_t i = 0; i < n; i++) {
        double f = amount_fit(a + i);

        sums += f > 0.6;
        if (f > 0 && f >= fit - 0.15) {
            fit = f > fit ? f : fit;
            best = i;
        }
    }
    *found = best < n;
    if (!*found)
        return Q_OK;
    words = expense__words_between(q->s, q->right.first, a[best].tokens.first);
    score = q->score * amount_fit(a + best) * pow(0.9, words > 2 ? (double)(words - 2) : 0);
    if (sums > 1)
        score *= 0.85;
    return value_add(q, a[best].tokens, score, a[best].value, a[best].currency, err);
}

static q_code amount_below(const search *q, q_err *err)
{
    q_code rc = Q_OK;
    double place = 0.7;

    for (size_t k = 1; k <= rows_below(q) && !rc; k++, place *= 0.9) {
        expense_amount a[MAX_AMOUNTS];
        expense_span span = below(q, q->row + k);
        size_t n = expense__amounts_in(q->s, span, a, MAX_AMOUNTS);

        if (has_label(q->leaf, q->s->rows[q->row + k].tokens))
            break;
        for (size_t i = 0; i < n && !rc; i++)
            if (amount_fit(a + i) > 0.6)
                rc = value_add(q, a[i].tokens, q->score * place * amount_fit(a + i), a[i].value,
                               a[i].currency, err);
    }
    return rc;
}

/* On a skewed or crumpled scan the sum may have come into the row above or
 * below: the nearest one at the label's height, right of it.
 */
static q_code amount_beside(const search *q, bool *found, q_err *err)
{
    const expense_row *own = q->s->rows + q->row;
    double middle = (own->y0 + own->y1) / 2;

    for (size_t r = q->row ? q->row - 1 : 1; r <= q->row + 1 && r < q->s->row_count; r += 2) {
        const expense_row *row = q->s->rows + r;
        expense_span span = row->tokens;
        expense_amount a[MAX_AMOUNTS];
        size_t n;

        if (fabs((row->y0 + row->y1) / 2 - middle) > 1.1 * q->s->em || has_label(q->leaf, span))
            continue;
        while (span.count && q->s->tokens[span.first].x0 < q->x1) {
            span.first++;
            span.count--;
        }
        n = expense__amounts_in(q->s, span, a, MAX_AMOUNTS);
        if (!n || amount_fit(a + n - 1) < 0.6)
            continue;
        *found = true;
        return value_add(q, a[n - 1].tokens, q->score * 0.85 * amount_fit(a + n - 1),
                         a[n - 1].value, a[n - 1].currency, err);
    }
    return Q_OK;
}

static q_code find_amount(const search *q, q_err *err)
{
    bool found;
    q_code rc = amount_right(q, &found, err);

    if (!rc && !found && !q->leaf->exact)
        rc = amount_beside(q, &found, err);
    return rc || found ||
                   expense__words_between(q->s, q->right.first, q->right.first + q->right.count) > 2
               ? rc
               : amount_below(q, err);
}

static q_code find_date(const search *q, q_err *err)
{
    expense_date d[MAX_DATES];
    size_t n = expense__dates_in(q->s, q->right, d, MAX_DATES);

    if (n) {
        size_t words = expense__words_between(q->s, q->right.first, d[0].tokens.first);
        double score = q->score * pow(0.8, (double)words) * (d[0].plausible ? 1 : 0.5);

        return value_add(q, d[0].tokens, score, 0, (q_str){"", 0}, err);
    }
    if (expense__words_between(q->s, q->right.first, q->right.first + q->right.count) > 1 &&
        !q->hit->colon)
        return Q_OK;
    for (size_t k = 1; k <= rows_below(q) && k <= 2; k++) {
        n = expense__dates_in(q->s, below(q, q->row + k), d, MAX_DATES);
        if (n)
            return value_add(q, d[0].tokens, q->score * (k == 1 ? 0.8 : 0.7), 0, (q_str){"", 0},
                             err);
    }
    return Q_OK;
}

/* 0 when the token cannot be a document's number. */
static double id_fit(const expense_sheet *s, size_t i)
{
    q_str t = s->tokens[i].text;
    expense_date d;
    expense_amount a;
    size_t digits = 0, used, chars = 0;

    for (size_t k = 0; k < t.n; k++) {
        digits += q_is_digit(t.p[k]);
        chars += q_is_alnum(t.p[k]);
        if (t.p[k] == ':' || t.p[k] == '%' || t.p[k] == '@')
            return 0;
    }
    if (!digits)
        return 0;
    if (expense__date_parse(t, &d, &used) && used + 1 >= t.n && t.n < 11)
        return chars == t.n ? 0.8 : 0;
    if (expense__amount_parse(t, &a) && a.decimals == 2)
        return 0.1;
    return chars >= 4 ? 1 : chars == 3 ? 0.85 : chars == 2 ? 0.5 : 0.25;
}

/* The value without what clings to it: "#123", "(123),", "n°123" */
static q_code id_add(const search *q, size_t i, double score, q_err *err)
{
    q_code rc = value_add(q, (expense_span){i, 1}, score, 0, (q_str){"", 0}, err);
    expense_candidates *c = q->out;
    q_str *t;

    if (rc || score <= 0.02)
        return rc;
    t = &c->items[c->count - 1].field.value.text;
    while (t->n > 1 && memchr("#:(.,*-=", t->p[0], 8))
        *t = q_str_sub(*t, 1, SIZE_MAX);
    if (q_str_starts(*t, Q_STR("n°")) && t->n > 3)
        *t = q_str_sub(*t, 3, SIZE_MAX);
    while (t->n > 1 && memchr(").,;:*-", t->p[t->n - 1], 7))
        t->n--;
    return Q_OK;
}

static q_code find_id(const search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count, skipped = 0, from = q->right.first;

    /* "Credit note (389) No. 471102": the number is behind "No." */
    for (size_t i = from; i < end && i < from + 3; i++)
        if (q_str_is(q->s->tokens[i].folded, "no"))
            from = i + 1;
    for (size_t i = from; i < end && skipped <= 2; i++) {
        double fit = id_fit(q->s, i);

        if (fit > 0)
            return id_add(q, i, q->score * fit * pow(0.75, (double)skipped), err);
        skipped += has_letters(q->s->tokens[i].folded);
    }
    if (skipped)
        return Q_OK;
    for (size_t k = 1; k <= rows_below(q) && k <= 2; k++) {
        expense_span span = below(q, q->row + k);

        if (!span.count)
            continue;
        for (size_t i = span.first; i < span.first + span.count && i < span.first + 2; i++)
            if (id_fit(q->s, i) > 0.4)
                return id_add(q, i, q->score * 0.75 * id_fit(q->s, i), err);
        break;
    }
    return Q_OK;
}

static void count_signs(q_str t, size_t *digits, size_t *letters, bool *other)
{
    for (size_t k = 0; k < t.n; k++) {
        *digits += q_is_digit(t.p[k]);
        *letters += q_is_alpha(t.p[k]);
        if (!q_is_alnum(t.p[k]) && !strchr("-./()+,:#*", t.p[k]))
            *other = true;
    }
}

/* DE123456789, NL810433941B01, 51 824 753 556: tokens are joined while digits
 * go on.
 */
static q_code find_tax_id(const search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count;

    for (size_t i = q->right.first, skipped = 0; i < end && skipped <= 2; i++) {
        size_t digits = 0, letters = 0, n = 0;
        bool other = false;

        while (i + n < end && !other && digits < 16) {
            size_t d = digits, l = letters;

            if (n && q->s->tokens[i + n].x0 - q->s->tokens[i + n - 1].x1 > q->s->em)
                break;
            count_signs(q->s->tokens[i + n].text, &d, &l, &other);
            if (other || l > 6 || (n && d == digits) || (digits >= 8 && l > letters))
                break;
            digits = d;
            letters = l;
            n++;
        }
        if (digits >= 6 && digits <= 18 && n)
            return value_add(q, (expense_span){i, n}, q->score * pow(0.8, (double)skipped), 0,
                             (q_str){"", 0}, err);
        skipped += has_letters(q->s->tokens[i].folded);
    }
    return Q_OK;
}

static q_code find_phone(const search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count, from = q->right.first, digits = 0;
    size_t letters = 0, n = 0;
    bool other = false;

    while (from < end && !q->s->tokens[from].folded.n && q->s->tokens[from].text.p[0] != '(')
        from++;
    while (from + n < end) {
        if (n && q->s->tokens[from + n].x0 - q->s->tokens[from + n - 1].x1 > 2 * q->s->em)
            break;
        count_signs(q->s->tokens[from + n].text, &digits, &letters, &other);
        if (letters || other || digits > 16)
            break;
        n++;
    }
    if (digits < 7 || !n)
        return Q_OK;
    return value_add(q, (expense_span){from, n}, q->score, 0, (q_str){"", 0}, err);
}

/* Terms say "Net 30" or "Due in 14 days": only a label with a colon, or one
 * that begins a run of its own with more than a word, ends them.
 */
static size_t terms_end(const search *q)
{
    const expense_row *row = q->s->rows + q->row;
    size_t end = row->tokens.first + row->tokens.count;

    for (size_t i = 0; i < q->leaf->hits.count; i++) {
        const expense_hit *h = q->leaf->hits.hits + i;

        if (h->tokens.first >= q->right.first && h->tokens.first < end &&
            (h->colon || (h->leads && h->tokens.count > 1)))
            end = h->tokens.first;
    }
    return end > q->right.first ? end : q->right.first;
}

static q_code find_text(const search *q, q_err *err)
{
    expense_span span = q->right;
    double place = 1;

    span.count = terms_end(q) - span.first;
    while (span.count && !q->s->tokens[span.first].folded.n) {
        span.first++;
        span.count--;
    }
    if (!span.count && rows_below(q)) {
        span = below(q, q->row + 1);
        place = 0.6;
        if (has_label(q->leaf, span))
            span.count = 0;
    } else if (span.count) {
        const expense_run *run = q->s->runs + q->s->tokens[span.first].run;
        size_t end = run->tokens.first + run->tokens.count;

        span.count = end - span.first < span.count ? end - span.first : span.count;
    }
    if (!span.count)
        return Q_OK;
    return value_add(q, span, q->score * place, 0, (q_str){"", 0}, err);
}

/* "Total net (excl. VAT) 473.00": the sum belongs to the label that leads. */
static bool sum_is_taken(const expense_leaf *leaf, size_t i)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + i;

    if (h->label->kind != EXPENSE_AMOUNT || h->leads)
        return false;
    while (i-- > 0) {
        const expense_hit *before = leaf->hits.hits + i;
        size_t end = before->tokens.first + before->tokens.count;
        expense_amount a[1];

        if (s->tokens[before->tokens.first].row != s->tokens[h->tokens.first].row)
            return false;
        if (before->label->kind == EXPENSE_AMOUNT && before->leads && end <= h->tokens.first &&
            before->label->strength > 0.7F &&
            s->tokens[before->tokens.first].run == s->tokens[h->tokens.first].run &&
            !expense__amounts_in(s, (expense_span){end, h->tokens.first - end}, a, 1))
            return true;
    }
    return false;
}

/* "No 12, Mill Road": a bare "no" names a number only with its colon. */
static bool is_vague(const expense_hit *h)
{
    return h->label->kind == EXPENSE_ID && h->label->strength < 0.5F && !h->colon;
}

static q_code hit_search(const expense_leaf *leaf, size_t i, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + i;
    const expense_token *first = s->tokens + h->tokens.first;
    search q = {.leaf = leaf, .s = s, .hit = h, .row = first->row, .out = out};

    if (leaf->row_use[first->row] != EXPENSE_ROW_FREE || sum_is_taken(leaf, i) || is_vague(h))
        return Q_OK;
    q.right = expense__behind(leaf, i);
    q.x0 = first->x0;
    q.x1 = first[h->tokens.count - 1].x1;
    q.score = h->label->strength * h->quality * (h->leads ? 1 : h->colon ? 0.92 : 0.75);
    switch (h->label->kind) {
    case EXPENSE_AMOUNT:
        return find_amount(&q, err);
    case EXPENSE_DATE:
        return find_date(&q, err);
    case EXPENSE_ID:
        return find_id(&q, err);
    case EXPENSE_TAX_ID:
        return find_tax_id(&q, err);
    case EXPENSE_PHONE:
        return find_phone(&q, err);
    case EXPENSE_TEXT:
        return find_text(&q, err);
    default:
        return Q_OK;
    }
}

q_code expense__fields_find(const expense_leaf *leaf, expense_candidates *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < leaf->hits.count && !rc; i++)
        rc = hit_search(leaf, i, out, err);
    return rc;
}
