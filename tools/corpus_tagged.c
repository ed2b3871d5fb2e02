#include "corpus.h"

#include "base/buf.h"
#include "base/file.h"

enum { FILE_MAX = 64 << 20, TOKENS_MAX = 4096 };

typedef struct piece {
    size_t begin, end; /* bytes of the text */
    bool space;
    q_syntax_tag tag;
} piece;

typedef struct reader {
    q_arena *arena;
    q_buf text;
    piece v[TOKENS_MAX];
    size_t n;
    bool space; /* before the next token */
} reader;

static q_syntax_tag tag_of(q_str name)
{
    for (int t = 0; t < Q_SYNTAX_TAGS; t++)
        if (q_str_is(name, q_syntax_tag_name((q_syntax_tag)t)))
            return (q_syntax_tag)t;
    return Q_SYNTAX_O;
}

/* One token, whatever the room would make of it. */
static q_code as_one(q_arena *a, q_str text, const piece *p, q_token *out)
{
    q_str form = q_str_sub(text, p->begin, p->end - p->begin);
    q_tokens t;
    q_code rc = q_tokens_of(form, a, &t, NULL);
    char *lower = q_str_cstr(a, form);

    if (rc || !lower)
        return Q_NOMEM;
    for (size_t i = 0; i < form.n; i++)
        lower[i] = q_to_lower(lower[i]);
    *out = t.n ? t.v[0] : (q_token){.kind = Q_TOKEN_SYMBOL};
    out->text = form;
    if (t.n != 1)
        out->lower = form.n <= Q_TOKEN_LOWER_MAX ? (q_str){lower, form.n} : (q_str){0};
    out->begin = (uint32_t)p->begin;
    out->space = p->space;
    out->line = out->sentence = false;
    return Q_OK;
}

static q_code sentence(reader *r, corpus_tagged *out)
{
    q_str text;
    q_code rc = q_buf_finish(&r->text, &text, NULL);

    if (rc)
        return rc;
    out->tokens = (q_tokens){text, q_arena_array(r->arena, r->n, sizeof(q_token)), r->n};
    out->tags = q_arena_array(r->arena, r->n, sizeof *out->tags);
    if (!out->tokens.v || !out->tags)
        return Q_NOMEM;
    for (size_t i = 0; i < r->n && !rc; i++) {
        rc = as_one(r->arena, text, &r->v[i], &out->tokens.v[i]);
        out->tags[i] = r->v[i].tag;
    }
    out->tokens.v[0].sentence = out->tokens.v[0].line = true;
    r->text = q_buf_init(r->arena, FILE_MAX);
    r->n = 0;
    r->space = false;
    return rc;
}

static void token(reader *r, q_str line)
{
    q_str form, tag, space;
    piece *p = &r->v[r->n++];

    q_str_cut(line, '\t', &form, &line);
    q_str_cut(line, '\t', &tag, &line); /* the lemma */
    q_str_cut(line, '\t', &tag, &line);
    q_str_cut(line, '\t', &space, &line);
    if (r->space)
        q_buf_char(&r->text, ' ');
    p->space = r->space || r->n == 1;
    p->begin = r->text.n;
    q_buf_put(&r->text, form);
    p->end = r->text.n;
    p->tag = tag_of(tag);
    r->space = !q_str_starts(line, Q_STR("-"));
}

q_code corpus_read_tagged(q_arena *a, const char *path, corpus_tagged **out, size_t *count,
                          q_err *err)
{
    reader *r = q_arena_alloc(a, sizeof *r);
    q_str rest, line;
    size_t cap = 0;
    q_code rc = r ? q_file_read(a, path, FILE_MAX, &rest, err) : q_err_nomem(err);

    if (rc)
        return rc;
    *r = (reader){.arena = a, .text = q_buf_init(a, FILE_MAX)};
    *out = NULL;
    *count = 0;
    while (rest.n && !rc) {
        q_str_cut(rest, '\n', &line, &rest);
        if (line.n && r->n < TOKENS_MAX)
            token(r, line);
        if ((line.n && rest.n) || !r->n)
            continue;
        rc = q_arena_grow(a, out, &cap, *count + 1, sizeof **out);
        if (!rc)
            rc = sentence(r, &(*out)[(*count)++]);
    }
    return rc ? q_err_nomem(err) : Q_OK;
}
