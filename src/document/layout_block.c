/* From lines to paragraphs: a line goes on with what stands closely above it in its column. */
#include "document/layout_parts.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

enum {
    BACK = 200, /* blocks that a line is compared with at most, from the lowest up */
    NEXT = 60,  /* lines that are looked at for the next in a column */
    WIDE = 15,  /* heights that a line of running text has at least */
    HEADING_WORDS = 7,
    MARKER_GAP = 5, /* heights between a bullet and its item */
    FEW = 5         /* lines: from fewer no usual gap follows */
};

static const double nearest = 0.95;     /* heights of a line: more between two parts paragraphs */
static const double widest = 2.2;       /* so it does even where lines stand far apart */
static const double looser = 1.25;      /* of the usual gap: more parts paragraphs */
static const double steady = 1.35;      /* of the block's pitch: so is a wider step */
static const double alike = 1.3;        /* heights of two lines of a paragraph */
static const double alike_fonts = 1.45; /* so for the boxes of fonts, which a paragraph may mix */
static const double indented = 0.8;     /* heights: a first line that is set in by as much */
static const double short_end = 0.7;    /* of the column: a line that ends there ends a paragraph */

double layout__full_height(q_str text, double height)
{
    bool up = false, down = false, small = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (q_is_digit(c) || (c >= 'A' && c <= 'Z') || (c & 0x80) ||
            q_str_has(Q_STR("bdfhkltij/|$%&'\"?!"), c))
            up = true;
        if (q_str_has(Q_STR("gjpqyQ,;()[]{}@/|$"), c))
            down = true;
        small = small || (c >= 'a' && c <= 'z');
    }
    if (up && down)
        return height;
    if (up || down)
        return height / 0.78;
    return small ? height / 0.56 : height;
}

/* ---- how a line begins ------------------------------------------------------- */

static bool is_bullet(uint32_t cp)
{
    return cp == 0x2022 || cp == 0x2023 || cp == 0x25e6 || cp == 0x2043 || cp == 0x2219 ||
           cp == 0x25aa || cp == 0x25cf || cp == 0x25a0 || cp == 0x25cb || cp == 0x2013 ||
           cp == 0xb7 || cp == '*' || cp == '-' || cp == 0x2192 || cp == 0x25b6 || cp == 0x2713;
}

/* "1.", "12)", "(3)", "a.", "b)", "(c)", "iv.": a number that counts items. */
static bool is_counter(q_str word)
{
    q_str inner = word;
    bool open = word.n && word.p[0] == '(';
    size_t digits = 0, letters = 0;

    if (open)
        inner = q_str_sub(inner, 1, inner.n);
    if (inner.n < 2 || (inner.p[inner.n - 1] != ')' && (open || inner.p[inner.n - 1] != '.')))
        return false;
    inner.n--;
    for (size_t i = 0; i < inner.n; i++) {
        digits += q_is_digit(inner.p[i]);
        letters += q_is_alpha(inner.p[i]);
    }
    if (digits == inner.n)
        return digits <= 3;
    if (letters != inner.n || letters > 4)
        return false;
    if (letters == 1)
        return true;
    for (size_t i = 0; i < inner.n; i++)
        if (!q_str_has(Q_STR("ivx"), inner.p[i]))
            return false;
    return true;
}

bool layout__item_text(q_str text, bool *bullet)
{
    q_str word, rest;
    size_t length;

    q_str_cut(text, ' ', &word, &rest);
    *bullet = false;
    if (rest.n == 0 || word.n == 0)
        return false;
    *bullet = is_bullet(q_utf8_decode(word, &length)) && length == word.n;
    return *bullet || is_counter(word);
}

bool layout__is_marker(q_str text)
{
    size_t length;

    return text.n && !q_str_has(text, ' ') &&
           ((is_bullet(q_utf8_decode(text, &length)) && length == text.n) || is_counter(text));
}

/* ---- joining ------------------------------------------------------------------ */

static double overlap(double a0, double a1, double b0, double b1)
{
    return fmin(a1, b1) - fmax(a0, b0);
}

static bool same_column(const layout_block *b, const layout_line *line)
{
    double shared = overlap(b->left, b->right, line->left, line->right);

    return shared > 0.3 * fmin(b->right - b->left, line->right - line->left);
}

static const layout_line *last_line(const layout_page *l, const layout_block *b)
{
    return &l->lines[b->lines.items[b->lines.count - 1]];
}

/* Both ends move by as much: set in the middle. */
static bool is_centred(const layout_line *a, const layout_line *b)
{
    return fabs((a->left + a->right) - (b->left + b->right)) < a->height &&
           fabs(a->left - b->left) > a->height / 2;
}

