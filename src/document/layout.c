#include "document/layout.h"

#include "document/layout_parts.h"

#include <math.h>
#include <stdlib.h>

static const double inside = 0.6;     /* of a line's box: then it belongs to a table or figure */
static const double filled = 0.5;     /* of a figure's area: with more words it is none */
static const double form_share = 0.7; /* of a line's words that are keys or values */
static const double form_gap = 2.5;   /* lines' heights between two lines of one form */
static const size_t value_words = 14; /* a longer value reads as text */
static const double list_gap = 3;     /* lines' heights between items of one list */
static const double list_indent = 6;  /* heights by which items of one list are set in */

enum { FORM_PAIRS = 2 }; /* that make a form */

typedef struct layout_parts {
    q_part *items;
    size_t count, cap;
} layout_parts;

static double area(q_box b)
{
    return b.width * b.height;
}

static double shared_area(q_box a, q_box b)
{
    double width = fmin(q_box_right(a), q_box_right(b)) - fmax(a.left, b.left);
    double height = fmin(q_box_bottom(a), q_box_bottom(b)) - fmax(a.top, b.top);

    return width > 0 && height > 0 ? width * height : 0;
}

static q_code add_part(layout_page *l, layout_parts *parts, q_part part, q_err *err)
{
    if (q_arena_grow(l->arena, &parts->items, &parts->cap, parts->count + 1, sizeof *parts->items))
        return q_err_nomem(err);
    parts->items[parts->count++] = part;
    return Q_OK;
}

static q_code add_pick(layout_page *l, q_picks *picks, size_t *cap, size_t n, q_err *err)
{
    if (q_arena_grow(l->arena, &picks->items, cap, picks->count + 1, sizeof *picks->items))
        return q_err_nomem(err);
    picks->items[picks->count++] = n;
    return Q_OK;
}

/* A part with the lines that lie in the box and are in nothing yet. */
static q_code take_lines(layout_page *l, q_part_kind kind, q_box box, float confidence,
                         layout_parts *parts, q_err *err)
{
    q_part part = {.kind = kind, .box = box, .list = SIZE_MAX, .confidence = confidence};
    size_t cap = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; i < l->page->line_count && !rc; i++) {
        q_box line = l->page->lines[i].box;

        if (l->lines[i].taken || shared_area(line, box) < inside * area(line))
            continue;
        l->lines[i].taken = true;
        rc = add_pick(l, &part.lines, &cap, i, err);
    }
    return rc ? rc : add_part(l, parts, part, err);
}

/* ---- tables and figures -------------------------------------------------------- */

static q_code take_tables(layout_page *l, const q_tables *tables, layout_parts *parts, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < tables->count && !rc; i++)
        rc = take_lines(l, Q_PART_TABLE, tables->items[i].box, tables->items[i].confidence, parts,
                        err);
    return rc;
}

static bool is_figure(const layout_page *l, q_box box, const q_tables *tables)
{
    double words = 0;

    for (size_t i = 0; i < tables->count; i++)
        if (shared_area(box, tables->items[i].box) >
            0.5 * fmin(area(box), area(tables->items[i].box)))
            return false;
    for (size_t i = 0; i < l->page->line_count; i++)
        words += shared_area(box, l->page->lines[i].box);
    return words < filled * area(box);
}

static q_code take_figures(layout_page *l, const q_tables *tables, layout_parts *parts, q_err *err)
{
    const q_marks *marks = &l->page->marks;
    q_code rc = Q_OK;

    for (size_t i = 0; i < marks->figure_count && !rc; i++)
        if (is_figure(l, marks->figures[i], tables))
            rc = take_lines(l, Q_PART_FIGURE, marks->figures[i], 85, parts, err);
    return rc;
}

/* ---- keys and values ------------------------------------------------------------ */

/* Which words are a pair's, and which are the first of a key. */
static q_code find_form_words(const layout_page *l, const q_form *form, bool **of_form,
                              bool **is_key, q_err *err)
{
    *of_form = q_arena_array(l->arena, l->page->word_count, sizeof **of_form);
    *is_key = q_arena_array(l->arena, l->page->word_count, sizeof **is_key);
    if (!*of_form || !*is_key)
        return q_err_nomem(err);
    for (size_t i = 0; i < form->count; i++) {
        const q_pair *p = &form->pairs[i];

        if (p->value.count > value_words || p->key.count == 0)
            continue;
        (*is_key)[p->key.items[0]] = true;
        for (size_t k = 0; k < p->key.count; k++)
            (*of_form)[p->key.items[k]] = true;
        for (size_t k = 0; k < p->value.count; k++)
            (*of_form)[p->value.items[k]] = true;
    }
    return Q_OK;
}

