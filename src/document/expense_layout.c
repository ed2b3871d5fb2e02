#include "document/expense_layout.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "document/expense_mend.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 8000 };

double expense__overlap(double a0, double a1, double b0, double b1)
{
    double lo = a0 > b0 ? a0 : b0, hi = a1 < b1 ? a1 : b1;
    double narrow = a1 - a0 < b1 - b0 ? a1 - a0 : b1 - b0;

    return hi <= lo || narrow <= 0 ? 0 : (hi - lo) / narrow;
}

/* The plain letters of an accented Latin one; NULL when it has none. */
static const char *plain_letters(uint32_t cp)
{
    static const struct {
        uint32_t from, to;
        const char *plain;
    } ranges[] = {
        {0xC0, 0xC5, "a"},  {0xC6, 0xC6, "ae"},   {0xC7, 0xC7, "c"},      {0xC8, 0xCB, "e"},
        {0xCC, 0xCF, "i"},  {0xD1, 0xD1, "n"},    {0xD2, 0xD6, "o"},      {0xD8, 0xD8, "o"},
        {0xD9, 0xDC, "u"},  {0xDD, 0xDD, "y"},    {0xDF, 0xDF, "ss"},     {0xE0, 0xE5, "a"},
        {0xE6, 0xE6, "ae"}, {0xE7, 0xE7, "c"},    {0xE8, 0xEB, "e"},      {0xEC, 0xEF, "i"},
        {0xF1, 0xF1, "n"},  {0xF2, 0xF6, "o"},    {0xF8, 0xF8, "o"},      {0xF9, 0xFC, "u"},
        {0xFD, 0xFF, "y"},  {0x152, 0x153, "oe"}, {0xFB01, 0xFB01, "fi"}, {0xFB02, 0xFB02, "fl"},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (cp >= ranges[i].from && cp <= ranges[i].to)
            return ranges[i].plain;
    return NULL;
}

static bool means_number(q_str part)
{
    static const char *const ways[] = {"number", "num",    "nr",  "nummer",
                                       "numero", "nombre", "nbr", "numer"};

    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (q_str_is(part, ways[i]))
            return true;
    return false;
}

/* Ends the part that began at `from` in out[0..n); returns the new length. */
static size_t part_end(char *out, size_t from, size_t n)
{
    if (!means_number((q_str){out + from, n - from}))
        return n;
    memcpy(out + from, "no", 2);
    return from + 2;
}

q_str expense__fold(q_arena *a, q_str text)
{
    size_t n = 0, part = 0, len;
    char *out = q_arena_alloc(a, 4 * text.n + 1); /* "#" alone becomes " no " */

    if (!out)
        return (q_str){NULL, 0};
    for (; text.n; text = q_str_sub(text, len, SIZE_MAX)) {
        uint32_t cp = q_utf8_decode(text, &len);
        const char *plain = cp == Q_UTF8_BAD ? NULL : plain_letters(cp);

        if (cp < 128 && q_is_alnum((char)cp)) {
            out[n++] = q_to_lower((char)cp);
        } else if (plain) {
            while (*plain)
                out[n++] = *plain++;
        } else if ((cp == 0xB0 || cp == 0xBA) && n == part + 1 && out[part] == 'n') {
            out[n++] = 'o'; /* n° */
        } else {
            n = part_end(out, part, n);
            if (n && out[n - 1] != ' ')
                out[n++] = ' ';
            if (cp == '#' || cp == 0x2116) { /* U+2116: numero sign */
                memcpy(out + n, "no ", 3);
                n += 3;
            }
            part = n;
        }
    }
    n = part_end(out, part, n);
    if (n && out[n - 1] == ' ')
        n--;
    return (q_str){out, n};
}

static q_str join(const expense_sheet *s, expense_span span, bool mended)
{
    q_buf b = q_buf_init(s->arena, SIZE_MAX);
    q_str out = {NULL, 0};

    for (size_t i = 0; i < span.count; i++) {
        const expense_token *t = s->tokens + span.first + i;

        if (i)
            q_buf_char(&b, ' ');
        q_buf_put(&b, mended ? t->mended : t->text);
    }
    return q_buf_finish(&b, &out, NULL) ? (q_str){NULL, 0} : out;
}

q_str expense__join(const expense_sheet *s, expense_span span)
{
    return join(s, span, false);
}

q_str expense__join_mended(const expense_sheet *s, expense_span span)
{
    return join(s, span, true);
}

q_code expense__text(const expense_sheet *s, expense_span span, q_expense_text *out, q_err *err)
{
    const expense_token *t = s->tokens + span.first;
    double sum = 0;

    *out = (q_expense_text){.text = {"", 0}};
    if (!span.count)
        return Q_OK;
    out->text = expense__join(s, span);
    if (!out->text.p)
        return q_err_nomem(err);
    out->box = t->box;
    for (size_t i = 0; i < span.count; i++) {
        out->box = q_box_join(out->box, t[i].box);
        sum += t[i].confidence;
    }
    out->confidence = (float)(sum / (double)span.count);
    out->present = true;
    return Q_OK;
}

q_code expense__text_add(const expense_sheet *s, expense_span span, q_expense_text *to, q_err *err)
{
    q_buf b = q_buf_init(s->arena, SIZE_MAX);
    q_expense_text line;
    q_code rc = expense__text(s, span, &line, err);

    if (rc || !line.present)
        return rc;
    if (!to->present) {
        *to = line;
        return Q_OK;
    }
    q_buf_put(&b, to->text);
    q_buf_char(&b, '\n');
    q_buf_put(&b, line.text);
    rc = q_buf_finish(&b, &to->text, err);
    if (rc)
        return rc;
    to->box = q_box_join(to->box, line.box);
    to->confidence = to->confidence < line.confidence ? to->confidence : line.confidence;
    return Q_OK;
}

/* "3.05*1", "2x3.50": a price and how many; what follows the mark begins at the result, 0 without.
 */
static size_t times_point(q_str w)
{
    size_t points = 0, at = 0;

    for (size_t i = 0; i < w.n; i++) {
        bool mark = w.p[i] == '*' || w.p[i] == 'x' || w.p[i] == 'X';

        if (w.p[i] == '.')
            points++;
        else if (mark && !at && i && i + 1 < w.n)
            at = i;
        else if (!q_is_digit(w.p[i]))
            return 0;
    }
    return points == 1 || points == 2 ? at + (at && w.p[at] == '*') : 0;
}

/* Where a word falls into a label and its value: behind a colon that follows
 * letters ("Date:12/03"), behind a # ("Inv#123"), at a multiplication. 0 when it is one piece.
 */
static size_t split_point(q_str w)
{
    bool letters = false;

    for (size_t i = 0; i + 1 < w.n; i++) {
        letters = letters || q_is_alpha(w.p[i]) || (unsigned char)w.p[i] >= 0x80;
        if (w.p[i] == ':' && letters && w.p[i + 1] != '/')
            return i + 1;
        if (w.p[i] == '#' && i > 0 && q_is_alnum(w.p[i + 1]))
            return i + 1;
    }
    return times_point(w);
}

static void token_place(expense_token *t, const expense_sheet *s)
{
    t->x0 = t->box.left * s->width;
    t->x1 = q_box_right(t->box) * s->width;
    t->y0 = t->box.top * s->height;
    t->y1 = q_box_bottom(t->box) * s->height;
}

/* Text that runs up or down the margin would tie rows together. */
static bool is_upright(const expense_token *t)
{
    double width = t->x1 - t->x0, height = t->y1 - t->y0;
    size_t chars = q_utf8_count(t->text);

    return chars < 3 || height <= (chars < 4 ? 1.7 : 1.4) * width;
}

static void token_add(expense_sheet *s, const q_word *w, q_str text, double from, double to)
{
    expense_token *t = s->tokens + s->token_count;

    *t = (expense_token){.text = text, .mended = text, .box = w->box, .confidence = w->confidence};
    t->box.left += from * w->box.width;
    t->box.width = (to - from) * w->box.width;
    token_place(t, s);
    if (is_upright(t))
        s->token_count++;
}

static q_code tokens_read(const q_page *page, expense_sheet *s, q_err *err)
{
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;

    s->tokens = q_arena_array(s->arena, 2 * n + 1, sizeof(*s->tokens));
    if (!s->tokens)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const q_word *w = page->words + i;
        size_t cut = split_point(w->text);
        double at = w->text.n ? (double)cut / (double)w->text.n : 0;

        if (!w->text.n)
            continue;
        if (cut)
            token_add(s, w, q_str_sub(w->text, 0, cut), 0, at);
        token_add(s, w, q_str_sub(w->text, cut, SIZE_MAX), at, 1);
    }
    for (size_t i = 0; i < s->token_count; i++) {
        s->tokens[i].folded = expense__fold(s->arena, s->tokens[i].text);
        if (!s->tokens[i].folded.p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

static int by_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static q_code em_measure(expense_sheet *s, q_err *err)
{
    double *h = q_arena_array(s->arena, s->token_count + 1, sizeof(*h));

    if (!h)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->token_count; i++)
        h[i] = s->tokens[i].y1 - s->tokens[i].y0;
    qsort(h, s->token_count, sizeof(*h), by_double);
    s->em = s->token_count ? h[s->token_count / 2] : 1;
    if (!(s->em > 0.1))
        s->em = 0.1;
    return Q_OK;
}

static int by_left(const void *a, const void *b)
{
    const expense_token *x = a, *y = b;

    if (x->x0 != y->x0)
        return x->x0 < y->x0 ? -1 : 1;
    if (x->y0 != y->y0)
        return x->y0 < y->y0 ? -1 : 1;
    return (x->text.p > y->text.p) - (x->text.p < y->text.p);
}

static int by_row(const void *a, const void *b)
{
    const expense_token *x = a, *y = b;

    return x->row != y->row ? (x->row < y->row ? -1 : 1) : by_left(a, b);
}

typedef struct growing_row {
    double y0, y1;     /* of its last token: follows a skewed scan */
    double middle_sum; /* of the tokens' vertical middles */
    size_t count, order;
    bool tall; /* of a stamp or heading that reaches over several rows */
} growing_row;

static int by_height(const void *a, const void *b)
{
    const growing_row *x = *(growing_row *const *)a, *y = *(growing_row *const *)b;
    double mx = x->middle_sum / (double)x->count, my = y->middle_sum / (double)y->count;

    return mx != my ? (mx < my ? -1 : 1) : (x > y) - (x < y);
}

/* Left to right, each token joins the row whose last token it overlaps most. */
static size_t rows_grow(expense_sheet *s, growing_row *rows)
{
    size_t n = 0;

    qsort(s->tokens, s->token_count, sizeof(*s->tokens), by_left);
    for (size_t i = 0; i < s->token_count; i++) {
        expense_token *t = s->tokens + i;
        size_t best = n;
        double most = 0.5;
        bool tall = t->y1 - t->y0 > 3.5 * s->em;

        for (size_t r = 0; r < n; r++) {
            double o = expense__overlap(t->y0, t->y1, rows[r].y0, rows[r].y1);

            if (rows[r].tall != tall)
                continue;
            if (o > most || (o == most && best < n && o > 0.5)) {
                most = o;
                best = r;
            }
        }
        if (best == n)
            rows[n++] = (growing_row){.tall = tall};
        t->row = best;
        /* a dash or comma must not narrow the row */
        if (!rows[best].count || t->y1 - t->y0 > 0.6 * s->em) {
            rows[best].y0 = t->y0;
            rows[best].y1 = t->y1;
        }
        rows[best].middle_sum += (t->y0 + t->y1) / 2;
        rows[best].count++;
    }
    return n;
}

static q_code rows_find(expense_sheet *s, q_err *err)
{
    growing_row *rows = q_arena_array(s->arena, s->token_count + 1, sizeof(*rows));
    growing_row **order = q_arena_array(s->arena, s->token_count + 1, sizeof(growing_row *));

    if (!rows || !order)
        return q_err_nomem(err);
    s->row_count = rows_grow(s, rows);
    for (size_t r = 0; r < s->row_count; r++)
        order[r] = rows + r;
    qsort(order, s->row_count, sizeof(growing_row *), by_height);
    for (size_t r = 0; r < s->row_count; r++)
        order[r]->order = r;
    for (size_t i = 0; i < s->token_count; i++)
        s->tokens[i].row = rows[s->tokens[i].row].order;
    qsort(s->tokens, s->token_count, sizeof(*s->tokens), by_row);
    s->rows = q_arena_array(s->arena, s->row_count + 1, sizeof(*s->rows));
    return s->rows ? Q_OK : q_err_nomem(err);
}

/* Is the gap between two neighbours wider than blanks are? Measured in the
 * width of their own characters. A recognised word ends with its ink: its
 * characters are wider than they look by what the last one lacks, and blanks by
 * what the characters beside them lack.
 */
static bool is_wide_gap(const expense_token *a, const expense_token *b, double em, bool exact)
{
    double chars = (double)(q_utf8_count(a->text) + q_utf8_count(b->text)) - (exact ? 0 : 0.6);
    double width = ((a->x1 - a->x0) + (b->x1 - b->x0)) / chars;

    if (width > 0.9 * em)
        width = 0.9 * em;
    if (width < 0.35 * em)
        width = 0.35 * em;
    return b->x0 - a->x1 > (exact ? 2.0 : 2.3) * width;
}

static q_code runs_find(expense_sheet *s, bool exact, q_err *err)
{
    s->runs = q_arena_array(s->arena, s->token_count + 1, sizeof(*s->runs));
    if (!s->runs)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->token_count; i++) {
        expense_token *t = s->tokens + i;
        expense_row *row = s->rows + t->row;
        expense_run *run;

        if (!row->tokens.count) {
            *row = (expense_row){.tokens = {i, 0},
                                 .first_run = s->run_count,
                                 .x0 = t->x0,
                                 .y0 = t->y0,
                                 .x1 = t->x1,
                                 .y1 = t->y1};
        }
        if (!row->tokens.count || is_wide_gap(t - 1, t, s->em, exact)) {
            s->runs[s->run_count++] = (expense_run){t->row, {i, 0}, t->x0, t->y0, t->x1, t->y1};
            row->run_count++;
        }
        run = s->runs + s->run_count - 1;
        run->tokens.count++;
        row->tokens.count++;
        t->run = s->run_count - 1;
        run->x1 = row->x1 = run->x1 > t->x1 ? run->x1 : t->x1;
        run->y0 = run->y0 < t->y0 ? run->y0 : t->y0;
        run->y1 = run->y1 > t->y1 ? run->y1 : t->y1;
        row->y0 = row->y0 < t->y0 ? row->y0 : t->y0;
        row->y1 = row->y1 > t->y1 ? row->y1 : t->y1;
    }
    return Q_OK;
}

static q_code tokens_mend(expense_sheet *s, q_err *err)
{
    const q_str none = {"", 0};

    for (size_t i = 0; i < s->token_count; i++) {
        expense_token *t = s->tokens + i;
        bool first = i == 0 || t[-1].row != t->row;
        bool last = i + 1 == s->token_count || t[1].row != t->row;

        t->mended =
            expense__mend(s->arena, t->text, first ? none : t[-1].text, last ? none : t[1].text);
        if (t->mended.p && !q_str_eq(t->mended, t->text))
            t->folded = expense__fold(s->arena, t->mended);
        if (!t->mended.p || !t->folded.p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

q_code expense__sheet_read(const q_page *page, size_t number, q_arena *a, expense_sheet *out,
                           q_err *err)
{
    q_code rc;

    *out = (expense_sheet){.arena = a, .page = number};
    out->width = page->width_pt > 1 ? page->width_pt : 612;
    out->height = page->height_pt > 1 ? page->height_pt : 792;
    rc = tokens_read(page, out, err);
    if (!rc)
        rc = em_measure(out, err);
    if (!rc)
        rc = rows_find(out, err);
    if (!rc)
        rc = runs_find(out, page->from_text_layer, err);
    if (!rc && !page->from_text_layer)
        rc = tokens_mend(out, err);
    return rc;
}