static bool ends_sentence(q_str text)
{
    return text.n && q_str_has(Q_STR(".!?:;"), text.p[text.n - 1]);
}

static bool is_capitals(q_str text)
{
    size_t capitals = 0, small = 0;

    for (size_t i = 0; i < text.n; i++) {
        capitals += text.p[i] >= 'A' && text.p[i] <= 'Z';
        small += text.p[i] >= 'a' && text.p[i] <= 'z';
    }
    return capitals >= 4 && small == 0;
}

/* A short line without an end above a wide one, as paragraphs do not begin. */
static bool is_heading_above(const layout_page *l, const layout_block *b, const layout_line *this)
{
    const q_line *first = &l->page->lines[b->lines.items[0]];

    return b->lines.count == 1 && first->text.p[0] >= 'A' && first->text.p[0] <= 'Z' &&
           first->word_count <= HEADING_WORDS &&
           !q_str_has(Q_STR(".,;:-"), first->text.p[first->text.n - 1]) &&
           this->right - this->left > WIDE * this->height &&
           b->right - b->left < 0.6 * (this->right - this->left) &&
           fabs(this->left - b->left) < indented * this->height;
}

/* Whether the line begins a paragraph though it stands close under the block. */
static bool begins_anew(const layout_page *l, const layout_block *b, size_t line)
{
    const layout_line *this = &l->lines[line], *last = last_line(l, b);
    double width = b->right - b->left;
    size_t last_number = b->lines.items[b->lines.count - 1];

    if (this->marked || is_heading_above(l, b, this))
        return true;
    if (b->lines.count == 1 && is_capitals(l->page->lines[last_number].text) &&
        !is_capitals(l->page->lines[line].text))
        return true; /* a heading */
    if (is_centred(last, this))
        return false;
    if (b->marked) /* an item's further lines are set in, as far as its text */
        return this->left < b->left - indented * this->height;
    if (b->lines.count > 1 && this->left - b->left > indented * this->height &&
        this->left - last->left > indented * this->height)
        return true;
    return b->lines.count > 1 && last->right < b->left + short_end * width &&
           ends_sentence(l->page->lines[last_number].text) &&
           fabs(this->left - b->left) < indented * this->height;
}

static double most_gap(const layout_page *l)
{
    return fmin(fmax(nearest, looser * l->spacing), widest);
}

/* An item's text, beside its bullet. */
static bool follows_marker(const layout_page *l, const layout_block *b, size_t line)
{
    const layout_line *this = &l->lines[line], *marker = last_line(l, b);

    return b->lines.count == 1 && marker->marker &&
           overlap(marker->top, marker->bottom, this->top, this->bottom) >
               0.3 * fmin(marker->height, this->height) &&
           this->left > marker->left && this->left - marker->right < MARKER_GAP * this->height;
}

/* Wide lines below each other in a PDF: fonts of one paragraph may have different boxes. */
static bool are_running(const layout_page *l, const layout_line *a, const layout_line *b)
{
    double height = fmin(a->height, b->height);

    return l->page->from_text_layer && a->right - a->left > WIDE * height &&
           b->right - b->left > WIDE * height && fabs(a->left - b->left) < 0.3 * height;
}

static bool continues(const layout_page *l, const layout_block *b, size_t line)
{
    const layout_line *this = &l->lines[line], *last = last_line(l, b);
    double gap = this->top - last->bottom, least = fmin(this->height, last->height);
    double most = fmax(this->height, last->height);
    double step = (this->top + this->bottom - last->top - last->bottom) / 2;

    if (!same_column(b, this) || step < 0.4 * least || gap > most_gap(l) * least)
        return false;
    if (most > (are_running(l, last, this) ? alike_fonts : alike) * least ||
        (b->pitch > 0 && step > steady * b->pitch))
        return false;
    return !begins_anew(l, b, line);
}

/* The block that the line goes on with, by number; SIZE_MAX: none, or two side by side. */
static size_t block_above(const layout_page *l, size_t line)
{
    size_t found = SIZE_MAX;
    size_t end = l->block_count > BACK ? l->block_count - BACK : 0;

    for (size_t i = l->block_count; i-- > end;) {
        if (follows_marker(l, &l->blocks[i], line))
            return i;
        if (!continues(l, &l->blocks[i], line))
            continue;
        if (found != SIZE_MAX)
            return SIZE_MAX;
        found = i;
    }
    return found;
}