static bool is_form_line(const q_line *line, const bool *of_form)
{
    size_t count = 0;

    for (size_t i = 0; i < line->word_count; i++)
        count += of_form[line->first_word + i];
    return (double)count >= form_share * (double)line->word_count;
}

/* Whether the line goes on with the form: close to its box in both directions. */
static bool near_form(const layout_page *l, q_box box, const layout_line *line)
{
    double width = l->page->width_pt, height = l->page->height_pt;
    double down = fmax(line->top - q_box_bottom(box) * height, box.top * height - line->bottom);
    double across = fmax(line->left - q_box_right(box) * width, box.left * width - line->right);

    return down < form_gap * line->height && across < 4 * form_gap * line->height;
}

/* How many keys are in the lines of a part. */
static size_t count_keys(const layout_page *l, const q_part *part, const bool *is_key)
{
    size_t count = 0;

    for (size_t i = 0; i < part->lines.count; i++) {
        const q_line *line = &l->page->lines[part->lines.items[i]];

        for (size_t k = 0; k < line->word_count; k++)
            count += is_key[line->first_word + k];
    }
    return count;
}

/* A pair by itself is a sentence with a colon, or a heading; some together are a form. */
static q_code end_form(layout_page *l, const q_part *part, const bool *is_key, layout_parts *parts,
                       q_err *err)
{
    if (count_keys(l, part, is_key) < FORM_PAIRS)
        return Q_OK;
    for (size_t i = 0; i < part->lines.count; i++)
        l->lines[part->lines.items[i]].taken = true;
    return add_part(l, parts, *part, err);
}

static q_code take_form(layout_page *l, const q_form *form, layout_parts *parts, q_err *err)
{
    static const q_part none = {.kind = Q_PART_KEY_VALUE, .list = SIZE_MAX, .confidence = 80};
    bool *of_form = NULL, *is_key = NULL;
    q_part part = none;
    size_t cap = 0;
    q_code rc = form->count ? find_form_words(l, form, &of_form, &is_key, err) : Q_OK;

    for (size_t i = 0; form->count && i < l->page->line_count && !rc; i++) {
        const q_line *line = &l->page->lines[i];

        if (l->lines[i].taken || !is_form_line(line, of_form))
            continue;
        if (part.lines.count && !near_form(l, part.box, &l->lines[i])) {
            rc = end_form(l, &part, is_key, parts, err);
            part = none;
            cap = 0;
        }
        part.box = part.lines.count ? q_box_join(part.box, line->box) : line->box;
        if (!rc)
            rc = add_pick(l, &part.lines, &cap, i, err);
    }
    return rc || !part.lines.count ? rc : end_form(l, &part, is_key, parts, err);
}

/* ---- all together ------------------------------------------------------------------ */

static int by_height(const void *x, const void *y)
{
    const q_box *a = x, *b = y;

    return a->height < b->height ? -1 : a->height > b->height;
}

/* The box of the word that is as high as most of the line: one in another font, a raised number,
 * makes the line's own box higher.
 */
static q_code usual_box(const layout_page *l, const q_line *line, q_box *out, q_err *err)
{
    q_box *boxes = q_arena_array(l->arena, line->word_count, sizeof *boxes);

    if (!boxes)
        return q_err_nomem(err);
    for (size_t i = 0; i < line->word_count; i++)
        boxes[i] = l->page->words[line->first_word + i].box;
    qsort(boxes, line->word_count, sizeof *boxes, by_height);
    *out = l->page->from_text_layer ? boxes[line->word_count / 2] : line->box;
    return Q_OK;
}

