#include "base/csv.h"

#include <string.h>

q_csv q_csv_init(q_str text)
{
    if (q_str_starts(text, Q_STR("\xEF\xBB\xBF")))
        text = q_str_sub(text, 3, SIZE_MAX);
    return (q_csv){.rest = text, .line = 0, .next_line = 1};
}

static void skip(q_csv *c, size_t n)
{
    c->rest = q_str_sub(c->rest, n, SIZE_MAX);
}

/* Bytes of the line end that is next; 0 for none. */
static size_t line_end(const q_csv *c)
{
    if (q_str_starts(c->rest, Q_STR("\r\n")))
        return 2;
    return c->rest.n && c->rest.p[0] == '\n';
}

static q_code undouble(q_str raw, q_arena *a, q_str *out, q_err *err)
{
    char *p;
    size_t n = 0;

    *out = raw;
    if (!q_str_has(raw, '"'))
        return Q_OK;
    p = q_arena_alloc(a, raw.n);
    if (!p)
        return q_err_nomem(err);
    for (size_t i = 0; i < raw.n; i++) {
        p[n++] = raw.p[i];
        i += raw.p[i] == '"';
    }
    *out = (q_str){p, n};
    return Q_OK;
}

/* What stands between the quote that is next and the one that closes it. */
static q_code quoted(q_csv *c, q_arena *a, q_str *out, q_err *err)
{
    const char *p = c->rest.p;
    size_t i = 1, n = c->rest.n, from = c->next_line;
    q_str raw;

    while (i < n && (p[i] != '"' || (i + 1 < n && p[i + 1] == '"'))) {
        c->next_line += p[i] == '\n';
        i += p[i] == '"' ? 2 : 1;
    }
    if (i >= n)
        return q_err_set(err, Q_INVALID, "line %zu: a quote is not closed", from);
    raw = q_str_sub(c->rest, 1, i - 1);
    skip(c, i + 1);
    if (c->rest.n && c->rest.p[0] != ',' && !line_end(c))
        return q_err_set(err, Q_INVALID,
                         "line %zu: behind a closing quote a comma or the line's end is wanted",
                         c->next_line);
    return undouble(raw, a, out, err);
}

static q_code plain(q_csv *c, q_str *out, q_err *err)
{
    size_t i = 0;

    while (i < c->rest.n && c->rest.p[i] != ',' && c->rest.p[i] != '\n')
        i++;
    if (i < c->rest.n && c->rest.p[i] == '\n' && i && c->rest.p[i - 1] == '\r')
        i--;
    *out = q_str_sub(c->rest, 0, i);
    skip(c, i);
    return q_str_has(*out, '"')
               ? q_err_set(
                     err, Q_INVALID,
                     "line %zu: a quote within a field; the whole field must stand in quotes, "
                     "and quotes in it be doubled",
                     c->next_line)
               : Q_OK;
}

q_code q_csv_next(q_csv *c, q_arena *a, q_str *fields, size_t most, size_t *count, bool *more,
                  q_err *err)
{
    q_code rc = Q_OK;
    bool again = true;

    *count = 0;
    for (size_t n; (n = line_end(c)) > 0; c->next_line++)
        skip(c, n);
    *more = c->rest.n > 0;
    c->line = c->next_line;
    while (!rc && *more && again) {
        q_str field = {NULL, 0};

        rc = c->rest.n && c->rest.p[0] == '"' ? quoted(c, a, &field, err) : plain(c, &field, err);
        if (*count < most)
            fields[*count] = field;
        ++*count;
        again = c->rest.n && c->rest.p[0] == ',';
        skip(c, again);
    }
    if (!rc && *more && line_end(c)) {
        skip(c, line_end(c));
        c->next_line++;
    }
    return rc;
}
