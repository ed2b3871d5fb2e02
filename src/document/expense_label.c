#include "document/expense_label.h"

#include "document/expense_lexicon.h"

#include <string.h>

/* A phrase of the lexicon, taken apart once for each page. */
typedef struct phrase {
    const expense_label *label;
    q_str text;
    size_t parts;
} phrase;

typedef struct part { /* one blank-free piece of a token's folded text */
    q_str text;
    size_t token;
} part;

typedef struct finder {
    const expense_sheet *s;
    phrase *phrases;
    size_t phrase_count;
    part *parts;
    size_t part_count;
    bool exact;
} finder;

bool expense__near(q_str a, q_str b, size_t limit)
{
    enum { MAX = 40 };
    size_t row[MAX + 1];

    if (a.n > MAX || b.n > MAX || a.n > b.n + limit || b.n > a.n + limit)
        return false;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0], least = i;

        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
            size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            diagonal = row[j];
            row[j] = change < shift ? change : shift;
            least = row[j] < least ? row[j] : least;
        }
        if (least > limit)
            return false;
    }
    return row[b.n] <= limit;
}

/* 1 for equal words, 0.9 for nearly equal long ones, 0 otherwise. */
static float part_matches(q_str word, q_str found, bool exact)
{
    if (q_str_eq(word, found))
        return 1;
    if (exact || word.n < 5 || (word.p[0] != found.p[0] && word.n < 7))
        return 0;
    return expense__near(word, found, word.n < 9 ? 1 : 2) ? 0.9F : 0;
}

/* The words of the phrase written as one: "subtotal", "invoiceno". */
static bool is_written_together(q_str text, q_str found)
{
    size_t k = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            continue;
        if (k == found.n || found.p[k] != text.p[i])
            return false;
        k++;
    }
    return k == found.n && k >= 6;
}

static bool same_row(const finder *f, size_t a, size_t b)
{
    return f->s->tokens[f->parts[a].token].row == f->s->tokens[f->parts[b].token].row;
}

/* How well the phrase stands at part `at`; *used counts the parts it takes. */
static float phrase_matches(const finder *f, const phrase *ph, size_t at, size_t *used)
{
    q_str rest = ph->text, word;
    float quality = 1;

    *used = ph->parts;
    if (ph->parts > 1 && is_written_together(ph->text, f->parts[at].text)) {
        *used = 1;
        return 0.95F;
    }
    if (at + ph->parts > f->part_count || !same_row(f, at, at + ph->parts - 1))
        return 0;
    for (size_t i = 0; i < ph->parts; i++) {
        const expense_token *t = f->s->tokens + f->parts[at + i].token;
        float q;

        (void)q_str_cut(rest, ' ', &word, &rest);
        q = part_matches(word, f->parts[at + i].text, f->exact);
        quality = q < quality ? q : quality;
        if (quality <= 0)
            return 0;
        /* the words of a label stand together */
        if (i && f->parts[at + i].token != f->parts[at + i - 1].token &&
            t->x0 - t[-1].x1 > 3 * f->s->em)
            return 0;
    }
    return quality;
}

static q_code phrases_list(finder *f, bool columns, q_err *err)
{
    size_t n = 0;

    for (size_t pass = 0; pass < 2; pass++) {
        n = 0;
        for (size_t i = 0; i < expense__lexicon_count; i++) {
            const expense_label *l = expense__lexicon + i;
            q_str rest = q_str_of(l->phrases);

            while (rest.n && (l->kind == EXPENSE_COLUMN) == columns) {
                phrase ph = {.label = l, .parts = 1};

                (void)q_str_cut(rest, '|', &ph.text, &rest);
                for (size_t k = 0; k < ph.text.n; k++)
                    ph.parts += ph.text.p[k] == ' ';
                if (pass)
                    f->phrases[n] = ph;
                n++;
            }
        }
        if (!pass)
            f->phrases = q_arena_array(f->s->arena, n, sizeof(*f->phrases));
        if (!f->phrases)
            return q_err_nomem(err);
    }
    f->phrase_count = n;
    return Q_OK;
}

