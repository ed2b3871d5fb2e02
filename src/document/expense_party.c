#include "document/expense_party.h"

#include "document/expense_address.h"

#include <math.h>
#include <string.h>

enum { MAX_LINES = 14, MAX_ADDRESS = 6, MAX_BLOCKS = 64 };

/* Runs under one another, as a letterhead or an address window has them. */
typedef struct block {
    size_t runs[MAX_LINES];
    expense_line_class classes[MAX_LINES];
    size_t count;
    const char *role; /* "vendor", "receiver", "elsewhere"; NULL without a label */
    bool contact;     /* a telephone, tax number or web address is in it */
    bool address;     /* a line looks like a postal address */
} block;

typedef struct parties {
    const expense_leaf *leaf;
    const expense_sheet *s;
    block *blocks;
    size_t count;
    expense_candidates *out;
    bool has_receiver_label;
} parties;

static const expense_run *run_of(const parties *p, const block *b, size_t line)
{
    return p->s->runs + b->runs[line];
}

/* Does the run go on below the block's last line? */
static bool follows(const parties *p, const block *b, const expense_run *r)
{
    const expense_run *last = run_of(p, b, b->count - 1);
    double em = p->s->em, pitch = (r->y0 + r->y1 - last->y0 - last->y1) / 2;
    double middle = fabs((r->x0 + r->x1) - (last->x0 + last->x1)) / 2;

    if (b->count == MAX_LINES || pitch <= 0.3 * em || pitch > (p->leaf->exact ? 2.0 : 3.2) * em)
        return false;
    if (expense__overlap(r->x0, r->x1, last->x0, last->x1) < 0.3)
        return false;
    return fabs(r->x0 - last->x0) < 1.5 * em || middle < 4 * em;
}

static void block_line(parties *p, block *b, size_t run)
{
    expense_line_class c = expense__line_class(p->leaf, run);
    const expense_run *r = p->s->runs + run;

    b->classes[b->count] = c;
    b->runs[b->count++] = run;
    b->address = b->address || c == EXPENSE_LINE_ADDRESS;
    for (size_t i = r->tokens.first; i < r->tokens.first + r->tokens.count; i++)
        b->contact = b->contact || q_str_has(p->s->tokens[i].text, '@') ||
                     q_str_starts(p->s->tokens[i].text, Q_STR("www.")) ||
                     q_str_starts(p->s->tokens[i].text, Q_STR("http"));
}

/* Is the run a party's heading? */
static bool starts_party(const parties *p, size_t run)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->label->kind == EXPENSE_PARTY && h->leads &&
            h->tokens.first == p->s->runs[run].tokens.first &&
            (h->colon || h->tokens.count == p->s->runs[run].tokens.count))
            return true;
    }
    return false;
}

static void blocks_build(parties *p)
{
    for (size_t i = 0; i < p->s->run_count; i++) {
        block *to = NULL;

        if (p->leaf->row_use[p->s->runs[i].row] != EXPENSE_ROW_FREE)
            continue;
        for (size_t k = p->count; k-- > 0 && !to && !starts_party(p, i);)
            if (follows(p, p->blocks + k, p->s->runs + i))
                to = p->blocks + k;
        if (!to) {
            if (p->count == MAX_BLOCKS)
                continue;
            to = p->blocks + p->count++;
            *to = (block){0};
        }
        block_line(p, to, i);
    }
}

static void contacts_mark(parties *p)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;
        size_t run = p->s->tokens[h->tokens.first].run;

        if (h->label->kind != EXPENSE_PHONE && h->label->kind != EXPENSE_TAX_ID)
            continue;
        for (size_t k = 0; k < p->count; k++)
            for (size_t l = 0; l < p->blocks[k].count; l++)
                p->blocks[k].contact = p->blocks[k].contact || p->blocks[k].runs[l] == run;
    }
}

