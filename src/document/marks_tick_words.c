/* Ticks and the words around them: letters that look like circles, characters that are boxes. */
#include "document/marks_tick.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_WORDS = 8000, MAX_TICKS = 2000 };

int marks__tick_sign(q_str word)
{
    static const uint32_t empty[] = {0x2610, 0x25A1, 0x25CB, 0x2B1C, 0x274F, 0x2751,
                                     0x2752, 0xF06F, 0xF071, 0xF0A8, 0xF0A1};
    static const uint32_t ticked[] = {0x2611,  0x2612,  0x25A0, 0x25C9, 0x2BBD, 0x1F5F5,
                                      0x1F5F7, 0x1F5F9, 0xF0FD, 0xF0FE, 0xF078, 0xF052};
    size_t len;
    uint32_t cp = q_utf8_decode(word, &len);

    if (len != word.n)
        return 0;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (cp == empty[i])
            return 1;
    for (size_t i = 0; i < sizeof ticked / sizeof *ticked; i++)
        if (cp == ticked[i])
            return 2;
    return 0;
}

/* Is it a letter or digit of a word of several, by the character that is read at its place? */
static bool is_in_word(const q_tick *t, const q_word *w)
{
    double x = t->box.left + t->box.width / 2, y = t->box.top + t->box.height / 2;
    size_t chars = q_utf8_count(w->text), at, len;
    q_str rest = w->text;

    if (chars < 2 || x < w->box.left || x > q_box_right(w->box) || y < w->box.top ||
        y > q_box_bottom(w->box) || t->box.height > 1.5 * w->box.height)
        return false;
    at = (size_t)((x - w->box.left) / fmax(w->box.width, 1e-9) * (double)chars);
    for (size_t i = 0; i < at && rest.n; i++) {
        (void)q_utf8_decode(rest, &len);
        rest = q_str_sub(rest, len, SIZE_MAX);
    }
    return rest.n && (q_is_alnum(rest.p[0]) || (at > 0 && at + 1 < chars));
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Half the height of a common word: what is smaller is no box to tick. */
static q_code least_height(const q_page *page, q_arena *a, double *out, q_err *err)
{
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;
    double *heights = q_arena_array(a, n + 1, sizeof *heights);

    if (!heights)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        heights[i] = page->words[i].box.height;
    qsort(heights, n, sizeof *heights, by_number);
    *out = n ? 0.52 * heights[n / 2] : 0;
    return Q_OK;
}

static bool is_letter(const q_page *page, const q_tick *t)
{
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;

    for (size_t i = 0; i < n; i++)
        if (is_in_word(t, &page->words[i]))
            return true;
    return false;
}

/* Has it a label: a word close beside it? */
static bool has_label(const q_page *page, const q_tick *t)
{
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;
    double y = t->box.top + t->box.height / 2;

    for (size_t i = 0; i < n; i++) {
        q_box b = page->words[i].box;
        double before = t->box.left - q_box_right(b), behind = b.left - q_box_right(t->box);
        double apart = fmax(before, behind);

        if (y > b.top && y < q_box_bottom(b) && apart > -0.5 * t->box.width &&
            apart < 6 * t->box.width)
            return true;
    }
    return false;
}

/* Are there others like it, in its row or column? */
static bool has_peers(const q_page *page, const q_tick *t)
{
    size_t peers = 0;

    for (size_t i = 0; i < page->marks.tick_count && i < MAX_TICKS && peers < 2; i++) {
        const q_box b = page->marks.ticks[i].box;

        if (&page->marks.ticks[i] == t || fabs(b.width - t->box.width) > 0.25 * t->box.width)
            continue;
        peers += fabs(b.left - t->box.left) < 0.4 * t->box.width ||
                 fabs(b.top - t->box.top) < 0.4 * t->box.height;
    }
    return peers >= 2;
}

static bool is_kept(const q_page *page, const q_tick *t, double least)
{
    return t->box.height >= least && !is_letter(page, t) &&
           (has_label(page, t) || has_peers(page, t));
}

static bool is_squarish(const q_page *page, q_box b)
{
    double width = b.width * page->width_pt, height = b.height * page->height_pt;

    return width < 2.2 * height && height < 2.2 * width;
}

static bool is_drawn(const q_page *page, q_box b)
{
    for (size_t i = 0; i < page->marks.tick_count; i++) {
        q_box t = page->marks.ticks[i].box;
        double x = t.left + t.width / 2, y = t.top + t.height / 2;

        if (x > b.left && x < q_box_right(b) && y > b.top - 0.3 * b.height &&
            y < q_box_bottom(b) + 0.3 * b.height)
            return true;
    }
    return false;
}

q_code marks__ticks_beside_words(q_page *page, q_arena *a, q_err *err)
{
    size_t kept = 0, cap = 0, words = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;
    q_tick *all = NULL;
    double least = 0;

    if (least_height(page, a, &least, err))
        return Q_NOMEM;
    if (q_arena_grow(a, &all, &cap, page->marks.tick_count + 1, sizeof *all))
        return q_err_nomem(err);
    for (size_t i = 0; i < page->marks.tick_count; i++)
        if (is_kept(page, &page->marks.ticks[i], least))
            all[kept++] = page->marks.ticks[i];
    page->marks.tick_count = kept;
    page->marks.ticks = all;
    for (size_t i = 0; i < words && page->marks.tick_count < MAX_TICKS; i++) {
        const q_word *w = &page->words[i];
        int sign = marks__tick_sign(w->text);

        if (!sign || !is_squarish(page, w->box) || is_drawn(page, w->box))
            continue;
        if (q_arena_grow(a, &page->marks.ticks, &cap, page->marks.tick_count + 1,
                         sizeof *page->marks.ticks))
            return q_err_nomem(err);
        page->marks.ticks[page->marks.tick_count++] = (q_tick){w->box, sign == 2, w->confidence};
    }
    return Q_OK;
}
