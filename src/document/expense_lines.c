#include "document/expense_lines.h"

#include "document/expense_lines_model.h"
#include "document/expense_party_lines.h"

#include <math.h>

#define LINES_NAME_OF(name) #name,
const char *const lines_sign_names[LINES_SIGN_COUNT] = {LINES_SIGNS(LINES_NAME_OF)};
#undef LINES_NAME_OF

/* The lines of a page under work. */
typedef struct head {
    const expense_leaf *leaf;
    const expense_sheet *s;
    lines_line *lines;
    size_t count;
} head;

static const expense_token *first_of(const head *h, const lines_line *l)
{
    return h->s->tokens + l->tokens.first;
}

static const expense_token *last_of(const head *h, const lines_line *l)
{
    return h->s->tokens + l->tokens.first + l->tokens.count - 1;
}

/* Specks of a scan stand at the ends of lines. */
static expense_span without_specks(const expense_sheet *s, expense_span span)
{
    while (span.count > 1 && !s->tokens[span.first].folded.n) {
        span.first++;
        span.count--;
    }
    while (span.count > 1 && !s->tokens[span.first + span.count - 1].folded.n &&
           !q_str_is(s->tokens[span.first + span.count - 1].text, ","))
        span.count--;
    return span;
}

/* Runs of a row that are no columns apart become one line. */
static void lines_split(head *h)
{
    const expense_sheet *s = h->s;

    for (size_t r = 0; r < s->row_count && h->count < LINES_MAX; r++) {
        const expense_row *row = s->rows + r;

        for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
            const expense_run *run = s->runs + i;
            lines_line *l = h->count ? h->lines + h->count - 1 : NULL;

            if (i > row->first_run && l && run->x0 - run[-1].x1 < 3.5 * s->em) {
                l->tokens.count = run->tokens.first + run->tokens.count - l->tokens.first;
                continue;
            }
            if (h->count == LINES_MAX)
                break;
            h->lines[h->count++] = (lines_line){.tokens = run->tokens, .run = i};
        }
    }
    for (size_t i = 0; i < h->count; i++) {
        h->lines[i].tokens = without_specks(s, h->lines[i].tokens);
        h->lines[i].class = expense__span_class(h->leaf, h->lines[i].tokens);
    }
}

static bool has_word(const expense_sheet *s, expense_span span, const char *const *words, size_t n)
{
    for (size_t i = span.first; i < span.first + span.count; i++)
        for (size_t k = 0; k < n; k++)
            if (q_str_is(s->tokens[i].folded, words[k]))
                return true;
    return false;
}

/* Does the row end in a sum? */
static bool has_sum_beside(const expense_sheet *s, expense_span span)
{
    expense_amount a[4];
    size_t n = expense__amounts_in(s, s->rows[s->tokens[span.first].row].tokens, a, 4);

    return n && a[n - 1].decimals == 2 && !a[n - 1].percent;
}

static bool begins_with_house(const expense_sheet *s, expense_span span)
{
    static const char *const words[] = {"no", "lot", "unit", "lg", "level", "suite"};
    q_str w = s->tokens[span.first].folded, word;

    if (w.n && q_is_digit(w.p[0]))
        return span.count > 1 || w.n > 3;
    (void)q_str_cut(w, ' ', &word, &w);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (q_str_is(word, words[k]))
            return true;
    return false;
}

static size_t times_written(const expense_sheet *s, expense_span span)
{
    size_t n = 0;

    for (size_t i = 0; i + span.count <= s->token_count; i++) {
        size_t k = 0;

        while (k < span.count &&
               q_str_eq(s->tokens[i + k].folded, s->tokens[span.first + k].folded))
            k++;
        n += k == span.count;
    }
    return n;
}