static q_code party_add(const parties *p, const char *type, const q_expense_text *value,
                        const expense_hit *label, double score, size_t row, q_err *err)
{
    expense_candidate c = {.score = score, .row = row, .labelled = label != NULL};
    q_code rc = Q_OK;

    if (!value->present || score <= 0.05)
        return Q_OK;

    c.field.type = q_str_of(type);
    c.field.page = p->s->page;
    c.field.value = *value;
    while (c.field.value.text.n > 1 && q_str_ends(c.field.value.text, Q_STR(":")))
        c.field.value.text.n--;
    c.field.label.text = c.field.currency = (q_str){"", 0};
    if (label)
        rc = expense__text(p->s, label->tokens, &c.field.label, err);
    return rc ? rc : expense__candidate_add(p->out, &c, err);
}

/* The city line without a country's sign before the post code: "DE 80333". */
static expense_span without_country(const expense_sheet *s, expense_span span)
{
    const expense_token *t = s->tokens + span.first;

    if (span.count > 2 && t->text.n <= 2 && q_is_alpha(t->text.p[0]) && t[1].text.n >= 4 &&
        t[1].text.n <= 5 && q_is_digit(t[1].text.p[0]) && q_is_digit(t[1].text.p[1]) &&
        q_is_digit(t[1].text.p[2])) {
        span.first++;
        span.count--;
    }
    return span;
}

static bool is_house(const expense_sheet *s, expense_span span)
{
    size_t letters, digits;

    expense__count_signs(s, span, &letters, &digits);
    if (expense__company_signs(s, span) > 0 || q_str_has(s->tokens[span.first].text, '('))
        return false;
    return digits > 0 && letters >= 4 && digits <= letters;
}

/* The address among `count` lines: from the first that looks like one to the
 * last in reach, with what stands between.
 */
static q_code address_gather(const parties *p, const expense_span *lines,
                             const expense_line_class *classes, size_t count, q_expense_text *out,
                             q_err *err)
{
    size_t from = 0, to, last;
    q_code rc = Q_OK;

    *out = (q_expense_text){.text = {"", 0}};
    while (from < count && classes[from] != EXPENSE_LINE_ADDRESS)
        from++;
    if (from == count)
        return Q_OK;
    /* "Corner 12" above the town: no known word, but a house */
    while (from > 0 && classes[from - 1] == EXPENSE_LINE_TEXT && is_house(p->s, lines[from - 1]))
        from--;
    for (to = last = from; to < count && to < from + MAX_ADDRESS; to++) {
        if (classes[to] == EXPENSE_LINE_ADDRESS)
            last = to;
        else if (classes[to] != EXPENSE_LINE_TEXT || to > last + 1)
            break;
    }
    for (size_t i = from; i <= last && !rc; i++)
        rc = expense__text_add(p->s, without_country(p->s, lines[i]), out, err);
    return rc;
}

typedef struct party_lines {
    expense_span lines[MAX_LINES];
    expense_line_class classes[MAX_LINES];
    size_t count;
} party_lines;

static bool is_salutation(const expense_sheet *s, expense_span span)
{
    static const char *const words[] = {"herrn", "herr", "frau", "firma",    "mr",    "mrs",
                                        "ms",    "mme",  "m",    "monsieur", "madame"};

    for (size_t i = 0; span.count == 1 && i < sizeof(words) / sizeof(*words); i++)
        if (q_str_is(s->tokens[span.first].folded, words[i]))
            return true;
    return false;
}

/* "Corner Shop Sdn Bhd (519537-X)": the name ends before the number. */
static expense_span without_registration(const expense_sheet *s, expense_span span)
{
    size_t keep = span.count, digits = 0;

    for (size_t i = span.count; i-- > 1;) {
        q_str t = s->tokens[span.first + i].text;
        size_t own = 0;

        for (size_t k = 0; k < t.n; k++)
            own += q_is_digit(t.p[k]);
        digits += own;
        if (digits >= 4 && (t.p[0] == '(' || (own >= 4 && q_str_has(t, '-'))))
            keep = i;
    }
    while (keep > 1 && !s->tokens[span.first].folded.n) { /* specks */
        span.first++;
        keep--;
    }
    while (keep > 1 && !s->tokens[span.first + keep - 1].folded.n)
        keep--;
    return (expense_span){span.first, keep};
}

