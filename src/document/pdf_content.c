#include "document/pdf_content.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_FIELDS = 24,
    LONG_WORD = 4, /* bytes: shorter ones agree by chance */
    FEW_WORDS = 4  /* less to compare says nothing */
};

/* The line's words; how many there are, or 0 where there are more than a list's line has. */
static size_t fields_of(q_str line, q_str *out)
{
    size_t n = 0;

    for (line = q_str_trim(line); line.n; line = q_str_trim(line)) {
        if (n == MOST_FIELDS)
            return 0;
        q_str_cut(line, ' ', &out[n++], &line);
    }
    return n;
}

/* page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio, where
 * object and ID may be one word.
 */
void pdf_content__pictures(q_str list, double width_pt, double height_pt, pdf_content *out)
{
    q_str line, f[MOST_FIELDS];

    out->picture = 0;
    while (list.n) {
        double width, height, across, down;
        size_t n;

        q_str_cut(list, '\n', &line, &list);
        n = fields_of(line, f);
        if (n < 14 || !(q_str_is(f[2], "image") || q_str_is(f[2], "stencil")))
            continue;
        if (!q_str_f64(f[3], &width) || !q_str_f64(f[4], &height) ||
            !q_str_f64(f[n - 4], &across) || !q_str_f64(f[n - 3], &down) || !(across > 0) ||
            !(down > 0))
            continue;
        across = fmin(width / across * 72, width_pt);
        down = fmin(height / down * 72, height_pt);
        out->picture = fmax(out->picture, across * down / (width_pt * height_pt));
    }
}

static bool has(const q_str *f, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (q_str_is(f[i], word))
            return true;
    return false;
}

/* A kind that names no character by itself: it has numbers of glyphs, or codes of its own. (Type 1
 * fonts have their glyphs' names.)
 */
static bool is_numbered(const q_str *f, size_t n)
{
    q_str encoding = f[n - 6];

    if (q_str_starts(encoding, Q_STR("Identity-")))
        return true;
    return (q_str_is(encoding, "Custom") || q_str_is(encoding, "Builtin")) &&
           (has(f, n, "TrueType") || has(f, n, "3"));
}

/* name type encoding emb sub uni object ID; the name and the type may be several words. */
void pdf_content__fonts(q_str list, pdf_content *out)
{
    q_str line, f[MOST_FIELDS];

    out->unmapped = false;
    while (list.n) {
        size_t n;

        q_str_cut(list, '\n', &line, &list);
        n = fields_of(line, f);
        if (n >= 8 && q_str_is(f[n - 3], "no") && is_numbered(f, n))
            out->unmapped = true;
    }
}

static int by_text(const void *x, const void *y)
{
    return q_str_cmp(*(const q_str *)x, *(const q_str *)y);
}

q_code pdf_content__agrees(const page__words *text, const page__words *seen, bool *out, q_err *err)
{
    q_str *sorted = q_arena_array(text->arena, text->count, sizeof *sorted);
    size_t compared = 0, found = 0;

    *out = true;
    if (!sorted)
        return q_err_nomem(err);
    for (size_t i = 0; i < text->count; i++)
        sorted[i] = text->items[i].text;
    qsort(sorted, text->count, sizeof *sorted, by_text);
    for (size_t i = 0; i < seen->count; i++)
        if (seen->items[i].text.n >= LONG_WORD) {
            compared++;
            found +=
                bsearch(&seen->items[i].text, sorted, text->count, sizeof *sorted, by_text) != NULL;
        }
    *out = compared < FEW_WORDS || 2 * found >= compared;
    return Q_OK;
}
