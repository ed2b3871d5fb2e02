#include "document/page_build.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A gap wider than this many heights of the line's words parts columns;
 * blanks are about a third of a height, in justified text up to one.
 */
static const double column_gap = 2.0;

q_code page__words_add(page__words *w, page__word word, q_err *err)
{
    if (q_arena_grow(w->arena, &w->items, &w->cap, w->count + 1, sizeof *w->items))
        return q_err_nomem(err);
    w->items[w->count++] = word;
    return Q_OK;
}

static bool is_blank(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200b) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

/* Control, private-use and stand-in characters say nothing to a reader. */
static bool is_noise(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0xe000 && cp <= 0xf8ff) ||
           (cp >= 0x200c && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) || cp == 0xfeff ||
           cp == 0xfffd || cp == 0xfffe || cp == 0xffff || cp >= 0xf0000;
}

size_t page__words_size(const page__words *w)
{
    size_t n = 0, len;

    for (size_t i = 0; i < w->count; i++)
        for (q_str rest = w->items[i].text; rest.n; rest = q_str_sub(rest, len, rest.n)) {
            uint32_t cp = q_utf8_decode(rest, &len);

            n += cp != Q_UTF8_BAD && !is_blank(cp) && !is_noise(cp);
        }
    return n;
}

/* Typesetters' forms of plain letters, as people type and search them. */
static q_str plain_form(uint32_t cp)
{
    static const q_str ligatures[] = {Q_STR_INIT("ff"),  Q_STR_INIT("fi"),  Q_STR_INIT("fl"),
                                      Q_STR_INIT("ffi"), Q_STR_INIT("ffl"), Q_STR_INIT("st"),
                                      Q_STR_INIT("st")};

    if (cp >= 0xfb00 && cp <= 0xfb06)
        return ligatures[cp - 0xfb00];
    if (cp == 0xad) /* a soft hyphen that was printed */
        return Q_STR("-");
    return (q_str){NULL, 0};
}

/* Where a piece of a word lies, as if its characters were equally wide. */
static q_box piece_box(q_box b, size_t from, size_t to, size_t all)
{
    double left = b.left + b.width * (double)from / (double)all;
    double right = b.left + b.width * (double)to / (double)all;

    return (q_box){left, b.top, right - left, b.height};
}

static q_box clip(q_box b)
{
    double left = fmin(fmax(b.left, 0), 1), top = fmin(fmax(b.top, 0), 1);
    double right = fmin(fmax(b.left + b.width, left), 1);
    double bottom = fmin(fmax(b.top + b.height, top), 1);

    return (q_box){left, top, right - left, bottom - top};
}

typedef struct builder {
    q_arena *arena;
    q_page *page;
    size_t *source_line; /* of each word of the page */
    size_t cap, line_cap, source_cap;
} builder;

static q_code put_word(builder *b, const page__word *from, q_buf *text, q_box box, q_err *err)
{
    q_page *p = b->page;
    q_str copy;

    if (text->rc)
        return q_err_nomem(err);
    if (text->n == 0)
        return Q_OK;
    copy = q_str_copy(b->arena, q_buf_str(text));
    if (!copy.p ||
        q_arena_grow(b->arena, &p->words, &b->cap, p->word_count + 1, sizeof *p->words) ||
        q_arena_grow(b->arena, &b->source_line, &b->source_cap, p->word_count + 1,
                     sizeof *b->source_line))
        return q_err_nomem(err);
    b->source_line[p->word_count] = from->line;
    p->words[p->word_count++] = (q_word){copy, clip(box), fminf(fmaxf(from->confidence, 0), 100)};
    text->n = 0;
    return Q_OK;
}

/* One source word into none, one or more words of the page. */
static q_code clean_word(builder *b, const page__word *from, q_buf *text, q_err *err)
{
    size_t all = q_utf8_count(from->text), begin = 0, i = 0;
    q_str rest = from->text;
    q_code rc = Q_OK;

    while (rest.n && !rc) {
        size_t len;
        uint32_t cp = q_utf8_decode(rest, &len);

        if (cp == Q_UTF8_BAD) {
            /* dropped like noise */
        } else if (is_blank(cp)) {
            rc = put_word(b, from, text, piece_box(from->box, begin, i, all), err);
            begin = i + 1;
        } else if (plain_form(cp).n) {
            q_buf_put(text, plain_form(cp));
        } else if (!is_noise(cp)) {
            q_buf_put(text, q_str_sub(rest, 0, len));
        }
        rest = q_str_sub(rest, len, rest.n);
        i++;
    }
    return rc ? rc : put_word(b, from, text, piece_box(from->box, begin, all, all), err);
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* In points, so that it compares with gaps, which are horizontal. */
static q_code median_height(builder *b, size_t first, size_t end, double *out, q_err *err)
{
    double *h = q_arena_array(b->arena, end - first, sizeof *h);

    if (!h)
        return q_err_nomem(err);
    for (size_t i = first; i < end; i++)
        h[i - first] = b->page->words[i].box.height * b->page->height_pt;
    qsort(h, end - first, sizeof *h, by_value);
    *out = h[(end - first) / 2];
    return Q_OK;
}

static q_code put_line(builder *b, size_t first, size_t end, q_err *err)
{
    q_page *p = b->page;
    q_buf text = q_buf_init(b->arena, SIZE_MAX);
    q_line line = {.box = p->words[first].box, .first_word = first, .word_count = end - first};
    double confidence = 0;

    for (size_t i = first; i < end; i++) {
        if (i > first)
            q_buf_char(&text, ' ');
        q_buf_put(&text, p->words[i].text);
        line.box = q_box_join(line.box, p->words[i].box);
        confidence += p->words[i].confidence;
    }
    line.confidence = (float)(confidence / (double)line.word_count);
    if (q_buf_finish(&text, &line.text, err) ||
        q_arena_grow(b->arena, &p->lines, &b->line_cap, p->line_count + 1, sizeof *p->lines))
        return q_err_nomem(err);
    p->lines[p->line_count++] = line;
    return Q_OK;
}

/* A source's line [first, end) as one or more lines of the page. */
static q_code cut_line(builder *b, size_t first, size_t end, q_err *err)
{
    const q_word *w = b->page->words;
    double height = 0;
    q_code rc = median_height(b, first, end, &height, err);

    for (size_t i = first + 1; !rc && i < end; i++) {
        double gap = (w[i].box.left - q_box_right(w[i - 1].box)) * b->page->width_pt;

        if (gap > column_gap * height) {
            rc = put_line(b, first, i, err);
            first = i;
        }
    }
    return rc ? rc : put_line(b, first, end, err);
}

q_code page__build(const page__words *from, q_arena *a, q_page *page, q_err *err)
{
    builder b = {.arena = a, .page = page};
    q_buf text = q_buf_init(NULL, SIZE_MAX);
    size_t first = 0;
    q_code rc = Q_OK;

    page->words = NULL;
    page->lines = NULL;
    page->word_count = page->line_count = 0;
    for (size_t i = 0; i < from->count && !rc; i++)
        rc = clean_word(&b, &from->items[i], &text, err);
    for (size_t i = 1; i <= page->word_count && !rc; i++) {
        if (i < page->word_count && b.source_line[i] == b.source_line[first])
            continue;
        rc = cut_line(&b, first, i, err);
        first = i;
    }
    q_buf_clear(&text);
    return rc;
}