/* Name and address from the lines of one party; the first line of words is
 * the name, with the tail of a company's name below it.
 */
static q_code lines_emit(const parties *p, const party_lines *l, bool vendor,
                         const expense_hit *label, double score, q_err *err)
{
    q_expense_text name = {.text = {"", 0}}, address;
    size_t at = 0;
    q_code rc;

    while (at < l->count && l->classes[at] != EXPENSE_LINE_TEXT &&
           !(l->classes[at] == EXPENSE_LINE_ADDRESS &&
             expense__company_signs(p->s, l->lines[at]) >= 1))
        at++;
    if (at == l->count)
        return Q_OK;
    rc = expense__text_add(p->s, without_registration(p->s, l->lines[at]), &name, err);
    while (!rc && at + 1 < l->count &&
           (is_salutation(p->s, l->lines[at]) || expense__is_company_tail(p->s, l->lines[at + 1]) ||
            (at + 2 < l->count && l->lines[at + 1].count == 1 &&
             expense__is_company_tail(p->s, l->lines[at + 2])) ||
            (l->classes[at + 1] == EXPENSE_LINE_TEXT &&
             expense__company_signs(p->s, l->lines[at]) <= 0 &&
             expense__company_signs(p->s, l->lines[at + 1]) >= 1))) {
        at++;
        rc = expense__text_add(p->s, without_registration(p->s, l->lines[at]), &name, err);
    }
    if (!rc)
        rc = address_gather(p, l->lines + at + 1, l->classes + at + 1, l->count - at - 1, &address,
                            err);
    if (rc)
        return rc;
    rc = party_add(p, vendor ? "VENDOR_NAME" : "RECEIVER_NAME", &name, label, score,
                   p->s->tokens[l->lines[at].first].row, err);
    if (!rc)
        rc = party_add(p, vendor ? "VENDOR_ADDRESS" : "RECEIVER_ADDRESS", &address, label, score,
                       p->s->tokens[l->lines[at].first].row, err);
    return rc;
}

static void line_push(const parties *p, party_lines *l, expense_span span, size_t run)
{
    if (l->count == MAX_LINES || !span.count)
        return;
    l->lines[l->count] = span;
    l->classes[l->count] = expense__line_class(p->leaf, run);
    /* the label before it made it one; the rest of the run is words */
    if (span.first != p->s->runs[run].tokens.first) {
        size_t letters, digits;

        expense__count_signs(p->s, span, &letters, &digits);
        l->classes[l->count] = letters < 2                          ? EXPENSE_LINE_NUMBER
                               : expense__address_signs(p->s, span) ? EXPENSE_LINE_ADDRESS
                                                                    : EXPENSE_LINE_TEXT;
    }
    l->count++;
}

/* The runs below the label in its column, down to a gap or the next party. */
static void lines_below(const parties *p, const expense_run *label, double x0, double x1,
                        double pitch, party_lines *l)
{
    double bottom = label->y1, em = p->s->em;

    for (size_t r = label->row + 1; r < p->s->row_count; r++) {
        const expense_row *row = p->s->rows + r;
        double reach = (l->count ? pitch : 3.5) * em;

        if (row->y0 - bottom > reach)
            break;
        for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
            const expense_run *run = p->s->runs + i;

            if (run->x0 > x1 + em || run->x1 < x0 - em ||
                (run->x0 < x0 - 3 * em && run->x1 > x1 + 20 * em))
                continue;
            if (starts_party(p, i) || p->leaf->row_use[r] != EXPENSE_ROW_FREE)
                return;
            line_push(p, l, run->tokens, i);
            x1 = fmax(x1, fmin(run->x1, x0 + 30 * em));
            bottom = run->y1;
            break;
        }
    }
}

