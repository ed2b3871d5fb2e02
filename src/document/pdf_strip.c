#include "document/pdf_strip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_NESTING = 64,   /* of saved graphics states; deeper ones are not told apart */
    MAX_FORM_DEPTH = 4, /* forms in forms */
    MAX_FORMS = 20000,
    HIDDEN = 3
};

/* ---- tokens ----------------------------------------------------------------- */

typedef enum token_kind { TOKEN_END, TOKEN_OPERAND, TOKEN_OPERATOR } token_kind;

typedef struct scanner {
    q_str s;
    size_t at;
} scanner;

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool is_delimiter(char c)
{
    return c && strchr("()<>[]{}/%", c) != NULL;
}

static void skip_blanks(scanner *t)
{
    while (t->at < t->s.n) {
        char c = t->s.p[t->at];

        if (c == '%') {
            while (t->at < t->s.n && t->s.p[t->at] != '\n' && t->s.p[t->at] != '\r')
                t->at++;
        } else if (is_blank(c)) {
            t->at++;
        } else {
            return;
        }
    }
}

static void skip_string(scanner *t)
{
    size_t depth = 0;

    while (t->at < t->s.n) {
        char c = t->s.p[t->at++];

        if (c == '\\')
            t->at++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            break;
    }
    if (t->at > t->s.n)
        t->at = t->s.n;
}

static void skip_regular(scanner *t)
{
    while (t->at < t->s.n && !is_blank(t->s.p[t->at]) && !is_delimiter(t->s.p[t->at]))
        t->at++;
}

static void skip_hex(scanner *t)
{
    if (t->at + 1 < t->s.n && t->s.p[t->at + 1] == '<') { /* a dictionary's start */
        t->at += 2;
        return;
    }
    while (t->at < t->s.n && t->s.p[t->at] != '>')
        t->at++;
    if (t->at < t->s.n)
        t->at++;
}

/* The next token; arrays and dictionaries come by parts, all of which are operands. */
static token_kind token_next(scanner *t, q_str *out)
{
    size_t start;
    char c;

    skip_blanks(t);
    if (t->at >= t->s.n)
        return TOKEN_END;
    start = t->at;
    c = t->s.p[start];
    if (c == '(') {
        skip_string(t);
    } else if (c == '<') {
        skip_hex(t);
    } else if (c == '/') {
        t->at++;
        skip_regular(t);
    } else if (is_delimiter(c)) {
        t->at++;
    } else {
        skip_regular(t);
    }
    *out = q_str_sub(t->s, start, t->at - start);
    return is_delimiter(c) || q_is_digit(c) || c == '+' || c == '-' || c == '.' ? TOKEN_OPERAND
                                                                                : TOKEN_OPERATOR;
}

/* Behind BI: to behind the EI that ends an inline picture's data. */
static void skip_picture(scanner *t)
{
    q_str word;
    token_kind kind;

    do
        kind = token_next(t, &word);
    while (kind != TOKEN_END && !(kind == TOKEN_OPERATOR && q_str_is(word, "ID")));
    for (t->at++; t->at + 2 < t->s.n; t->at++) {
        const char *p = t->s.p + t->at;

        if (is_blank(p[0]) && p[1] == 'E' && p[2] == 'I' &&
            (t->at + 3 == t->s.n || is_blank(p[3]))) {
            t->at += 3;
            return;
        }
    }
    t->at = t->s.n;
}

/* ---- one stream ---------------------------------------------------------------- */

typedef struct state {
    int mode[MAX_NESTING]; /* text rendering mode, by saved graphics states */
    size_t depth;
} state;

static int *mode_of(state *s)
{
    return &s->mode[s->depth < MAX_NESTING ? s->depth : MAX_NESTING - 1];
}

static void save(state *s)
{
    int mode = *mode_of(s);

    s->depth++;
    *mode_of(s) = mode;
}

static bool shows_text(q_str op)
{
    return q_str_is(op, "Tj") || q_str_is(op, "TJ") || q_str_is(op, "'") || q_str_is(op, "\"");
}