static void place_signs(const head *h, size_t i, lines_line *l)
{
    static const int at[] = {LINES_AT_0, LINES_AT_1, LINES_AT_2, LINES_AT_3, LINES_AT_4,
                             LINES_AT_4, LINES_AT_6, LINES_AT_6, LINES_AT_6};
    double height = (last_of(h, l)->y1 - first_of(h, l)->y0) / h->s->em;
    size_t words = 0;

    l->signs[LINES_ANY] = true;
    l->signs[i < sizeof at / sizeof *at ? at[i] : LINES_AT_9] = true;
    for (size_t k = 0; k < i; k++) {
        size_t letters, digits;

        expense__count_signs(h->s, h->lines[k].tokens, &letters, &digits);
        words += letters >= 4 && h->lines[k].class != EXPENSE_LINE_NUMBER;
    }
    l->signs[LINES_FIRST_WORDS] = words == 0;
    l->signs[LINES_SECOND_WORDS] = words == 1;
    l->signs[LINES_THIRD_WORDS] = words == 2;
    l->signs[LINES_HIGH] = height > 1.7;
    l->signs[LINES_TALL] = height > 1.25 && height <= 1.7;
    l->signs[LINES_LOW] = height < 0.75;
    if (i) {
        double gap = first_of(h, l)->y0 - last_of(h, l - 1)->y1;

        l->signs[LINES_GAP_ABOVE] = gap > 1.1 * h->s->em;
        h->lines[i - 1].signs[LINES_GAP_BELOW] = gap > 1.1 * h->s->em;
    }
}

static void word_signs(const head *h, lines_line *l)
{
    static const char *const greetings[] = {"thank", "thanks",  "welcome",   "visit",  "again",
                                            "copy",  "reprint", "duplicate", "please", "customer"};
    static const char *const licensees[] = {"licensee", "operated",   "owned",   "own",
                                            "managed",  "franchisee", "formerly"};
    const expense_sheet *s = h->s;
    expense_span named = party__without_registration(s, l->tokens);
    expense_span end = {named.first + named.count - 1, 1};
    double company = expense__company_signs(s, l->tokens);
    int address = expense__address_signs(s, l->tokens);
    size_t words = named.count;

    l->signs[LINES_FORM] = company >= 1;
    l->signs[LINES_TRADE] = company > 0 && company < 1;
    l->signs[LINES_TAIL] = expense__is_company_tail(s, l->tokens);
    l->signs[LINES_ENDS_FORM] =
        expense__company_signs(s, end) >= 1 || expense__is_company_tail(s, end);
    l->signs[LINES_STREET] = address == 1;
    l->signs[LINES_STREETS] = address > 1;
    l->signs[LINES_POST_CODE] = expense__has_post_code(s, l->tokens);
    l->signs[LINES_HOUSE] = begins_with_house(s, l->tokens);
    l->signs[LINES_REGISTERED] = named.count < l->tokens.count;
    l->signs[LINES_TWICE] = l->tokens.count > 1 && times_written(s, l->tokens) > 1;
    l->signs[LINES_GREETING] =
        has_word(s, l->tokens, greetings, sizeof greetings / sizeof *greetings);
    l->signs[LINES_LICENSEE] =
        has_word(s, l->tokens, licensees, sizeof licensees / sizeof *licensees);
    l->signs[LINES_SUM_BESIDE] = has_sum_beside(s, l->tokens);
    l->signs[words <= 1   ? LINES_WORD_1
             : words == 2 ? LINES_WORDS_2
             : words <= 4 ? LINES_WORDS_3
             : words <= 6 ? LINES_WORDS_5
                          : LINES_WORDS_7] = true;
}

static void character_signs(const head *h, lines_line *l)
{
    const expense_sheet *s = h->s;
    size_t letters, digits, capitals = 0, commas = 0, small = 0;
    double sure = 0;

    expense__count_signs(s, l->tokens, &letters, &digits);
    for (size_t i = l->tokens.first; i < l->tokens.first + l->tokens.count; i++) {
        q_str t = s->tokens[i].text;

        sure += (double)s->tokens[i].confidence / (double)l->tokens.count;
        for (size_t k = 0; k < t.n; k++) {
            capitals += t.p[k] >= 'A' && t.p[k] <= 'Z';
            small += t.p[k] >= 'a' && t.p[k] <= 'z';
            commas += t.p[k] == ',';
        }
        l->signs[LINES_COLON] = l->signs[LINES_COLON] || q_str_has(t, ':');
    }
    l->signs[LINES_ENDS_COMMA] = q_str_ends(last_of(h, l)->text, Q_STR(","));
    l->signs[LINES_HAS_COMMA] = commas > 0;
    l->signs[LINES_DIGITS] = digits > 0;
    l->signs[LINES_MANY_DIGITS] = digits >= 5;
    l->signs[LINES_MOSTLY_DIGITS] = digits > letters;
    l->signs[LINES_FEW_LETTERS] = letters < 3;
    l->signs[LINES_SHORT] = letters >= 3 && letters < 7;
    l->signs[LINES_REGISTRATION] = digits >= 4 && letters <= 4;
    l->signs[LINES_BRACKETED] = first_of(h, l)->text.p[0] == '(';
    l->signs[LINES_CAPITALS] = capitals > 2 && !small;
    l->signs[LINES_SMALL] = small > capitals;
    l->signs[LINES_UNSURE] = sure < 75;
}