static const expense_hit *hit_leading(const parties *p, expense_span span, const char *type)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->tokens.first == span.first && expense__label_is(h, type))
            return h;
    }
    return NULL;
}

/* What stands behind a label in its row. */
static expense_span behind(const parties *p, const expense_hit *h)
{
    size_t i = 0;

    while (i + 1 < p->leaf->hits.count && p->leaf->hits.hits + i != h)
        i++;
    return expense__behind(p->leaf, i);
}

/* "Name: X" and "Address: Y" rows below a party's heading. */
static bool form_lines(const parties *p, const party_lines *from, party_lines *to)
{
    bool named = false;

    for (size_t i = 0; i < from->count; i++) {
        const expense_hit *name = hit_leading(p, from->lines[i], "name");
        const expense_hit *address = hit_leading(p, from->lines[i], "address");
        const expense_hit *h = name ? name : address;
        expense_span span;

        if (!h)
            continue;
        span = behind(p, h);
        while (span.count && !p->s->tokens[span.first].folded.n) {
            span.first++;
            span.count--;
        }
        if (!span.count)
            continue;
        named = named || name;
        line_push(p, to, span, p->s->tokens[span.first].run);
        if (address) {
            const expense_run *r = p->s->runs + p->s->tokens[span.first].run;
            double x0 = p->s->tokens[span.first].x0;

            to->classes[to->count - 1] = EXPENSE_LINE_ADDRESS;
            lines_below(p, r, x0, fmax(r->x1, x0 + 8 * p->s->em), 3, to);
        }
    }
    return named;
}

static q_code labelled_party(const parties *p, size_t hit, q_err *err)
{
    const expense_hit *h = p->leaf->hits.hits + hit;
    const expense_run *run = p->s->runs + p->s->tokens[h->tokens.first].run;
    /* a label may reach over two runs */
    const expense_run *end = p->s->runs + p->s->tokens[h->tokens.first + h->tokens.count - 1].run;
    party_lines lines = {.count = 0}, form = {.count = 0};
    expense_span rest = {h->tokens.first + h->tokens.count, 0};
    bool vendor = expense__label_is(h, "vendor");
    double score = h->label->strength * h->quality;

    rest.count = end->tokens.first + end->tokens.count - rest.first;
    while (rest.count && !p->s->tokens[rest.first].folded.n) {
        rest.first++;
        rest.count--;
    }
    /* "to", "from", "customer" in a sentence */
    if (rest.count && !h->colon &&
        (h->tokens.count == 1 ||
         (p->s->tokens[rest.first].text.p[0] >= 'a' && p->s->tokens[rest.first].text.p[0] <= 'z')))
        return Q_OK;
    if (rest.count)
        line_push(p, &lines, rest, p->s->tokens[rest.first].run);
    lines_below(p, run, rest.count ? p->s->tokens[rest.first].x0 : run->x0, run->x1,
                p->leaf->exact ? 1.3 : 2.2, &lines);
    if (h->tokens.count == 1 && !h->colon && h->tokens.count != run->tokens.count)
        score *= 0.6;
    if (form_lines(p, &lines, &form))
        lines = form;
    return lines_emit(p, &lines, vendor, h, score, err);
}

/* Lines of the page, folded, that are the same words: a name in the letterhead
 * and again in the footer.
 */
static size_t times_written(const parties *p, expense_span span)
{
    size_t n = 0;

    for (size_t i = 0; i + span.count <= p->s->token_count; i++) {
        size_t k = 0;

        while (k < span.count &&
               q_str_eq(p->s->tokens[i + k].folded, p->s->tokens[span.first + k].folded))
            k++;
        n += k == span.count;
    }
    return n;
}

