#include "corpus.h"

#include "base/buf.h"
#include "base/file.h"

#include <string.h>

enum { FILE_MAX = 64 << 20 };

typedef struct reader {
    q_arena *arena;
    q_str map, name;
    corpus_join join;
    corpus *out;
    size_t cap, mark_cap;
    q_buf text;
    corpus_mark *marks;
    size_t mark_count;
    q_str open; /* the label of the last token's mark, or empty */
} reader;

static uint8_t type_of(const reader *r, q_str label)
{
    q_str rest = r->map, line, whose, type;

    while (rest.n) {
        q_str_cut(rest, '\n', &line, &rest);
        q_str_cut(line, '\t', &whose, &line);
        q_str_cut(line, '\t', &line, &type);
        if (!q_str_eq(whose, r->name) || !q_str_eq(line, label))
            continue;
        for (int t = 0; t <= Q_ENTITY_OTHER; t++)
            if (q_str_is(type, q_entity_type_name((q_entity_type)t)))
                return (uint8_t)t;
    }
    return CORPUS_NO_TYPE;
}

static unsigned types_of(const reader *r)
{
    q_str rest = r->map, line, whose, label;
    unsigned out = 0;

    while (rest.n) {
        q_str_cut(rest, '\n', &line, &rest);
        q_str_cut(line, '\t', &whose, &line);
        q_str_cut(line, '\t', &label, &line);
        if (q_str_eq(whose, r->name))
            out |= 1U << type_of(r, label);
    }
    return out;
}

static bool blank_before(const reader *r, q_str token)
{
    static const char *const TIGHT[] = {",", ".", ";", ":",  "!",   "?",
                                        ")", "]", "%", "'s", "n't", "\xE2\x80\x99s"};
    char last = r->text.n ? r->text.p[r->text.n - 1] : ' ';

    if (!r->text.n)
        return false;
    if (r->join != CORPUS_PRINT)
        return true;
    if (last == '(' || last == '[' || last == '$')
        return false;
    for (size_t i = 0; i < sizeof TIGHT / sizeof *TIGHT; i++)
        if (q_str_is(token, TIGHT[i]))
            return false;
    return true;
}

static q_code token(reader *r, q_str token, q_str tag)
{
    q_str label = tag.n > 2 ? q_str_sub(tag, 2, tag.n) : (q_str){0};
    size_t begin;

    if (blank_before(r, token))
        q_buf_char(&r->text, ' ');
    begin = r->text.n;
    for (size_t i = 0; i < token.n; i++)
        q_buf_char(&r->text, r->join == CORPUS_LOWER ? q_to_lower(token.p[i]) : token.p[i]);
    if (label.n && tag.p[0] == 'I' && q_str_eq(label, r->open)) {
        r->marks[r->mark_count - 1].end = r->text.n;
    } else if (label.n) {
        if (q_arena_grow(r->arena, &r->marks, &r->mark_cap, r->mark_count + 1, sizeof *r->marks))
            return Q_NOMEM;
        r->marks[r->mark_count++] = (corpus_mark){begin, r->text.n, type_of(r, label), false};
    }
    for (size_t i = 0; label.n && i < token.n; i++)
        r->marks[r->mark_count - 1].capital |=
            (token.p[i] >= 'A' && token.p[i] <= 'Z') || (token.p[i] & 0x80);
    r->open = label;
    return Q_OK;
}

static q_code sentence(reader *r)
{
    corpus_sentence *s;

    r->open = (q_str){0};
    if (!r->text.n)
        return Q_OK;
    if (q_arena_grow(r->arena, &r->out->v, &r->cap, r->out->n + 1, sizeof *r->out->v))
        return Q_NOMEM;
    s = &r->out->v[r->out->n++];
    if (q_buf_finish(&r->text, &s->text, NULL))
        return Q_NOMEM;
    s->marks = r->marks;
    s->mark_count = r->mark_count;
    r->text = q_buf_init(r->arena, FILE_MAX);
    r->marks = NULL;
    r->mark_count = r->mark_cap = 0;
    return Q_OK;
}

q_code corpus_read(q_arena *a, const char *map, const char *name, const char *path,
                   corpus_join join, corpus *out, q_err *err)
{
    reader r = {.arena = a,
                .name = q_str_of(name),
                .join = join,
                .out = out,
                .text = q_buf_init(a, FILE_MAX)};
    q_str rest, line, left, tag;
    q_code rc = q_file_read(a, map, FILE_MAX, &r.map, err);

    if (!rc)
        rc = q_file_read(a, path, FILE_MAX, &rest, err);
    if (rc)
        return rc;
    *out = (corpus){.types = types_of(&r)};
    while (rest.n && !rc) {
        q_str_cut(rest, '\n', &line, &rest);
        if (q_str_cut(line, '\t', &left, &tag))
            rc = token(&r, left, tag);
        else
            rc = sentence(&r);
    }
    if (!rc)
        rc = sentence(&r);
    return rc ? q_err_nomem(err) : Q_OK;
}
