/* What a block is, told by its size beside the running text's, by its place and by its words. */
#include "document/layout_parts.h"

#include <math.h>
#include <stdlib.h>

static const double margin = 0.08;      /* of the page's height: where headers and footers are */
static const double title_size = 1.3;   /* of the running text's height, at least */
static const double header_size = 1.18; /* so is a section's header */
static const double title_ends = 0.55;  /* of the page's height: below it no title begins */

static const double plain_title_ends = 0.3; /* so for one in the text's size */

enum {
    HEADER_WORDS = 14, /* in a section's header, at most */
    TITLE_WORDS = 40,
    LINES = 3,    /* of a title */
    ENOUGH = 150, /* letters that tell the running text's height */
    REACH = 60    /* blocks further down that are looked at for the next in a column */
};

/* ---- words ---------------------------------------------------------------------- */

typedef struct block_text {
    size_t words, letters, capitals, digits;
    q_str first, last; /* lines */
} block_text;

static block_text look(const layout_page *l, const layout_block *b)
{
    block_text t = {.first = l->page->lines[b->lines.items[0]].text,
                    .last = l->page->lines[b->lines.items[b->lines.count - 1]].text};

    for (size_t i = 0; i < b->lines.count; i++) {
        const q_line *line = &l->page->lines[b->lines.items[i]];

        t.words += line->word_count;
        for (size_t c = 0; c < line->text.n; c++) {
            char ch = line->text.p[c];

            t.letters += q_is_alpha(ch) || (ch & 0x80);
            t.capitals += ch >= 'A' && ch <= 'Z';
            t.digits += q_is_digit(ch);
        }
    }
    return t;
}

static bool all_capitals(const block_text *t)
{
    return t->letters >= 3 && t->capitals * 10 >= t->letters * 9;
}

/* "2 Results", "2.1 Data", "IV. Appeals": a number and then a capital. */
static bool numbered_heading(q_str text)
{
    q_str word, rest;
    size_t digits = 0, roman = 0;

    q_str_cut(text, ' ', &word, &rest);
    rest = q_str_trim(rest);
    if (word.n == 0 || word.n > 8 || rest.n == 0 || rest.p[0] < 'A' || rest.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < word.n; i++) {
        digits += q_is_digit(word.p[i]);
        roman += q_str_has(Q_STR("IVX"), word.p[i]);
        if (!q_is_digit(word.p[i]) && !q_str_has(Q_STR("IVX."), word.p[i]))
            return false;
    }
    return (digits > 0 && digits <= 4 && roman == 0) ||
           (roman > 0 && digits == 0 && q_str_has(word, '.'));
}

static bool ends_in(q_str text, q_str signs)
{
    return text.n && q_str_has(signs, text.p[text.n - 1]);
}

bool layout__is_page_number(q_str text)
{
    size_t digits = 0, roman = 0, others = 0, words = 0;
    q_str rest = text, word;

    for (bool more = true; more;) {
        more = q_str_cut(rest, ' ', &word, &rest);
        if (q_str_is_nocase(word, "page") || q_str_is_nocase(word, "of") ||
            q_str_is_nocase(word, "seite") || q_str_is_nocase(word, "von") ||
            q_str_is_nocase(word, "pg.") || q_str_is_nocase(word, "p."))
            continue;
        words += word.n > 0;
        for (size_t i = 0; i < word.n; i++) {
            digits += q_is_digit(word.p[i]);
            roman += q_str_has(Q_STR("ivxIVX"), word.p[i]);
            others += !q_is_digit(word.p[i]) && !q_str_has(Q_STR("ivxIVX-/|[]()."), word.p[i]);
        }
    }
    if (others || words > 4)
        return false;
    return (digits > 0 && digits <= 8 && roman == 0) || (roman > 0 && roman <= 6 && digits == 0);
}

/* ---- sizes ----------------------------------------------------------------------- */

typedef struct weight {
    double height;
    size_t letters;
} weight;