/* Does a web or mail address carry the name? "www.harrow-finch.example" */
static bool in_domain(const parties *p, expense_span span)
{
    char name[48];
    size_t n = 0;

    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str f = p->s->tokens[i].folded;

        if (i > span.first && n >= 5 && expense__company_signs(p->s, (expense_span){i, 1}) >= 1)
            break;
        for (size_t k = 0; k < f.n && n < sizeof(name); k++)
            if (f.p[k] != ' ')
                name[n++] = f.p[k];
    }
    if (n < 4)
        return false;
    for (size_t i = 0; i < p->s->token_count; i++) {
        q_str t = p->s->tokens[i].text, f = p->s->tokens[i].folded;
        char flat[96];
        size_t m = 0;

        if (!q_str_has(t, '@') && !q_str_starts(t, Q_STR("www.")) &&
            !q_str_starts(t, Q_STR("http")))
            continue;
        for (size_t k = 0; k < f.n && m < sizeof(flat); k++)
            if (f.p[k] != ' ')
                flat[m++] = f.p[k];
        if (q_str_find((q_str){flat, m}, (q_str){name, n}) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool mostly_small(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count; i++)
        if (s->tokens[i].text.p[0] < 'a' || s->tokens[i].text.p[0] > 'z')
            return false;
    return true;
}

/* How much an unlabelled line looks like the sender's name. */
static double name_score(const parties *p, const block *b, size_t line)
{
    const expense_run *r = run_of(p, b, line);
    double score = 0.3, height = (r->y1 - r->y0) / p->s->em, top = r->y0 / p->s->height;
    double company = expense__company_signs(p->s, r->tokens);
    q_str last = p->s->tokens[r->tokens.first + r->tokens.count - 1].text;
    size_t letters, digits, words;

    expense__count_signs(p->s, r->tokens, &letters, &digits);
    words = without_registration(p->s, r->tokens).count;
    if (letters < 3 || words > 9 || expense__is_company_tail(p->s, r->tokens) ||
        (company < 1 && q_str_ends(last, Q_STR(":"))))
        return 0;
    score += company >= 1 ? 0.3 : 0.2 * company;
    score -= company < 1 && top > 0.4 ? 0.15 : 0;
    score += height > 1.7 ? 0.16 : height > 1.25 ? 0.1 : 0;
    score += 0.12 * (1 - fmin(1, 2.5 * top));
    score += b->contact ? 0.08 : 0;
    score += b->address ? 0.08 : 0;
    score += times_written(p, r->tokens) > 1 && r->tokens.count > 1 ? 0.06 : 0;
    score += in_domain(p, r->tokens) ? 0.15 : 0;
    score -= digits > letters / 2 ? 0.2 : 0;
    score -= letters < 5 ? 0.15 : 0;
    score -= mostly_small(p->s, r->tokens) ? 0.2 : 0;
    score -= words > 6 ? 0.1 : 0;
    score -= 0.03 * (double)(line > 4 ? 4 : line);
    score -= top > 0.5 ? 0.15 : 0;
    score -= q_str_ends(last, Q_STR(",")) ? 0.2 : 0;
    for (size_t i = 0; i < line; i++)
        if (b->classes[i] == EXPENSE_LINE_ADDRESS)
            return score - 0.25;
    return score;
}

/* The lines from `line` on, across a gap as receipts have it. */
static void letterhead_lines(const parties *p, const block *b, size_t line, party_lines *l)
{
    const expense_run *last;

    for (size_t i = line; i < b->count; i++)
        line_push(p, l, run_of(p, b, i)->tokens, b->runs[i]);
    last = run_of(p, b, b->count - 1);
    if (l->count < MAX_LINES) {
        size_t had = l->count;

        lines_below(p, last, last->x0, last->x1, p->leaf->exact ? 0.9 : 3, l);
        for (size_t i = had; i < l->count; i++)
            if (is_salutation(p->s, l->lines[i]))
                l->count = i;
    }
}

/* Is a label for something else in the run? Then its dashes part other things. */
static bool has_label_inside(const parties *p, const expense_run *r)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->tokens.first >= r->tokens.first &&
            h->tokens.first < r->tokens.first + r->tokens.count && h->colon)
            return true;
    }
    return false;
}

