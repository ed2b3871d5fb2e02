#include "document/pdf_layer.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

enum { MAX_WORD = 4096 /* characters; longer is no word of a page */ };

const pdf_affine pdf_affine_identity = {.a = 1, .d = 1};

pdf_affine pdf_affine__then(pdf_affine m, pdf_affine n)
{
    return (pdf_affine){n.a * m.a + n.c * m.b,       n.b * m.a + n.d * m.b,
                        n.a * m.c + n.c * m.d,       n.b * m.c + n.d * m.d,
                        n.a * m.e + n.c * m.f + n.e, n.b * m.e + n.d * m.f + n.f};
}

pdf_affine pdf_affine__turn(double degrees, double x, double y)
{
    double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);

    return (pdf_affine){c, s, -s, c, x - c * x + s * y, y - s * x - c * y};
}

pdf_affine pdf_layer__shown(const double box[4], int rotate)
{
    double w = box[2] - box[0], h = box[3] - box[1];

    switch (rotate) {
    case 90:
        return (pdf_affine){0, h, w, 0, box[0], box[1]};
    case 180:
        return (pdf_affine){-w, 0, 0, h, box[2], box[1]};
    case 270:
        return (pdf_affine){0, -h, -w, 0, box[2], box[3]};
    default:
        return (pdf_affine){w, 0, 0, -h, box[0], box[3]};
    }
}

pdf_affine pdf_layer__upright(const q_page *p)
{
    double c = cos(p->turn * M_PI / 180), s = sin(p->turn * M_PI / 180);
    pdf_affine m;

    if (p->turn == 0)
        return pdf_affine_identity;
    m = (pdf_affine){c * p->width_pt / p->shown_width_pt,
                     s * p->width_pt / p->shown_height_pt,
                     -s * p->height_pt / p->shown_width_pt,
                     c * p->height_pt / p->shown_height_pt,
                     0,
                     0};
    m.e = 0.5 - (m.a + m.c) / 2;
    m.f = 0.5 - (m.b + m.d) / 2;
    return m;
}

/* Scripts that run from right to left: Hebrew, Arabic, Syriac, Thaana, NKo and their forms. */
static bool is_leftward(uint32_t c)
{
    return (c >= 0x590 && c < 0x900) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c < 0x11000) ||
           (c >= 0x1e800 && c < 0x1f000);
}

/* Digits within such a script keep their order. */
static bool is_number(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9) ||
           c == '.' || c == ',' || c == '/' || c == ':' || c == '%';
}

static void reverse(uint32_t *c, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t kept = c[i];

        c[i] = c[n - 1 - i];
        c[n - 1 - i] = kept;
    }
}

/* Characters in the order in which they stand on the page, from the left: that is what readers
 * of PDF expect, and turn back.
 */
static bool visual_order(uint32_t *c, size_t n)
{
    bool leftward = false;

    for (size_t i = 0; i < n; i++)
        leftward |= is_leftward(c[i]);
    if (!leftward)
        return false;
    reverse(c, n);
    for (size_t i = 0; i < n;) {
        size_t run = 0;

        while (i + run < n && is_number(c[i + run]))
            run++;
        reverse(c + i, run);
        i += run ? run : 1;
    }
    return true;
}

/* Where the words of a line stand. They share a height, and where the line runs straight a bottom
 * too: readers join what has one size and one base to lines and paragraphs, and a mark over a line
 * is as high as the line.
 */
typedef struct rail {
    double height;
    double bottom; /* NAN: each word its own */
} rail;

static rail rail_of(const q_page *page, const q_line *l)
{
    static const double straight = 1.35; /* of the highest word */
    double top = INFINITY, bottom = -INFINITY, highest = 0;

    for (size_t i = 0; i < l->word_count; i++) {
        q_box b = page->words[l->first_word + i].box;

        top = fmin(top, b.top);
        bottom = fmax(bottom, q_box_bottom(b));
        highest = fmax(highest, b.height);
    }
    if (bottom - top > straight * highest)
        return (rail){highest, NAN};
    return (rail){bottom - top, bottom};
}

typedef struct typesetter {
    const q_page *page;
    pdf_affine place;
    pdf_font *font;
    q_buf *out;
    uint32_t characters[MAX_WORD];
} typesetter;

/* With so many decimals at most, and a blank. */
static void put_number(q_buf *b, double v, int decimals)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%.*f", decimals, v);

    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    if (n == 0 || (n == 1 && text[0] == '-')) {
        text[0] = '0';
        n = 1;
    }
    q_buf_put(b, (q_str){text, (size_t)n});
    q_buf_char(b, ' ');
}

/* "<00010002>Tj" */
static q_code put_characters(typesetter *t, const uint32_t *c, size_t n, q_err *err)
{
    q_code rc = Q_OK;

    q_buf_char(t->out, '<');
    for (size_t i = 0; i < n && !rc; i++) {
        uint16_t number = 0;

        rc = pdf_font__number(t->font, c[i], &number, err);
        q_buf_printf(t->out, "%04X", (unsigned)number);
    }
    q_buf_puts(t->out, ">Tj\n");
    return rc;
}