static void label_signs(const head *h, lines_line *l)
{
    static const struct {
        expense_kind kind;
        int sign;
    } kinds[] = {{EXPENSE_PHONE, LINES_PHONE},   {EXPENSE_TAX_ID, LINES_TAX_ID},
                 {EXPENSE_ID, LINES_NUMBERED},   {EXPENSE_DATE, LINES_DATED},
                 {EXPENSE_AMOUNT, LINES_PRICED}, {EXPENSE_PARTY, LINES_PARTY}};
    static const int classes[] = {[EXPENSE_LINE_TEXT] = LINES_IS_TEXT,
                                  [EXPENSE_LINE_ADDRESS] = LINES_IS_ADDRESS,
                                  [EXPENSE_LINE_LABEL] = LINES_IS_LABEL,
                                  [EXPENSE_LINE_TITLE] = LINES_IS_TITLE,
                                  [EXPENSE_LINE_NUMBER] = LINES_IS_NUMBER};

    l->signs[classes[l->class]] = true;
    for (size_t i = 0; i < h->leaf->hits.count; i++) {
        const expense_hit *hit = h->leaf->hits.hits + i;

        if (hit->tokens.first > l->tokens.first + 1 || hit->tokens.first < l->tokens.first)
            continue;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (hit->label->kind == kinds[k].kind)
                l->signs[kinds[k].sign] = true;
    }
}

/* What stands over and under a line. */
static void neighbour_signs(const head *h, size_t i)
{
    bool *me = h->lines[i].signs;
    const bool *up = i ? h->lines[i - 1].signs : NULL;
    const bool *down = i + 1 < h->count ? h->lines[i + 1].signs : NULL;
    const bool *next = i + 2 < h->count ? h->lines[i + 2].signs : NULL;

    if (up) {
        me[LINES_AFTER_COMMA] = up[LINES_ENDS_COMMA];
        me[LINES_UNDER_ADDRESS] = up[LINES_IS_ADDRESS];
        me[LINES_UNDER_FORM] = up[LINES_FORM];
        me[LINES_UNDER_LABEL] = up[LINES_IS_LABEL];
        me[LINES_UNDER_REGISTRATION] = up[LINES_REGISTRATION];
    }
    if (down) {
        me[LINES_OVER_ADDRESS] = down[LINES_IS_ADDRESS];
        me[LINES_OVER_FORM] = down[LINES_FORM];
        me[LINES_OVER_LABEL] = down[LINES_IS_LABEL];
        me[LINES_OVER_REGISTRATION] = down[LINES_REGISTRATION];
        me[LINES_OVER_TITLE] = down[LINES_IS_TITLE];
        me[LINES_OVER_TAIL] = down[LINES_TAIL];
    }
    if (next) {
        me[LINES_NEAR_OVER_ADDRESS] = next[LINES_IS_ADDRESS];
        me[LINES_NEAR_OVER_LABEL] = next[LINES_IS_LABEL];
    }
    for (size_t k = 0; k < i; k++) {
        me[LINES_BELOW_ADDRESS] |= h->lines[k].signs[LINES_IS_ADDRESS];
        me[LINES_BELOW_LABEL] |= h->lines[k].signs[LINES_IS_LABEL];
        me[LINES_BELOW_FORM] |= h->lines[k].signs[LINES_FORM];
        me[LINES_BELOW_TITLE] |= h->lines[k].signs[LINES_IS_TITLE];
    }
    for (size_t k = i + 1; k < h->count && k < i + 4; k++)
        me[LINES_ABOVE_FORM] |= h->lines[k].signs[LINES_FORM];
}

