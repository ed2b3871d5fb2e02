#include "document/page_codec.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum {
    FROM_TEXT_LAYER = 1,        /* flag */
    TURNED = 2,                 /* flag: turn and the shown size follow the page's */
    MARKED = 4,                 /* flag: marks follow the lines */
    WORD_BYTES = 4 * 8 + 4 + 4, /* without its text */
    LINE_BYTES = 4 + 4 * 8 + 4,
    RULE_BYTES = 1 + 4 * 8,
    TICK_BYTES = 1 + 4 * 8 + 4,
    FIGURE_BYTES = 4 * 8
};

static void put_uint(q_buf *b, uint64_t v, size_t bytes)
{
    char le[8];

    for (size_t i = 0; i < bytes; i++)
        le[i] = (char)(v >> (8 * i));
    q_buf_put(b, (q_str){le, bytes});
}

static void put_f64(q_buf *b, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    put_uint(b, bits, sizeof bits);
}

static void put_f32(q_buf *b, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    put_uint(b, bits, sizeof bits);
}

static void put_box(q_buf *b, q_box box)
{
    put_f64(b, box.left);
    put_f64(b, box.top);
    put_f64(b, box.width);
    put_f64(b, box.height);
}

static void put_marks(const q_marks *m, q_buf *b)
{
    put_uint(b, m->rule_count, 4);
    put_uint(b, m->tick_count, 4);
    put_uint(b, m->figure_count, 4);
    for (size_t i = 0; i < m->rule_count; i++) {
        put_uint(b, m->rules[i].upright, 1);
        put_box(b, m->rules[i].box);
    }
    for (size_t i = 0; i < m->tick_count; i++) {
        put_uint(b, m->ticks[i].selected, 1);
        put_box(b, m->ticks[i].box);
        put_f32(b, m->ticks[i].confidence);
    }
    for (size_t i = 0; i < m->figure_count; i++)
        put_box(b, m->figures[i]);
}

void q_page_encode(const q_page *page, q_buf *b)
{
    q_buf_put(b, Q_STR("QPG1"));
    q_buf_char(b, (char)((page->from_text_layer ? FROM_TEXT_LAYER : 0) |
                         (page->turn != 0 ? TURNED : 0) | (page->marked ? MARKED : 0)));
    put_f64(b, page->width_pt);
    put_f64(b, page->height_pt);
    if (page->turn != 0) {
        put_f64(b, page->turn);
        put_f64(b, page->shown_width_pt);
        put_f64(b, page->shown_height_pt);
    }
    put_uint(b, page->word_count, 4);
    put_uint(b, page->line_count, 4);
    for (size_t i = 0; i < page->word_count; i++) {
        const q_word *w = &page->words[i];

        put_box(b, w->box);
        put_f32(b, w->confidence);
        put_uint(b, w->text.n, 4);
        q_buf_put(b, w->text);
    }
    for (size_t i = 0; i < page->line_count; i++) {
        const q_line *l = &page->lines[i];

        put_uint(b, l->word_count, 4);
        put_box(b, l->box);
        put_f32(b, l->confidence);
    }
    if (page->marked)
        put_marks(&page->marks, b);
}

void q_pages_encode(const q_pages *pages, q_buf *b)
{
    q_buf_put(b, Q_STR("QPS1"));
    put_uint(b, pages->count, 4);
    for (size_t i = 0; i < pages->count; i++) {
        q_buf one = q_buf_init(NULL, b->limit);

        q_page_encode(&pages->pages[i], &one);
        if (one.rc && !b->rc)
            b->rc = one.rc;
        put_uint(b, one.n, 4);
        q_buf_put(b, q_buf_str(&one));
        q_buf_clear(&one);
    }
}

/* Takes from the front of what is left; past the end it gives zeros and is
 * bad from then on.
 */
typedef struct reader {
    q_str left;
    bool bad;
} reader;

static q_str take(reader *r, size_t n)
{
    q_str got = q_str_sub(r->left, 0, n);

    if (got.n != n || r->bad) {
        r->bad = true;
        return (q_str){NULL, 0};
    }
    r->left = q_str_sub(r->left, n, r->left.n);
    return got;
}

static uint64_t take_uint(reader *r, size_t bytes)
{
    q_str s = take(r, bytes);
    uint64_t v = 0;

    for (size_t i = s.n; i > 0; i--)
        v = v << 8 | (unsigned char)s.p[i - 1];
    return v;
}