static void follow(state *s, q_str op, q_str last, pdf_strip_found *found)
{
    if (q_str_is(op, "q"))
        save(s);
    else if (q_str_is(op, "Q"))
        s->depth -= s->depth > 0;
    else if (q_str_is(op, "Tr"))
        *mode_of(s) = q_str_is(last, "3") ? HIDDEN : 0;
    else if (q_str_is(op, "k") || q_str_is(op, "K"))
        found->ink = true;
}

void pdf_strip__content(q_str content, q_buf *out, pdf_strip_found *found)
{
    scanner t = {.s = content};
    state s = {.depth = 0};
    q_str word, last = {NULL, 0};
    size_t copied = 0, operands = 0; /* what is copied; where the operator's operands begin */
    token_kind kind;

    while ((kind = token_next(&t, &word)) != TOKEN_END) {
        if (kind == TOKEN_OPERAND) {
            last = word;
            continue;
        }
        if (q_str_is(word, "BI")) {
            skip_picture(&t);
        } else if (shows_text(word) && *mode_of(&s) == HIDDEN) {
            q_buf_put(out, q_str_sub(content, copied, operands - copied));
            if (word.n == 1) /* ' and " begin a new line first */
                q_buf_puts(out, " T*");
            copied = t.at;
            found->hidden = true;
        } else {
            follow(&s, word, last, found);
        }
        operands = t.at;
    }
    q_buf_put(out, q_str_sub(content, copied, content.n));
}

/* ---- a file ------------------------------------------------------------------- */

typedef struct cleaning {
    pdf_base *base;
    qpdf_data q;
    bool look_only;
    bool ink;
    size_t forms;
} cleaning;

/* The content without its hidden text; *stream is 0 when there is none to take out. */
static q_code clean(cleaning *c, unsigned char *bytes, size_t n, q_buf *out, bool *changed,
                    q_err *err)
{
    pdf_strip_found found = {false, false};

    pdf_strip__content((q_str){(const char *)bytes, n}, out, &found);
    free(bytes);
    c->ink |= found.ink;
    *changed = found.hidden && !c->look_only;
    return out->rc ? q_err_nomem(err) : Q_OK;
}

static void replace(cleaning *c, qpdf_oh stream, const q_buf *data)
{
    qpdf_oh_replace_stream_data(c->q, stream, (const unsigned char *)(data->n ? data->p : ""),
                                data->n, qpdf_oh_new_null(c->q), qpdf_oh_new_null(c->q));
}

static q_code clean_resources(cleaning *c, qpdf_oh owner, int depth, q_err *err);

static q_code clean_form(cleaning *c, qpdf_oh form, int depth, q_err *err)
{
    qpdf_oh dictionary = qpdf_oh_get_dict(c->q, form);
    qpdf_oh kind = qpdf_oh_get_key(c->q, dictionary, "/Subtype");
    q_buf out = q_buf_init(NULL, SIZE_MAX);
    unsigned char *bytes = NULL;
    QPDF_BOOL filtered = QPDF_FALSE;
    bool changed = false;
    size_t n = 0;
    q_code rc = Q_OK;

    if (!qpdf_oh_is_name(c->q, kind) || strcmp(qpdf_oh_get_name(c->q, kind), "/Form") != 0 ||
        ++c->forms > MAX_FORMS)
        return Q_OK;
    /* What cannot be unpacked is left as it is. */
    if (!(qpdf_oh_get_stream_data(c->q, form, qpdf_dl_generalized, &filtered, &bytes, &n) &
          QPDF_ERRORS) &&
        filtered)
        rc = clean(c, bytes, n, &out, &changed, err);
    else
        free(bytes);
    if (!rc && changed)
        replace(c, form, &out);
    q_buf_clear(&out);
    return rc ? rc : clean_resources(c, dictionary, depth + 1, err);
}