static void scores_of(const lines_line *l, double out[LINES_TAGS])
{
    for (size_t t = 0; t < LINES_TAGS; t++) {
        out[t] = 0;
        for (size_t f = 0; f < LINES_SIGN_COUNT; f++)
            out[t] += l->signs[f] ? lines_weights[f][t] : 0;
        if (l->signs[LINES_SUM_BESIDE] && t != LINES_OTHER) /* an item, whatever its words are */
            out[t] -= 20;
    }
}

static double log_sum(const double v[LINES_TAGS])
{
    double most = fmax(v[0], fmax(v[1], v[2])), sum = 0;

    for (size_t t = 0; t < LINES_TAGS; t++)
        sum += exp(v[t] - most);
    return most + log(sum);
}

typedef double row_of_tags[LINES_TAGS];

/* Forward and backward sums: the chance of each tag of each line. */
static void chances_find(head *h, row_of_tags *score, row_of_tags *forward, row_of_tags *backward)
{
    size_t n = h->count;

    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < LINES_TAGS; t++) {
            double from[LINES_TAGS];

            for (size_t u = 0; u < LINES_TAGS; u++)
                from[u] = i ? forward[i - 1][u] + lines_steps[u][t] : (u ? -1e30 : 0);
            forward[i][t] = score[i][t] + log_sum(from);
        }
    for (size_t i = n; i-- > 0;)
        for (size_t t = 0; t < LINES_TAGS; t++) {
            double to[LINES_TAGS];

            for (size_t u = 0; u < LINES_TAGS; u++)
                to[u] = i + 1 < n ? backward[i + 1][u] + score[i + 1][u] + lines_steps[t][u]
                                  : (u ? -1e30 : 0);
            backward[i][t] = log_sum(to);
        }
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < LINES_TAGS; t++)
            h->lines[i].chance[t] = exp(forward[i][t] + backward[i][t] - log_sum(forward[n - 1]));
}

/* The likeliest sequence (Viterbi). */
static void sequence_find(head *h, row_of_tags *score, row_of_tags *best)
{
    unsigned char from[LINES_MAX][LINES_TAGS] = {{0}};
    size_t n = h->count, at = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < LINES_TAGS; t++) {
            best[i][t] = i ? -1e30 : score[i][t];
            for (size_t u = 0; i && u < LINES_TAGS; u++) {
                double v = best[i - 1][u] + lines_steps[u][t] + score[i][t];

                if (v > best[i][t]) {
                    best[i][t] = v;
                    from[i][t] = (unsigned char)u;
                }
            }
        }
    for (size_t t = 1; t < LINES_TAGS; t++)
        at = best[n - 1][t] > best[n - 1][at] ? t : at;
    for (size_t i = n; i-- > 0; at = from[i][at])
        h->lines[i].tag = (lines_tag)at;
}

q_code expense__lines_tag(const expense_leaf *leaf, lines_line **out, size_t *count, q_err *err)
{
    row_of_tags score[LINES_MAX], one[LINES_MAX], other[LINES_MAX];
    head h = {.leaf = leaf, .s = &leaf->sheet};

    *count = 0;
    *out = h.lines = q_arena_array(leaf->sheet.arena, LINES_MAX, sizeof *h.lines);
    if (!h.lines)
        return q_err_nomem(err);
    lines_split(&h);
    for (size_t i = 0; i < h.count; i++) {
        place_signs(&h, i, h.lines + i);
        word_signs(&h, h.lines + i);
        character_signs(&h, h.lines + i);
        label_signs(&h, h.lines + i);
    }
    for (size_t i = 0; i < h.count; i++)
        neighbour_signs(&h, i);
    for (size_t i = 0; i < h.count; i++)
        scores_of(h.lines + i, score[i]);
    if (h.count) {
        chances_find(&h, score, one, other);
        sequence_find(&h, score, one);
    }
    *count = h.count;
    return Q_OK;
}
