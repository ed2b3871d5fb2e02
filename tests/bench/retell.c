#include "retell.h"

#include "base/json.h"
#include "base/utf8.h"

#include <math.h>

typedef struct sheet {
    q_page *page;
    double width, height; /* in the truth's unit */
    size_t word_cap, line_cap;
} sheet;

static double number(const q_value *v)
{
    double d = 0;

    if (v && v->kind == Q_VALUE_NUMBER && q_str_f64(v->s, &d))
        return d;
    return 0;
}

static const q_value *in_list(const q_value *list, size_t index)
{
    const q_value *v = list && list->kind == Q_VALUE_LIST ? list->first : NULL;

    while (v && index--)
        v = v->next;
    return v;
}

static double fraction(double x, double of)
{
    return of > 0 ? fmin(fmax(x / of, 0), 1) : 0;
}

/* Words share out their line's box by their letters. */
static q_code put_line(sheet *s, q_str text, const q_value *box, q_arena *a, q_err *err)
{
    q_page *p = s->page;
    double left = fraction(number(in_list(box, 0)), s->width);
    double top = fraction(number(in_list(box, 1)), s->height);
    double right = fraction(number(in_list(box, 2)), s->width);
    double bottom = fraction(number(in_list(box, 3)), s->height);
    double chars = fmax(1, (double)q_utf8_count(text)), at = 0;
    q_line line = {.text = text, .confidence = 100, .first_word = p->word_count};
    q_str word;

    if (right <= left || bottom <= top)
        return Q_OK;
    line.box = (q_box){left, top, right - left, bottom - top};
    while (text.n) {
        double n;

        q_str_cut(text, ' ', &word, &text);
        n = (double)q_utf8_count(word);
        if (word.n) {
            if (q_arena_grow(a, &p->words, &s->word_cap, p->word_count + 1, sizeof *p->words))
                return q_err_nomem(err);
            p->words[p->word_count++] = (q_word){word,
                                                 {left + line.box.width * at / chars, top,
                                                  line.box.width * n / chars, line.box.height},
                                                 100};
            line.word_count++;
        }
        at += n + 1;
    }
    if (!line.word_count)
        return Q_OK;
    if (q_arena_grow(a, &p->lines, &s->line_cap, p->line_count + 1, sizeof *p->lines))
        return q_err_nomem(err);
    p->lines[p->line_count++] = line;
    return Q_OK;
}

q_code retell(q_pages *pages, q_str truth, q_arena *a, q_err *err)
{
    q_value *root = NULL;
    const q_value *sizes, *lines;
    q_code rc = q_json_parse(a, truth, &root, err);

    if (rc)
        return rc;
    sizes = q_value_get(root, Q_STR("pages"));
    lines = q_value_get(root, Q_STR("lines"));
    for (size_t i = 0; i < pages->count; i++) {
        const q_value *size = in_list(sizes, i);
        sheet s = {.page = &pages->pages[i],
                   .width = number(q_value_get(size, Q_STR("width"))),
                   .height = number(q_value_get(size, Q_STR("height")))};

        s.page->words = NULL;
        s.page->lines = NULL;
        s.page->word_count = s.page->line_count = 0;
        s.page->from_text_layer = true;
        for (const q_value *l = in_list(lines, 0); l; l = l->next) {
            const q_value *page = q_value_get(l, Q_STR("page")), *text, *box;

            text = q_value_get(l, Q_STR("text"));
            box = q_value_get(l, Q_STR("box"));
            if ((page ? number(page) : 1) != (double)i + 1 || !text || !box)
                continue;
            rc = put_line(&s, text->s, box, a, err);
            if (rc)
                return rc;
        }
    }
    return Q_OK;
}