static int by_height(const void *x, const void *y)
{
    const weight *a = x, *b = y;

    return a->height < b->height ? -1 : a->height > b->height;
}

static size_t weigh(const layout_page *l, size_t line, weight *out)
{
    *out = (weight){l->lines[line].height, l->page->lines[line].text.n};
    return out->letters;
}

/* The height in which most letters of the page stand: of its paragraphs, if they have enough, else
 * of all its lines.
 */
static q_code set_body(layout_page *l, q_err *err)
{
    weight *w = q_arena_array(l->arena, l->page->line_count, sizeof *w);
    size_t count = 0, all = 0, seen = 0;

    if (!w)
        return q_err_nomem(err);
    for (size_t i = 0; i < l->block_count; i++)
        for (size_t k = 0; k < l->blocks[i].lines.count && l->blocks[i].lines.count > 1; k++)
            all += weigh(l, l->blocks[i].lines.items[k], &w[count++]);
    if (all < ENOUGH) {
        all = 0;
        for (count = 0; count < l->page->line_count; count++)
            all += weigh(l, count, &w[count]);
    }
    qsort(w, count, sizeof *w, by_height);
    for (size_t i = 0; i < count; i++) {
        seen += w[i].letters;
        if (2 * seen >= all) {
            l->body = w[i].height;
            break;
        }
    }
    return Q_OK;
}

static double size_of(const layout_page *l, const layout_block *b)
{
    return l->body > 0 ? b->height / l->body : 1;
}

/* ---- what stands around ------------------------------------------------------------ */

static bool shares_column(const layout_block *a, const layout_block *b)
{
    return fmin(a->right, b->right) - fmax(a->left, b->left) >
           0.3 * fmin(a->right - a->left, b->right - b->left);
}

/* The nearest block below in the same column; NULL without one. Blocks come from top to bottom. */
static const layout_block *below(const layout_page *l, size_t i)
{
    for (size_t k = i + 1; k < l->block_count && k < i + REACH; k++)
        if (l->blocks[k].top > l->blocks[i].top && shares_column(&l->blocks[i], &l->blocks[k]))
            return &l->blocks[k];
    return NULL;
}

static double gap_above(const layout_page *l, size_t i)
{
    const layout_block *b = &l->blocks[i];
    double gap = INFINITY;

    for (size_t k = i; k-- > 0 && i - k < REACH;)
        if (shares_column(b, &l->blocks[k]))
            gap = fmin(gap, fmax(0, b->top - l->blocks[k].bottom));
    return gap;
}

/* ---- decisions ---------------------------------------------------------------------- */

static float sure(double confidence)
{
    return (float)fmin(fmax(confidence, 50), 99);
}

/* In the page's upper or lower margin, by itself. */
static bool in_margin(const layout_page *l, size_t i)
{
    const layout_block *b = &l->blocks[i], *next = below(l, i);
    double height = l->page->height_pt;

    if (b->lines.count > 2 || size_of(l, b) > title_size)
        return false;
    if (b->bottom < margin * height)
        return next && next->top - b->bottom > 1.2 * l->body;
    return b->top > (1 - margin) * height && gap_above(l, i) > 1.2 * l->body;
}

static bool is_section_header(const layout_page *l, size_t i, const block_text *t)
{
    const layout_block *b = &l->blocks[i], *next = below(l, i);
    double size = size_of(l, b), under;
    bool leads;

    if (b->lines.count > 2 || t->words > HEADER_WORDS || t->letters < 3 || t->digits > t->letters ||
        ends_in(t->last, Q_STR(".,;")))
        return false;
    if (size >= header_size && t->letters > 3)
        return true;
    if (all_capitals(t) && t->words <= 6 &&
        fabs(b->left + b->right - l->page->width_pt) < 0.04 * l->page->width_pt)
        return gap_above(l, i) > 0.8 * b->height;
    if (!next)
        return false;
    under = next->top - b->bottom;
    leads = under < 2 * l->body && next->lines.count > b->lines.count &&
            gap_above(l, i) > 1.15 * under && b->right - b->left < 0.9 * (next->right - next->left);
    if (b->marked && !numbered_heading(t->first))
        return false;
    return leads && (all_capitals(t) || numbered_heading(t->first) ||
                     (t->words <= 8 && t->first.p[0] >= 'A' && t->first.p[0] <= 'Z'));
}