static q_code lines_init(layout_page *l, q_err *err)
{
    double width = l->page->width_pt, height = l->page->height_pt;
    q_code rc = Q_OK;

    l->lines = q_arena_array(l->arena, l->page->line_count, sizeof *l->lines);
    if (!l->lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < l->page->line_count && !rc; i++) {
        const q_line *line = &l->page->lines[i];
        q_box box = line->box;
        double tight;
        bool bullet;

        rc = usual_box(l, line, &box, err);
        tight = box.height * height;
        l->lines[i] = (layout_line){
            .left = line->box.left * width,
            .top = box.top * height,
            .right = q_box_right(line->box) * width,
            .bottom = q_box_bottom(box) * height,
            .height = l->page->from_text_layer ? tight : layout__full_height(line->text, tight),
            .marked = layout__item_text(line->text, &bullet),
            .marker = layout__is_marker(line->text)};
    }
    return rc;
}

static q_code take_blocks(layout_page *l, layout_parts *parts, q_err *err)
{
    double width = l->page->width_pt, height = l->page->height_pt;
    q_code rc = Q_OK;

    for (size_t i = 0; i < l->block_count && !rc; i++) {
        const layout_block *b = &l->blocks[i];
        q_box box = {b->left / width, b->top / height, (b->right - b->left) / width,
                     (b->bottom - b->top) / height};

        rc = add_part(l, parts, (q_part){b->kind, box, b->lines, SIZE_MAX, b->confidence}, err);
    }
    return rc;
}

/* Whether an item goes on with the list that ends with `last`. */
static bool of_list(const layout_page *l, const q_part *last, const q_part *item)
{
    double gap = (item->box.top - q_box_bottom(last->box)) * l->page->height_pt;
    double set_in = fabs(item->box.left - last->box.left) * l->page->width_pt;

    return gap < list_gap * l->body && gap > -l->body && set_in < list_indent * l->body;
}

/* Into the result, in order; a LIST is put before the first of its items. */
static q_code put_parts(layout_page *l, const layout_parts *from, const size_t *order,
                        layout_parts *to, q_err *err)
{
    size_t list = SIZE_MAX;
    q_code rc = Q_OK;

    for (size_t i = 0; i < from->count && !rc; i++) {
        q_part part = from->items[order[i]];

        if (part.kind != Q_PART_LIST) {
            list = SIZE_MAX;
            rc = add_part(l, to, part, err);
            continue;
        }
        if (list == SIZE_MAX || !of_list(l, &to->items[to->count - 1], &part)) {
            list = to->count;
            rc = add_part(
                l, to, (q_part){Q_PART_LIST, part.box, {NULL, 0}, SIZE_MAX, part.confidence}, err);
            if (rc)
                return rc;
        }
        to->items[list].box = q_box_join(to->items[list].box, part.box);
        part.kind = Q_PART_TEXT;
        part.list = list;
        rc = add_part(l, to, part, err);
    }
    return rc;
}

static q_code order_parts(layout_page *l, const layout_parts *parts, q_layout *out, q_err *err)
{
    q_box *boxes = q_arena_array(l->arena, parts->count, sizeof *boxes);
    size_t *order = q_arena_array(l->arena, parts->count, sizeof *order);
    layout_parts made = {.count = 0};
    q_code rc;

    if (!boxes || !order)
        return q_err_nomem(err);
    for (size_t i = 0; i < parts->count; i++) {
        q_box b = parts->items[i].box;

        boxes[i] = (q_box){b.left * l->page->width_pt, b.top * l->page->height_pt,
                           b.width * l->page->width_pt, b.height * l->page->height_pt};
    }
    rc = layout__order(boxes, parts->count, l->arena, order, err);
    if (!rc)
        rc = put_parts(l, parts, order, &made, err);
    if (!rc)
        *out = (q_layout){made.items, made.count};
    return rc;
}

q_code q_layout_read(const q_page *page, const q_tables *tables, const q_form *form, q_arena *a,
                     q_layout *out, q_err *err)
{
    layout_page l = {.page = page, .arena = a};
    layout_parts parts = {.count = 0};
    q_code rc = lines_init(&l, err);

    *out = (q_layout){NULL, 0};
    if (!rc)
        rc = take_tables(&l, tables, &parts, err);
    if (!rc)
        rc = take_figures(&l, tables, &parts, err);
    if (!rc)
        rc = take_form(&l, form, &parts, err);
    if (!rc)
        rc = layout__blocks(&l, err);
    if (!rc)
        rc = layout__kinds(&l, err);
    if (!rc)
        rc = take_blocks(&l, &parts, err);
    return rc ? rc : order_parts(&l, &parts, out, err);
}