static q_code add_line(layout_page *l, layout_block *b, size_t line, q_err *err)
{
    const layout_line *this = &l->lines[line];

    if (q_arena_grow(l->arena, &b->lines.items, &b->line_cap, b->lines.count + 1,
                     sizeof *b->lines.items))
        return q_err_nomem(err);
    b->marked = b->marked || (b->lines.count == 1 && last_line(l, b)->marker);
    if (b->lines.count && this->top > last_line(l, b)->top + this->height / 2)
        b->pitch =
            (this->bottom + this->top) / 2 - (last_line(l, b)->bottom + last_line(l, b)->top) / 2;
    b->lines.items[b->lines.count++] = line;
    b->left = fmin(b->left, this->left);
    b->top = fmin(b->top, this->top);
    b->right = fmax(b->right, this->right);
    b->bottom = fmax(b->bottom, this->bottom);
    return Q_OK;
}

static q_code new_block(layout_page *l, size_t line, q_err *err)
{
    const layout_line *this = &l->lines[line];

    if (q_arena_grow(l->arena, &l->blocks, &l->block_cap, l->block_count + 1, sizeof *l->blocks))
        return q_err_nomem(err);
    l->blocks[l->block_count] = (layout_block){.left = this->left,
                                               .top = this->top,
                                               .right = this->right,
                                               .bottom = this->bottom,
                                               .marked = this->marked,
                                               .kind = Q_PART_TEXT};
    return add_line(l, &l->blocks[l->block_count++], line, err);
}

/* ---- from top to bottom -------------------------------------------------------- */

typedef struct sorted_line {
    double top, left;
    size_t number;
} sorted_line;

/* Markers first, so that their items find them. */
static int by_top(const void *x, const void *y)
{
    const sorted_line *a = x, *b = y;

    if (a->top != b->top)
        return a->top < b->top ? -1 : 1;
    return a->left < b->left ? -1 : a->left > b->left;
}

/* The gap from a line to the nearest below it in the same column, in heights; -1: none near. */
static double gap_below(const layout_page *l, const sorted_line *order, size_t count, size_t i)
{
    const layout_line *this = &l->lines[order[i].number];

    for (size_t k = i + 1; k < count && k < i + NEXT; k++) {
        const layout_line *other = &l->lines[order[k].number];
        double gap = (other->top - this->bottom) / this->height;
        double narrower = fmin(this->right - this->left, other->right - other->left);

        if (gap > widest)
            break;
        if (gap > -0.3 &&
            overlap(this->left, this->right, other->left, other->right) > 0.8 * narrower &&
            fabs(this->height - other->height) < 0.3 * this->height)
            return fmax(0, gap);
    }
    return -1;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* The usual gap between wide lines, which are mostly of running text. */
static q_code set_spacing(layout_page *l, const sorted_line *order, size_t count, q_err *err)
{
    double *gaps = q_arena_array(l->arena, count, sizeof *gaps);
    size_t found = 0;

    if (!gaps)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        const layout_line *line = &l->lines[order[i].number];
        double gap = gap_below(l, order, count, i);

        if (gap >= 0 && line->right - line->left > WIDE * line->height)
            gaps[found++] = gap;
    }
    qsort(gaps, found, sizeof *gaps, by_value);
    l->spacing = found >= FEW ? gaps[found / 2] : 0;
    return Q_OK;
}

static q_code set_height(layout_page *l, layout_block *b, q_err *err)
{
    double *heights = q_arena_array(l->arena, b->lines.count, sizeof *heights);

    if (!heights)
        return q_err_nomem(err);
    for (size_t i = 0; i < b->lines.count; i++)
        heights[i] = l->lines[b->lines.items[i]].height;
    qsort(heights, b->lines.count, sizeof *heights, by_value);
    b->height = heights[b->lines.count / 2];
    return Q_OK;
}

q_code layout__blocks(layout_page *l, q_err *err)
{
    size_t all = l->page->line_count, count = 0;
    sorted_line *order = q_arena_array(l->arena, all, sizeof *order);
    q_code rc = Q_OK;

    if (!order)
        return q_err_nomem(err);
    for (size_t i = 0; i < all; i++)
        if (!l->lines[i].taken)
            order[count++] =
                (sorted_line){l->lines[i].top - (l->lines[i].marker ? l->lines[i].height / 2 : 0),
                              l->lines[i].left, i};
    qsort(order, count, sizeof *order, by_top);
    rc = set_spacing(l, order, count, err);
    for (size_t i = 0; i < count && !rc; i++) {
        size_t above = block_above(l, order[i].number);

        rc = above == SIZE_MAX ? new_block(l, order[i].number, err)
                               : add_line(l, &l->blocks[above], order[i].number, err);
    }
    for (size_t i = 0; i < l->block_count && !rc; i++)
        rc = set_height(l, &l->blocks[i], err);
    return rc;
}
