#include "document/pdf_text.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <math.h>

enum { MAX_WORDS = 1000000 };

/* The value of `name` in a tag, or NaN. */
static double attribute(q_str tag, q_str name)
{
    size_t at = q_str_find(tag, name);
    q_str value, rest;
    double v;

    if (at == SIZE_MAX)
        return NAN;
    q_str_cut(q_str_sub(tag, at + name.n, tag.n), '"', &value, &rest);
    return q_str_f64(value, &v) ? v : (double)NAN;
}

/* "&#65;", "&#x41;" or a name, without & and ;. Q_UTF8_BAD when unknown. */
static uint32_t entity(q_str name)
{
    static const struct {
        const char *name;
        uint32_t cp;
    } names[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    uint64_t v;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(name, names[i].name))
            return names[i].cp;
    if (name.n > 1 && name.p[0] == '#' && q_str_u64(q_str_sub(name, 1, name.n), &v) &&
        v <= 0x10ffff && !(v >= 0xd800 && v < 0xe000))
        return (uint32_t)v;
    return Q_UTF8_BAD;
}

static q_code unescape(q_arena *a, q_str s, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, s.n + 8);

    if (!q_str_has(s, '&')) {
        *out = q_str_copy(a, s);
        return out->p ? Q_OK : q_err_nomem(err);
    }
    while (s.n) {
        size_t end = q_str_find(q_str_sub(s, 0, 10), Q_STR(";"));
        uint32_t cp =
            s.p[0] == '&' && end != SIZE_MAX ? entity(q_str_sub(s, 1, end - 1)) : Q_UTF8_BAD;
        char utf8[4];

        if (cp == Q_UTF8_BAD) {
            q_buf_char(&b, s.p[0]);
            s = q_str_sub(s, 1, s.n);
        } else {
            q_buf_put(&b, (q_str){utf8, q_utf8_encode(cp, utf8)});
            s = q_str_sub(s, end + 1, s.n);
        }
    }
    return q_buf_finish(&b, out, err);
}

static bool box_of(q_str tag, double width_pt, double height_pt, q_box *out)
{
    double x0 = attribute(tag, Q_STR(" xMin=\"")), y0 = attribute(tag, Q_STR(" yMin=\""));
    double x1 = attribute(tag, Q_STR(" xMax=\"")), y1 = attribute(tag, Q_STR(" yMax=\""));

    *out = (q_box){x0 / width_pt, y0 / height_pt, (x1 - x0) / width_pt, (y1 - y0) / height_pt};
    return isfinite(out->left) && isfinite(out->top) && isfinite(out->width) &&
           isfinite(out->height) && out->width >= 0 && out->height >= 0;
}

/* Does any of it lie on the page? */
static bool is_shown(q_box b)
{
    return b.left < 1 && b.top < 1 && q_box_right(b) > 0 && q_box_bottom(b) > 0;
}

q_code pdf_text__parse(q_str xhtml, double width_pt, double height_pt, page__words *words,
                       q_err *err)
{
    q_str tag, rest = xhtml;
    size_t line = 0;
    q_code rc = Q_OK;

    while (!rc && q_str_cut(rest, '<', &tag, &rest)) {
        page__word w = {.confidence = 100};
        q_str text, tail;

        q_str_cut(rest, '>', &tag, &tail);
        if (q_str_starts(tag, Q_STR("line ")))
            line++;
        if (!q_str_starts(tag, Q_STR("word ")))
            continue;
        q_str_cut(tail, '<', &text, &tail);
        if (!box_of(tag, width_pt, height_pt, &w.box) || !is_shown(w.box))
            continue;
        if (words->count >= MAX_WORDS)
            return q_err_set(err, Q_LIMIT, "a page with more than %d words", MAX_WORDS);
        w.line = line;
        rc = unescape(words->arena, text, &w.text, err);
        if (!rc)
            rc = page__words_add(words, w, err);
    }
    return rc;
}