/* A letterhead on one line, "Name - Street 1 - 12345 Town": the parts. */
static q_code sender_line(const parties *p, size_t run, q_err *err)
{
    const expense_run *r = p->s->runs + run;
    size_t end = r->tokens.first + r->tokens.count, cut, last;
    size_t parts = expense__sender_parts(p->s, r->tokens, &cut, &last);
    q_expense_text name, address;
    party_lines window = {.count = 0};
    q_code rc;

    if (!parts || has_label_inside(p, r))
        return Q_OK;
    /* a last part without a number is the country */
    {
        size_t letters, digits;

        expense__count_signs(p->s, (expense_span){last, end - last}, &letters, &digits);
        if (!digits && parts > 3)
            end = last;
    }
    rc = expense__text(p->s, (expense_span){r->tokens.first, cut - r->tokens.first}, &name, err);
    if (!rc)
        rc = expense__text(p->s, (expense_span){cut + 1, end - cut - 1}, &address, err);
    if (!rc)
        rc = party_add(p, "VENDOR_NAME", &name, NULL, 0.93, r->row, err);
    if (!rc)
        rc = party_add(p, "VENDOR_ADDRESS", &address, NULL, 0.93, r->row, err);
    if (!rc) /* such a line stands over the receiver's address, in a window */
        lines_below(p, r, r->x0, r->x1, 2.4, &window);
    return rc ? rc : lines_emit(p, &window, false, NULL, 0.7, err);
}

/* A long name on two lines, its legal form on the lower one. */
static bool is_upper_half(const parties *p, const block *b, size_t line)
{
    const expense_run *r = run_of(p, b, line), *next = run_of(p, b, line + 1);
    double height = r->y1 - r->y0, below = next->y1 - next->y0;

    return p->leaf->exact && line == 0 && r->tokens.count <= 4 &&
           b->classes[1] == EXPENSE_LINE_TEXT && fabs(r->x0 - next->x0) < 0.3 * p->s->em &&
           fabs(height - below) < 0.1 * below && expense__company_signs(p->s, r->tokens) <= 0 &&
           expense__company_signs(p->s, next->tokens) >= 1;
}

static q_code unlabelled_vendor(const parties *p, const block *b, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < b->count && !rc; i++) {
        party_lines lines = {.count = 0};
        double score;

        if (b->classes[i] != EXPENSE_LINE_TEXT &&
            !(b->classes[i] == EXPENSE_LINE_ADDRESS &&
              expense__company_signs(p->s, run_of(p, b, i)->tokens) >= 1))
            continue;
        score = name_score(p, b, i);
        if (i + 1 < b->count && is_upper_half(p, b, i))
            score = fmax(score, name_score(p, b, i + 1) + 0.02);
        if (score < 0.2)
            continue;
        letterhead_lines(p, b, i, &lines);
        lines.classes[0] = EXPENSE_LINE_TEXT;
        rc = lines_emit(p, &lines, true, NULL, score, err);
    }
    if (!rc && b->address && b->contact) { /* an office, with its telephone */
        expense_span lines[MAX_LINES];
        q_expense_text address;

        for (size_t i = 0; i < b->count; i++)
            lines[i] = run_of(p, b, i)->tokens;
        rc = address_gather(p, lines, b->classes, b->count, &address, err);
        if (!rc)
            rc = party_add(p, "VENDOR_ADDRESS", &address, NULL, 0.5, 0, err);
    }
    return rc;
}

/* An address without telephone or tax number, high on the page, is the
 * window the letter shows.
 */
