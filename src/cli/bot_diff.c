/* Differences for people: what was wanted in red behind -, what came in green behind +. */
#include "base/wrap.h"
#include "cli/bot.h"
#include "cli/table.h"
#include "dialog/script.h"

#include <stdlib.h>
#include <unistd.h>

enum { INDENT = 6, LABEL = 12, LINES_MAX = 400 };

cli_style cli_style_of_stdout(void)
{
    const char *refused = getenv("NO_COLOR");
    size_t width = cli_width();

    if (!isatty(STDOUT_FILENO) || (refused && *refused))
        return (cli_style){"", "", "", "", "", width};
    return (cli_style){"\033[31m", "\033[32m", "\033[2m", "\033[1m", "\033[0m", width};
}

typedef struct lines {
    q_str *v;
    size_t n;
} lines;

static q_code split(q_str text, q_arena *a, lines *out, q_err *err)
{
    size_t n = 1;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    *out = (lines){q_arena_array(a, n, sizeof *out->v), 0};
    if (!out->v)
        return q_err_nomem(err);
    for (bool more = text.n > 0; more;)
        more = q_str_cut(text, '\n', &out->v[out->n++], &text);
    return Q_OK;
}

typedef struct diff {
    q_buf *out;
    const cli_style *style;
    bool patterns, labelled;
    q_str label;
    lines was, is;
    size_t *common; /* [was.n + 1, is.n + 1]: lines that agree from there on; NULL: too many */
    q_arena *arena;
} diff;

static bool agree(const diff *d, size_t i, size_t j)
{
    return d->patterns ? q_script_match(d->was.v[i], d->is.v[j])
                       : q_str_eq(d->was.v[i], d->is.v[j]);
}

static void pad(q_buf *out, size_t n)
{
    while (n--)
        q_buf_char(out, ' ');
}

/* The label stands before the first line; a long one has a line of its own. */
static void put_label(diff *d)
{
    pad(d->out, INDENT);
    if (!d->labelled)
        q_wrap_put(d->label, d->out);
    if (!d->labelled && d->label.n >= LABEL) {
        q_buf_char(d->out, '\n');
        pad(d->out, INDENT + LABEL);
    } else {
        pad(d->out, LABEL - (d->labelled ? 0 : d->label.n));
    }
    d->labelled = true;
}

/* One line, wrapped behind its sign. */
static void put(diff *d, char sign, q_str text)
{
    const char *colour = sign == '-' ? d->style->was : sign == '+' ? d->style->is : d->style->dim;
    size_t used = INDENT + LABEL + 2;
    size_t width = d->style->width > used + 20 ? d->style->width - used : 20;
    bool first = true;

    do {
        put_label(d);
        q_buf_puts(d->out, colour);
        q_buf_char(d->out, first ? sign : ' ');
        q_buf_char(d->out, ' ');
        if (text.n)
            q_wrap_put(q_wrap_line(&text, width), d->out);
        else
            q_buf_puts(d->out, "(nothing)");
        q_buf_puts(d->out, d->style->off);
        q_buf_char(d->out, '\n');
        first = false;
    } while (q_str_trim(text).n);
}

/* The longest common subsequence's lengths, from the ends on. */
static q_code common_lines(diff *d, q_err *err)
{
    size_t columns = d->is.n + 1;

    if (d->was.n > LINES_MAX || d->is.n > LINES_MAX)
        return Q_OK;
    d->common = q_arena_array(d->arena, (d->was.n + 1) * columns, sizeof *d->common);
    if (!d->common)
        return q_err_nomem(err);
    for (size_t i = d->was.n; i-- > 0;)
        for (size_t j = d->is.n; j-- > 0;) {
            size_t below = d->common[(i + 1) * columns + j], right = d->common[i * columns + j + 1];

            d->common[i * columns + j] = agree(d, i, j)  ? d->common[(i + 1) * columns + j + 1] + 1
                                         : below > right ? below
                                                         : right;
        }
    return Q_OK;
}

q_code cli_difference_put(q_buf *out, const cli_style *s, const q_difference *one, bool patterns,
                          q_arena *a, q_err *err)
{
    diff d = {.out = out, .style = s, .patterns = patterns, .label = one->what, .arena = a};
    size_t i = 0, j = 0, columns;
    q_code rc = split(one->want, a, &d.was, err);

    if (!rc)
        rc = split(one->got, a, &d.is, err);
    if (!rc)
        rc = common_lines(&d, err);
    if (rc)
        return rc;
    columns = d.is.n + 1;
    if (!d.was.n)
        put(&d, '-', (q_str){0});
    while (i < d.was.n || j < d.is.n) {
        bool both = i < d.was.n && j < d.is.n;

        if (both && d.common && agree(&d, i, j)) {
            put(&d, ' ', d.is.v[j++]);
            i++;
        } else if (i < d.was.n &&
                   (!both || !d.common ||
                    d.common[(i + 1) * columns + j] >= d.common[i * columns + j + 1])) {
            put(&d, '-', d.was.v[i++]);
        } else {
            put(&d, '+', d.is.v[j++]);
        }
    }
    if (!d.is.n)
        put(&d, '+', (q_str){0});
    return Q_OK;
}

void cli_differences_json(q_value *list, const q_differences *d)
{
    for (size_t i = 0; i < d->n; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("what"), d->v[i].what);
        q_map_str(map, Q_STR("wanted"), d->v[i].want);
        q_map_str(map, Q_STR("got"), d->v[i].got);
        if (d->v[i].line)
            q_map_int(map, Q_STR("line"), (int64_t)d->v[i].line);
    }
}

static void pairs_json(q_value *map, const q_attributes *a)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].value.p)
            q_map_str(map, a->v[i].name, a->v[i].value);
        else
            q_map_null(map, a->v[i].name);
    }
}

void cli_outcome_json(q_value *map, const q_outcome *o)
{
    q_value *list;

    if (o->error.n) {
        q_map_str(map, Q_STR("error"), o->error);
        return;
    }
    list = q_map_list(map, Q_STR("said"));
    for (size_t i = 0; i < o->said_count; i++)
        q_list_str(list, o->said[i]);
    if (o->intent.n)
        q_map_str(map, Q_STR("intent"), o->intent);
    if (o->score >= 0)
        q_map_double(map, Q_STR("confidence"), o->score);
    q_map_str(map, Q_STR("state"), o->state);
    if (o->asks.n)
        q_map_str(map, Q_STR("asks"), o->asks);
    pairs_json(q_map_map(map, Q_STR("slots")), &o->slots);
    pairs_json(q_map_map(map, Q_STR("session")), &o->session);
    list = q_map_list(map, Q_STR("contexts"));
    for (size_t i = 0; i < o->context_count; i++)
        q_list_str(list, o->contexts[i]);
}