/* An item: by its bullet, or by a neighbour that is counted too. */
static bool is_item(const layout_page *l, size_t i, const block_text *t)
{
    const layout_block *b = &l->blocks[i];
    bool bullet;

    if (!b->marked || t->letters < 2)
        return false;
    if (layout__item_text(t->first, &bullet) && bullet)
        return true;
    for (size_t k = i > REACH ? i - REACH : 0; k < l->block_count && k < i + REACH; k++) {
        const layout_block *o = &l->blocks[k];

        if (k != i && o->marked && fabs(o->left - b->left) < 2 * l->body &&
            fmax(o->top - b->bottom, b->top - o->bottom) < 2 * l->body)
            return true;
    }
    return false;
}

/* In capitals in the middle of a page that begins with it. */
static bool is_plain_title(const layout_page *l, size_t i, const block_text *t)
{
    const layout_block *b = &l->blocks[i];

    return all_capitals(t) && b->top < plain_title_ends * l->page->height_pt && !in_margin(l, i) &&
           size_of(l, b) > 0.9 &&
           fabs(b->left + b->right - l->page->width_pt) < 0.05 * l->page->width_pt &&
           b->right - b->left < 0.75 * l->page->width_pt;
}

/* The page's largest, if it stands out and high enough; else the first that looks like one. */
static size_t find_title(const layout_page *l)
{
    size_t best = SIZE_MAX, plain = SIZE_MAX;
    double largest = title_size;

    for (size_t i = 0; i < l->block_count; i++) {
        const layout_block *b = &l->blocks[i];
        block_text t = look(l, b);
        double size = size_of(l, b);

        if (b->top > title_ends * l->page->height_pt || b->lines.count > LINES || b->marked ||
            t.words > TITLE_WORDS || t.letters < 4 || t.digits > t.letters)
            continue;
        if (size > largest * 1.02) {
            largest = size;
            best = i;
        }
        if (plain == SIZE_MAX && is_plain_title(l, i, &t))
            plain = i;
    }
    return best == SIZE_MAX ? plain : best;
}

static void decide(layout_page *l, size_t i, size_t title)
{
    layout_block *b = &l->blocks[i];
    block_text t = look(l, b);
    double size = size_of(l, b);
    bool high = b->bottom < l->page->height_pt / 2;

    b->confidence = sure(80 + 4 * (double)b->lines.count);
    if (i == title) {
        b->kind = Q_PART_TITLE;
        b->confidence = sure(60 + 25 * (size - 1));
    } else if (b->lines.count == 1 && layout__is_page_number(t.first) &&
               (b->bottom < 1.25 * margin * l->page->height_pt ||
                b->top > (1 - 1.25 * margin) * l->page->height_pt)) {
        b->kind = Q_PART_PAGE_NUMBER;
        b->confidence = 92;
    } else if (in_margin(l, i)) {
        b->kind = high ? Q_PART_HEADER : Q_PART_FOOTER;
        b->confidence = 80;
    } else if (is_section_header(l, i, &t) && !(is_item(l, i, &t) && size < header_size)) {
        b->kind = Q_PART_SECTION_HEADER;
        b->confidence = sure(65 + 60 * fmax(0, size - 1));
    } else if (is_item(l, i, &t)) {
        b->kind = Q_PART_LIST;
        b->confidence = 88;
    }
}

q_code layout__kinds(layout_page *l, q_err *err)
{
    q_code rc = set_body(l, err);
    size_t title;

    if (rc)
        return rc;
    title = find_title(l);
    for (size_t i = 0; i < l->block_count; i++)
        decide(l, i, title);
    return Q_OK;
}