static q_code unlabelled_receiver(const parties *p, const block *b, q_err *err)
{
    party_lines lines = {.count = 0};
    const expense_run *first = run_of(p, b, 0);
    double score = 0.4;
    bool town = false;

    if (!b->address || b->contact || b->count < 3 || first->y0 > 0.55 * p->s->height)
        return Q_OK;
    for (size_t i = 0; i < b->count; i++) {
        line_push(p, &lines, run_of(p, b, i)->tokens, b->runs[i]);
        town = town || (b->classes[i] == EXPENSE_LINE_ADDRESS &&
                        expense__has_post_code(p->s, run_of(p, b, i)->tokens));
    }
    if (!town)
        return Q_OK;
    if (is_salutation(p->s, lines.lines[0]))
        score += 0.3;
    score += first->y0 > 0.08 * p->s->height ? 0.08 : 0;
    return lines_emit(p, &lines, false, NULL, score, err);
}

static void roles_mark(parties *p)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;
        size_t run = p->s->tokens[h->tokens.first].run;

        if (h->label->kind != EXPENSE_PARTY || !h->leads)
            continue;
        if (!h->colon && p->s->runs[run].tokens.count > h->tokens.count)
            continue;
        for (size_t k = 0; k < p->count; k++) {
            block *b = p->blocks + k;
            const expense_run *label = p->s->runs + run, *top = run_of(p, b, 0);

            for (size_t l = 0; l < b->count; l++)
                if (b->runs[l] == run)
                    b->role = h->label->type;
            if (!b->role && top->y0 > label->y0 && top->y0 - label->y1 < 3.5 * p->s->em &&
                expense__overlap(label->x0, label->x1, top->x0, top->x1) > 0.3)
                b->role = h->label->type;
        }
    }
}

static q_code page_parties(parties *p, q_err *err)
{
    size_t had = p->out->count;
    q_code rc = Q_OK;

    p->blocks = q_arena_array(p->s->arena, MAX_BLOCKS, sizeof(*p->blocks));
    if (!p->blocks)
        return q_err_nomem(err);
    blocks_build(p);
    contacts_mark(p);
    roles_mark(p);
    for (size_t i = 0; i < p->leaf->hits.count && !rc; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->label->kind == EXPENSE_PARTY && h->leads && !expense__label_is(h, "elsewhere") &&
            p->leaf->row_use[p->s->tokens[h->tokens.first].row] == EXPENSE_ROW_FREE)
            rc = labelled_party(p, i, err);
    }
    for (size_t i = had; i < p->out->count; i++)
        p->has_receiver_label =
            p->has_receiver_label || q_str_is(p->out->items[i].field.type, "RECEIVER_NAME");
    for (size_t i = 0; i < p->s->run_count && !rc; i++)
        rc = sender_line(p, i, err);
    for (size_t i = 0; i < p->count && !rc; i++) {
        if (p->blocks[i].role)
            continue;
        rc = unlabelled_vendor(p, p->blocks + i, err);
        if (!rc && !p->has_receiver_label)
            rc = unlabelled_receiver(p, p->blocks + i, err);
    }
    return rc;
}

/* One name cannot be both: the weaker of two equal readings goes. */
static void doubles_drop(expense_candidates *c)
{
    const expense_candidate *vendor = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (q_str_is(c->items[i].field.type, "VENDOR_NAME") &&
            (!vendor || c->items[i].score > vendor->score))
            vendor = c->items + i;
    for (size_t i = 0; vendor && i < c->count; i++)
        if (q_str_starts(c->items[i].field.type, Q_STR("RECEIVER")) && !c->items[i].labelled &&
            c->items[i].row == vendor->row && c->items[i].field.page == vendor->field.page)
            c->items[i].score = 0;
}

q_code expense__parties_find(const expense_leaf *leaves, size_t count, expense_candidates *out,
                             q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && i < 4 && !rc; i++) {
        parties p = {.leaf = leaves + i, .s = &leaves[i].sheet, .out = out};

        rc = page_parties(&p, err);
    }
    doubles_drop(out);
    return rc;
}