static q_code parts_list(finder *f, q_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < f->s->token_count; i++)
        n += f->s->tokens[i].folded.n / 2 + 1;
    f->parts = q_arena_array(f->s->arena, n + 1, sizeof(*f->parts));
    if (!f->parts)
        return q_err_nomem(err);
    for (size_t i = 0; i < f->s->token_count; i++) {
        q_str rest = f->s->tokens[i].folded, word;

        while (rest.n) {
            (void)q_str_cut(rest, ' ', &word, &rest);
            f->parts[f->part_count++] = (part){word, i};
        }
    }
    return Q_OK;
}

static bool colon_behind(const expense_sheet *s, size_t last)
{
    q_str t = s->tokens[last].text;
    const expense_token *next = last + 1 < s->token_count ? s->tokens + last + 1 : NULL;

    if (t.p[t.n - 1] == ':' || t.p[t.n - 1] == '=')
        return true;
    return next && next->row == s->tokens[last].row &&
           (next->text.p[0] == ':' || q_str_is(next->text, "="));
}

static expense_hit hit_make(const finder *f, const phrase *ph, size_t at, size_t used, float q)
{
    const expense_sheet *s = f->s;
    size_t first = f->parts[at].token, last = f->parts[at + used - 1].token;
    expense_hit h = {.label = ph->label, .tokens = {first, last - first + 1}, .quality = q};

    h.leads = s->runs[s->tokens[first].run].tokens.first == first &&
              (!at || f->parts[at - 1].token != first);
    h.colon = colon_behind(s, last);
    return h;
}

/* "INV/2023/0008" is a number, no label: digits go on in the same token. */
static bool is_code(const finder *f, const phrase *ph, size_t at, size_t used)
{
    size_t token = f->parts[at + used - 1].token;

    if (ph->label->kind == EXPENSE_AMOUNT)
        return false;
    for (size_t i = at + used; i < f->part_count && f->parts[i].token == token; i++)
        for (size_t k = 0; k < f->parts[i].text.n; k++)
            if (q_is_digit(f->parts[i].text.p[k]))
                return true;
    return false;
}

/* The longest phrases at part `at`, each with its own label; the parts taken. */
static size_t hits_at(const finder *f, size_t at, expense_hits *out)
{
    size_t longest = 0, parts = 0, used, first = out->count;
    float best = 0;

    for (size_t i = 0; i < f->phrase_count; i++) {
        float q = phrase_matches(f, f->phrases + i, at, &used);

        if (q <= 0 || f->phrases[i].text.n < longest ||
            (f->phrases[i].text.n == longest && q < best) || is_code(f, f->phrases + i, at, used))
            continue;
        if (f->phrases[i].text.n > longest || q > best) {
            out->count = first;
            longest = f->phrases[i].text.n;
            best = q;
        }
        if (out->count < first + 4)
            out->hits[out->count++] = hit_make(f, f->phrases + i, at, used, q);
        parts = used;
    }
    return parts;
}

q_code expense__labels_find(const expense_sheet *s, bool columns, bool exact, expense_hits *out,
                            q_err *err)
{
    finder f = {.s = s, .exact = exact};
    size_t cap = 0;
    q_code rc;

    *out = (expense_hits){0};
    rc = phrases_list(&f, columns, err);
    if (!rc)
        rc = parts_list(&f, err);
    if (rc)
        return rc;
    for (size_t at = 0; at < f.part_count;) {
        size_t used;

        rc = q_arena_grow(s->arena, &out->hits, &cap, out->count + 4, sizeof(*out->hits));
        if (rc)
            return q_err_nomem(err);
        used = hits_at(&f, at, out);
        at += used ? used : 1;
    }
    return Q_OK;
}

bool expense__label_is(const expense_hit *h, const char *type)
{
    return !strcmp(h->label->type, type);
}