static size_t decode(q_str text, uint32_t *out)
{
    size_t n = 0, length;

    for (size_t at = 0; at < text.n && n < MAX_WORD; at += length, n++) {
        uint32_t c = q_utf8_decode(q_str_sub(text, at, text.n), &length);

        out[n] = c == Q_UTF8_BAD ? 0xfffd : c;
    }
    return n;
}

/* A blank that fills the gap to the next word, so that the two stay apart however close they are.
 * Its width is given as a part of that of a character of the word before.
 */
static q_code put_blank(typesetter *t, const q_word *w, const q_word *next, size_t n, q_err *err)
{
    static const uint32_t blank = ' ';
    double percent = 100 * (next->box.left - q_box_right(w->box)) * (double)n / w->box.width;
    q_code rc;

    q_buf_printf(t->out, "%.0f Tz", fmin(fmax(percent, 10), 30000));
    rc = put_characters(t, &blank, 1, err);
    q_buf_puts(t->out, "100 Tz\n");
    return rc;
}

/* A word's box on the paper: the corner where it begins, its base and its height. */
typedef struct placed {
    double x, y;
    double base_x, base_y;
    double up_x, up_y;
} placed;

/* Set a vector along the nearest axis. */
static void snap(double *x, double *y)
{
    double length = hypot(*x, *y);

    if (fabs(*x) > fabs(*y)) {
        *x = copysign(length, *x);
        *y = 0;
    } else {
        *y = copysign(length, *y);
        *x = 0;
    }
}

/* Readers that look for words along the axes (poppler) cut one that climbs by more than half a
 * point. On a page that stands a little askew each word is set level around its middle, as long as
 * its ends stay close to the print; else it climbs with it.
 */
static void level(placed *p)
{
    static const double close = 0.5; /* of the height */
    double height = hypot(p->up_x, p->up_y);
    placed l = *p;

    snap(&l.base_x, &l.base_y);
    snap(&l.up_x, &l.up_y);
    if (fmin(fabs(p->base_x), fabs(p->base_y)) / 2 > close * height)
        return;
    l.x += (p->base_x + p->up_x - l.base_x - l.up_x) / 2;
    l.y += (p->base_y + p->up_y - l.base_y - l.up_y) / 2;
    *p = l;
}

static placed place_word(const typesetter *t, const q_word *w, rail r)
{
    const pdf_affine *m = &t->place;
    double x = w->box.left, y = isnan(r.bottom) ? q_box_bottom(w->box) : r.bottom;
    placed p = {.x = m->a * x + m->c * y + m->e,
                .y = m->b * x + m->d * y + m->f,
                .base_x = m->a * w->box.width,
                .base_y = m->b * w->box.width,
                .up_x = -m->c * r.height,
                .up_y = -m->d * r.height};

    level(&p);
    return p;
}

static q_code put_word(typesetter *t, const q_word *w, const q_word *next, rail r, q_err *err)
{
    const double descent = PDF_FONT_DESCENT / 1000.0, advance = PDF_FONT_WIDTH / 1000.0;
    size_t n = decode(w->text, t->characters);
    bool leftward = visual_order(t->characters, n);
    double ems = (double)n * advance;
    placed p = place_word(t, w, r);
    q_code rc;

    if (n == 0 || !(w->box.width > 0 && r.height > 0))
        return Q_OK;
    put_number(t->out, p.base_x / ems, 3);
    put_number(t->out, p.base_y / ems, 3);
    put_number(t->out, p.up_x, 3);
    put_number(t->out, p.up_y, 3);
    put_number(t->out, p.x + descent * p.up_x, 2);
    put_number(t->out, p.y + descent * p.up_y, 2);
    q_buf_puts(t->out, "Tm");
    rc = put_characters(t, t->characters, n, err);
    if (!rc && next && !leftward)
        rc = put_blank(t, w, next, n, err);
    return rc;
}

q_code pdf_layer__text(const q_page *page, pdf_affine place, const char *name, pdf_font *font,
                       q_buf *out, q_err *err)
{
    typesetter t = {.page = page, .place = place, .font = font, .out = out};
    q_code rc = Q_OK;

    if (page->word_count == 0)
        return Q_OK;
    q_buf_printf(out, "q BT 3 Tr/%s 1 Tf\n", name);
    for (size_t i = 0; i < page->line_count && !rc; i++) {
        const q_line *l = &page->lines[i];
        const q_word *w = &page->words[l->first_word];
        rail r = rail_of(page, l);

        for (size_t k = 0; k < l->word_count && !rc; k++)
            rc = put_word(&t, &w[k], k + 1 < l->word_count ? &w[k + 1] : NULL, r, err);
    }
    q_buf_puts(out, "ET Q\n");
    return rc;
}
