/* A text with what was found in it. */
#include "base/utf8.h"
#include "cli/bot.h"
#include "cli/table.h"
#include "cli/texts.h"

#include <string.h>

enum { KINDS_MOST = 64 };

/* In the order in which kinds turn up. */
static const char *const COLOURS[] = {"\033[1;33m", "\033[1;36m", "\033[1;32m", "\033[1;35m",
                                      "\033[1;34m", "\033[1;31m", "\033[4;33m", "\033[4;36m",
                                      "\033[4;32m", "\033[4;35m", "\033[4;34m", "\033[4;31m"};

enum { COLOUR_COUNT = sizeof COLOURS / sizeof *COLOURS };

typedef struct legend {
    const char *kinds[KINDS_MOST];
    size_t counts[KINDS_MOST];
    size_t n;
} legend;

/* The place of a kind; later ones than there is room for share the last. */
static size_t place_of(legend *l, const char *kind)
{
    size_t i = 0;

    while (i < l->n && strcmp(l->kinds[i], kind) != 0)
        i++;
    if (i == l->n && l->n < KINDS_MOST)
        l->kinds[l->n++] = kind;
    return i < KINDS_MOST ? i : KINDS_MOST - 1;
}

typedef struct writer {
    q_buf *out;
    const cli_style *style;
    legend legend;
    const cli_mark *v;
    size_t n, next;     /* marks; the one that is open or comes next */
    const char *colour; /* of the one that is open; NULL: none */
    size_t column;
} writer;

static void line_end(writer *w)
{
    if (w->colour)
        q_buf_puts(w->out, w->style->off);
    q_buf_char(w->out, '\n');
    if (w->colour)
        q_buf_puts(w->out, w->colour);
    w->column = 0;
}

/* Bytes of the text from `at` on, with colours where marks begin and end. */
static void bytes_put(writer *w, q_str text, size_t at, size_t end)
{
    for (; at < end; at++) {
        char c = text.p[at];

        if (w->next < w->n && !w->colour && at == w->v[w->next].begin) {
            size_t place = place_of(&w->legend, w->v[w->next].kind);

            w->legend.counts[place]++;
            w->colour = COLOURS[place % COLOUR_COUNT];
            q_buf_puts(w->out, w->colour);
        }
        q_buf_char(w->out, (unsigned char)c < ' ' || c == 0x7F ? ' ' : c);
        if (w->colour && at + 1 == w->v[w->next].begin + w->v[w->next].bytes) {
            q_buf_puts(w->out, w->style->off);
            w->colour = NULL;
            w->next++;
        }
    }
}

static void text_put(writer *w, q_str text)
{
    size_t at = 0;

    while (at < text.n) {
        size_t blank = at, end, columns;

        while (blank < text.n && (text.p[blank] == ' ' || text.p[blank] == '\t'))
            blank++;
        for (end = blank; end < text.n && !q_is_space(text.p[end]);)
            end++;
        columns = q_utf8_columns(q_str_sub(text, blank, end - blank));
        if (w->column && w->column + (blank - at) + columns > w->style->width) {
            line_end(w);
            at = blank; /* the blanks are the break; a mark that begins there begins behind it */
        }
        w->column += (blank - at) + columns;
        bytes_put(w, text, at, end);
        at = end;
        if (at < text.n && text.p[at] != ' ' && text.p[at] != '\t') {
            line_end(w);
            at++;
        }
    }
    if (w->column)
        line_end(w);
}

static void legend_put(writer *w)
{
    size_t column = 0;

    for (size_t i = 0; i < w->legend.n; i++) {
        size_t columns = strlen(w->legend.kinds[i]) + 8;

        if (column && column + columns > w->style->width) {
            q_buf_char(w->out, '\n');
            column = 0;
        }
        q_buf_printf(w->out, "%s%s%s %s%zu", column ? "   " : "", COLOURS[i % COLOUR_COUNT],
                     w->legend.kinds[i], w->style->off, w->legend.counts[i]);
        column += columns;
    }
    if (w->legend.n)
        q_buf_char(w->out, '\n');
}

/* Where nobody sees colours: a line a find. */
static void rows_put(const cli_text *t, const cli_mark *v, size_t n, q_buf *out)
{
    size_t point = 0, at = 0;
    q_str text = t->tokens.text;

    for (size_t i = 0; i < n; i++) {
        q_str part = q_str_sub(text, v[i].begin, v[i].bytes);
        size_t points = q_utf8_count(part);

        point += q_utf8_count(q_str_sub(text, at, v[i].begin - at));
        at = v[i].begin;
        if (t->many)
            q_buf_printf(out, "%s\t", t->path);
        q_buf_printf(out, "%s\t%.3f\t%zu\t%zu\t", v[i].kind, (double)v[i].score, point,
                     point + points);
        for (size_t k = 0; k < part.n; k++)
            q_buf_char(out, (unsigned char)part.p[k] < ' ' ? ' ' : part.p[k]);
        q_buf_char(out, '\n');
    }
}

q_code cli_marks_put(const cli_text *t, const cli_mark *v, size_t n, q_buf *out, q_err *err)
{
    cli_style style = cli_style_of_stdout();
    writer w = {.out = out, .style = &style, .v = v, .n = n};

    if (!*style.off) {
        rows_put(t, v, n, out);
    } else {
        if (t->many)
            q_buf_printf(out, "%s==> %s <==%s\n", style.dim, t->path, style.off);
        text_put(&w, t->tokens.text);
        q_buf_char(out, '\n');
        legend_put(&w);
    }
    return out->rc ? q_err_set(err, out->rc, "the output is too long") : Q_OK;
}