static q_code clean_resources(cleaning *c, qpdf_oh owner, int depth, q_err *err)
{
    qpdf_oh resources = qpdf_oh_get_key(c->q, owner, "/Resources"), objects;
    q_buf names = q_buf_init(NULL, 1 << 20);
    q_code rc = Q_OK;

    if (depth > MAX_FORM_DEPTH || !qpdf_oh_is_dictionary(c->q, resources))
        return Q_OK;
    objects = qpdf_oh_get_key(c->q, resources, "/XObject");
    if (!qpdf_oh_is_dictionary(c->q, objects))
        return Q_OK;
    qpdf_oh_begin_dict_key_iter(c->q, objects); /* there is one such walk at a time */
    while (qpdf_oh_dict_more_keys(c->q)) {
        q_buf_puts(&names, qpdf_oh_dict_next_key(c->q));
        q_buf_char(&names, 0);
    }
    for (size_t at = 0; at < names.n && !rc && !names.rc; at += strlen(names.p + at) + 1) {
        qpdf_oh object = qpdf_oh_get_key(c->q, objects, names.p + at);

        if (qpdf_oh_is_stream(c->q, object))
            rc = clean_form(c, object, depth, err);
        qpdf_oh_release(c->q, object);
    }
    if (names.rc && !rc)
        rc = q_err_nomem(err);
    q_buf_clear(&names);
    return rc;
}

/* The font of a layer of ours, which nothing shows text in any more. */
static void drop_font(cleaning *c, qpdf_oh page)
{
    qpdf_oh resources = qpdf_oh_get_key(c->q, page, "/Resources"), fonts;
    char key[32] = "/QuernText";

    if (!qpdf_oh_is_dictionary(c->q, resources))
        return;
    fonts = qpdf_oh_get_key(c->q, resources, "/Font");
    for (int i = 1; qpdf_oh_is_dictionary(c->q, fonts) && qpdf_oh_has_key(c->q, fonts, key); i++) {
        qpdf_oh_remove_key(c->q, fonts, key);
        snprintf(key, sizeof key, "/QuernText%d", i);
    }
}

static q_code clean_page(cleaning *c, size_t index, q_err *err)
{
    qpdf_oh page = qpdf_get_page_n(c->q, index), stream;
    q_buf out = q_buf_init(NULL, SIZE_MAX);
    unsigned char *bytes = NULL;
    bool changed = false;
    size_t n = 0;
    q_code rc;

    if (qpdf_oh_get_page_content_data(c->q, page, &bytes, &n) & QPDF_ERRORS) {
        free(bytes);
        return pdf_base__check(c->base, err);
    }
    rc = clean(c, bytes, n, &out, &changed, err);
    if (!rc && changed) {
        stream = qpdf_oh_new_stream(c->q);
        replace(c, stream, &out);
        qpdf_oh_replace_key(c->q, page, "/Contents", stream);
        drop_font(c, page);
    }
    q_buf_clear(&out);
    if (!rc)
        rc = clean_resources(c, page, 0, err);
    qpdf_oh_release_all(c->q);
    return rc ? rc : pdf_base__check(c->base, err);
}

static q_code clean_all(cleaning *c, q_err *err)
{
    q_code rc = Q_OK;

    /* Resources that pages inherit are theirs then, so that forms in them are found. */
    if (qpdf_push_inherited_attributes_to_page(c->q) & QPDF_ERRORS)
        return pdf_base__check(c->base, err);
    for (size_t i = 0; i < pdf_base__page_count(c->base) && !rc; i++)
        rc = clean_page(c, i, err);
    return rc;
}

q_code pdf_strip__file(pdf_base *b, q_err *err)
{
    return clean_all(&(cleaning){.base = b, .q = pdf_base__handle(b)}, err);
}

q_code pdf_strip__has_ink(pdf_base *b, bool *ink, q_err *err)
{
    cleaning c = {.base = b, .q = pdf_base__handle(b), .look_only = true};
    q_code rc = clean_all(&c, err);

    *ink = c.ink;
    return rc;
}