static double take_f64(reader *r)
{
    uint64_t bits = take_uint(r, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

static float take_confidence(reader *r)
{
    uint32_t bits = (uint32_t)take_uint(r, 4);
    float v;

    memcpy(&v, &bits, sizeof v);
    r->bad |= !(v >= 0 && v <= 100);
    return v;
}

static q_box take_box(reader *r)
{
    /* What sums of fractions may be off by. */
    static const double slack = 1e-9;
    q_box b = {.left = take_f64(r)};

    b.top = take_f64(r);
    b.width = take_f64(r);
    b.height = take_f64(r);
    r->bad |= !(b.left >= 0 && b.top >= 0 && b.width >= 0 && b.height >= 0 &&
                q_box_right(b) <= 1 + slack && q_box_bottom(b) <= 1 + slack);
    return b;
}

static bool is_word(q_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ')
            return false;
    return text.n > 0 && q_utf8_valid(text);
}

static q_code take_words(reader *r, q_arena *a, q_page *page, q_err *err)
{
    page->words = q_arena_array(a, page->word_count, sizeof *page->words);
    if (!page->words)
        return q_err_nomem(err);
    for (size_t i = 0; i < page->word_count && !r->bad; i++) {
        q_word *w = &page->words[i];
        q_str text;

        w->box = take_box(r);
        w->confidence = take_confidence(r);
        text = take(r, (size_t)take_uint(r, 4));
        r->bad |= !is_word(text);
        w->text = q_str_copy(a, text);
        if (!w->text.p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

static q_code line_text(const q_page *page, q_arena *a, q_line *line, q_err *err)
{
    q_buf text = q_buf_init(a, SIZE_MAX);

    for (size_t i = 0; i < line->word_count; i++) {
        if (i)
            q_buf_char(&text, ' ');
        q_buf_put(&text, page->words[line->first_word + i].text);
    }
    return q_buf_finish(&text, &line->text, err);
}

static q_code take_lines(reader *r, q_arena *a, q_page *page, q_err *err)
{
    size_t next = 0;
    q_code rc = Q_OK;

    page->lines = q_arena_array(a, page->line_count, sizeof *page->lines);
    if (!page->lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < page->line_count && !r->bad && !rc; i++) {
        q_line *l = &page->lines[i];

        l->first_word = next;
        l->word_count = (size_t)take_uint(r, 4);
        l->box = take_box(r);
        l->confidence = take_confidence(r);
        r->bad |= l->word_count == 0 || l->word_count > page->word_count - next;
        if (r->bad)
            break;
        next += l->word_count;
        rc = line_text(page, a, l, err);
    }
    r->bad |= next != page->word_count;
    return rc;
}

static bool take_bool(reader *r)
{
    uint64_t v = take_uint(r, 1);

    r->bad |= v > 1;
    return v == 1;
}

static q_code take_marks(reader *r, q_arena *a, q_marks *m, q_err *err)
{
    m->rule_count = (size_t)take_uint(r, 4);
    m->tick_count = (size_t)take_uint(r, 4);
    m->figure_count = (size_t)take_uint(r, 4);
    /* The counts are honest before anything is allocated by them. */
    if (r->bad || r->left.n != RULE_BYTES * (uint64_t)m->rule_count +
                                   TICK_BYTES * (uint64_t)m->tick_count +
                                   FIGURE_BYTES * (uint64_t)m->figure_count) {
        r->bad = true;
        return Q_OK;
    }
    m->rules = q_arena_array(a, m->rule_count, sizeof *m->rules);
    m->ticks = q_arena_array(a, m->tick_count, sizeof *m->ticks);
    m->figures = q_arena_array(a, m->figure_count, sizeof *m->figures);
    if (!m->rules || !m->ticks || !m->figures)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->rule_count; i++) {
        m->rules[i].upright = take_bool(r);
        m->rules[i].box = take_box(r);
    }
    for (size_t i = 0; i < m->tick_count; i++) {
        m->ticks[i].selected = take_bool(r);
        m->ticks[i].box = take_box(r);
        m->ticks[i].confidence = take_confidence(r);
    }
    for (size_t i = 0; i < m->figure_count; i++)
        m->figures[i] = take_box(r);
    return Q_OK;
}

q_code q_page_decode(q_str bytes, q_arena *a, q_page *out, q_err *err)
{
    reader r = {.left = bytes};
    q_page page = {0};
    uint64_t flags;
    q_code rc;

    r.bad = !q_str_is(take(&r, 4), "QPG1");
    flags = take_uint(&r, 1);
    page.from_text_layer = flags & FROM_TEXT_LAYER;
    page.marked = flags & MARKED;
    page.width_pt = take_f64(&r);
    page.height_pt = take_f64(&r);
    if (flags & TURNED) {
        page.turn = take_f64(&r);
        page.shown_width_pt = take_f64(&r);
        page.shown_height_pt = take_f64(&r);
        r.bad |= !(fabs(page.turn) <= 180 && page.turn != 0 && page.shown_width_pt > 0 &&
                   page.shown_height_pt > 0 && isfinite(page.shown_width_pt) &&
                   isfinite(page.shown_height_pt));
    }
    page.word_count = (size_t)take_uint(&r, 4);
    page.line_count = (size_t)take_uint(&r, 4);
    /* The counts are honest before anything is allocated by them. */
    if (r.bad || flags > (FROM_TEXT_LAYER | TURNED | MARKED) || !isfinite(page.width_pt) ||
        !isfinite(page.height_pt) || page.word_count > r.left.n / WORD_BYTES ||
        page.line_count > r.left.n / LINE_BYTES)
        return q_err_set(err, Q_INVALID, "these are no bytes of a page");
    rc = take_words(&r, a, &page, err);
    if (!rc && !r.bad)
        rc = take_lines(&r, a, &page, err);
    if (!rc && !r.bad && page.marked)
        rc = take_marks(&r, a, &page.marks, err);
    if (rc)
        return rc;
    if (r.bad || r.left.n)
        return q_err_set(err, Q_INVALID, "the bytes of a page are damaged");
    *out = page;
    return Q_OK;
}

q_code q_pages_decode(q_str bytes, q_arena *a, q_pages *out, q_err *err)
{
    reader r = {.left = bytes};
    q_pages pages = {0};
    q_code rc = Q_OK;

    r.bad = !q_str_is(take(&r, 4), "QPS1");
    pages.count = (size_t)take_uint(&r, 4);
    if (r.bad || pages.count > r.left.n / 4)
        return q_err_set(err, Q_INVALID, "these are no bytes of pages");
    pages.pages = q_arena_array(a, pages.count, sizeof *pages.pages);
    if (!pages.pages)
        return q_err_nomem(err);
    for (size_t i = 0; i < pages.count && !rc; i++) {
        q_str one = take(&r, (size_t)take_uint(&r, 4));

        rc = q_page_decode(one, a, &pages.pages[i], err);
    }
    if (!rc && (r.bad || r.left.n))
        rc = q_err_set(err, Q_INVALID, "the bytes of pages are damaged");
    if (!rc)
        *out = pages;
    return rc;
}
