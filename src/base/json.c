#include "base/json.h"

#include "base/encode.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

typedef struct parser {
    q_arena *arena;
    const char *start, *p, *end;
    size_t depth, count;
    q_err *err;
} parser;

static q_code fail(parser *ps, const char *what)
{
    return q_err_set(ps->err, Q_INVALID, "JSON: %s at byte %zu", what, (size_t)(ps->p - ps->start));
}

static void skip_blank(parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\n' || *ps->p == '\r'))
        ps->p++;
}

static q_str rest(const parser *ps)
{
    return (q_str){ps->p, (size_t)(ps->end - ps->p)};
}

/* Four hex digits at p[0..3], or -1. */
static int32_t hex4(const char *p)
{
    int32_t v = 0;

    for (int i = 0; i < 4; i++) {
        int d = q_hex_digit(p[i]);

        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

/* At the 'u' of \uXXXX; leaves p behind the escape (both halves of a pair). */
static q_code unescape_unicode(parser *ps, char **out)
{
    int32_t hi, lo;
    uint32_t cp;

    if (ps->end - ps->p < 5 || (hi = hex4(ps->p + 1)) < 0)
        return fail(ps, "bad \\u escape");
    cp = (uint32_t)hi;
    if (hi >= 0xD800 && hi <= 0xDFFF) {
        if (hi > 0xDBFF || ps->end - ps->p < 11 || ps->p[5] != '\\' || ps->p[6] != 'u' ||
            (lo = hex4(ps->p + 7)) < 0xDC00 || lo > 0xDFFF)
            return fail(ps, "lone surrogate");
        cp = 0x10000 + ((uint32_t)(hi - 0xD800) << 10) + (uint32_t)(lo - 0xDC00);
        ps->p += 6;
    }
    ps->p += 5;
    *out += q_utf8_encode(cp, *out);
    return Q_OK;
}

static q_code unescape(parser *ps, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *hit;

    ps->p++; /* the backslash */
    if (ps->p == ps->end)
        return fail(ps, "text ends in an escape");
    if (*ps->p == 'u')
        return unescape_unicode(ps, out);
    hit = *ps->p ? strchr(from, *ps->p) : NULL;
    if (!hit)
        return fail(ps, "unknown escape");
    *(*out)++ = to[hit - from];
    ps->p++;
    return Q_OK;
}

/* Find the closing quote and check the characters; p is behind the opening
 * one. *plain says that nothing is escaped.
 */
static q_code scan_string(parser *ps, const char **close, bool *plain)
{
    const char *p = ps->p;

    *plain = true;
    while (p < ps->end && *p != '"') {
        unsigned char c = (unsigned char)*p;
        size_t len = 1;

        if (c < 0x20) {
            ps->p = p;
            return fail(ps, "control character in a string");
        }
        if (c >= 0x80 && q_utf8_decode((q_str){p, (size_t)(ps->end - p)}, &len) == Q_UTF8_BAD) {
            ps->p = p;
            return fail(ps, "bytes that are no UTF-8");
        }
        if (c == '\\') {
            *plain = false;
            len = ps->end - p > 1 ? 2 : 1;
        }
        p += len;
    }
    if (p >= ps->end) {
        ps->p = ps->end;
        return fail(ps, "unfinished string");
    }
    *close = p;
    return Q_OK;
}

static q_code parse_string(parser *ps, q_str *out)
{
    const char *close = NULL;
    bool plain = false;
    char *copy, *w;
    q_code rc;

    if (ps->p == ps->end || *ps->p != '"')
        return fail(ps, "expected a string");
    ps->p++;
    rc = scan_string(ps, &close, &plain);
    if (rc)
        return rc;
    if (plain) {
        *out = (q_str){ps->p, (size_t)(close - ps->p)};
        ps->p = close + 1;
        return Q_OK;
    }
    copy = w = q_arena_alloc(ps->arena, (size_t)(close - ps->p));
    if (!copy)
        return q_err_nomem(ps->err);
    while (ps->p < close) {
        if (*ps->p != '\\') {
            *w++ = *ps->p++;
            continue;
        }
        rc = unescape(ps, &w);
        if (rc)
            return rc;
    }
    *out = (q_str){copy, (size_t)(w - copy)};
    ps->p = close + 1;
    return Q_OK;
}

static q_code parse_number(parser *ps, q_value *v)
{
    const char *from = ps->p;
    double ignored;

    while (ps->p < ps->end && (q_is_digit(*ps->p) || strchr("+-.eE", *ps->p)) && *ps->p)
        ps->p++;
    v->kind = Q_VALUE_NUMBER;
    v->s = (q_str){from, (size_t)(ps->p - from)};
    if (q_str_f64(v->s, &ignored))
        return Q_OK;
    ps->p = from;
    return fail(ps, "expected a value");
}

static q_code parse_value(parser *ps, q_value *v);

static q_code enter(parser *ps, q_value *v, q_kind kind)
{
    v->kind = kind;
    ps->p++;
    if (++ps->depth > Q_JSON_DEPTH)
        return q_err_set(ps->err, Q_LIMIT, "JSON nested deeper than %d levels at byte %zu",
                         Q_JSON_DEPTH, (size_t)(ps->p - ps->start));
    skip_blank(ps);
    return Q_OK;
}

/* Behind an item: a comma (more is true) or the closing bracket. */
static q_code next_item(parser *ps, char close, bool *more)
{
    skip_blank(ps);
    if (ps->p < ps->end && *ps->p == ',') {
        ps->p++;
        skip_blank(ps);
        *more = true;
        return Q_OK;
    }
    if (ps->p < ps->end && *ps->p == close) {
        ps->p++;
        ps->depth--;
        *more = false;
        return Q_OK;
    }
    return fail(ps, close == ']' ? "expected , or ]" : "expected , or }");
}

static q_code parse_list(parser *ps, q_value *list)
{
    bool more = true;
    q_code rc = enter(ps, list, Q_VALUE_LIST);

    if (rc)
        return rc;
    if (ps->p < ps->end && *ps->p == ']') {
        ps->p++;
        ps->depth--;
        return Q_OK;
    }
    while (!rc && more) {
        rc = parse_value(ps, q_list_add(list, Q_VALUE_NULL));
        if (!rc)
            rc = next_item(ps, ']', &more);
    }
    return rc;
}

static q_code parse_map(parser *ps, q_value *map)
{
    bool more = true;
    q_str key;
    q_code rc = enter(ps, map, Q_VALUE_MAP);

    if (rc)
        return rc;
    if (ps->p < ps->end && *ps->p == '}') {
        ps->p++;
        ps->depth--;
        return Q_OK;
    }
    while (!rc && more) {
        rc = parse_string(ps, &key);
        if (rc)
            break;
        skip_blank(ps);
        if (ps->p == ps->end || *ps->p != ':')
            return fail(ps, "expected :");
        ps->p++;
        rc = parse_value(ps, q_map_add(map, key, Q_VALUE_NULL));
        if (!rc)
            rc = next_item(ps, '}', &more);
    }
    return rc;
}

static bool take_word(parser *ps, q_str word)
{
    if (!q_str_starts(rest(ps), word))
        return false;
    ps->p += word.n;
    return true;
}

static q_code parse_value(parser *ps, q_value *v)
{
    if (!v)
        return q_err_nomem(ps->err);
    if (++ps->count > Q_JSON_COUNT)
        return q_err_set(ps->err, Q_LIMIT, "JSON of more than %d values", Q_JSON_COUNT);
    skip_blank(ps);
    if (ps->p == ps->end)
        return fail(ps, "text ends where a value should be");
    switch (*ps->p) {
    case '{':
        return parse_map(ps, v);
    case '[':
        return parse_list(ps, v);
    case '"':
        v->kind = Q_VALUE_STRING;
        return parse_string(ps, &v->s);
    default:
        break;
    }
    if (take_word(ps, Q_STR("null"))) {
        v->kind = Q_VALUE_NULL;
        return Q_OK;
    }
    if (take_word(ps, Q_STR("true")) || take_word(ps, Q_STR("false"))) {
        v->kind = Q_VALUE_BOOL;
        v->b = ps->p[-2] == 'u';
        return Q_OK;
    }
    return parse_number(ps, v);
}

q_code q_json_parse(q_arena *a, q_str text, q_value **out, q_err *err)
{
    parser ps = {.arena = a, .start = text.p, .p = text.p, .err = err};
    q_value *v = q_value_map(a);
    q_code rc;

    ps.end = text.n ? text.p + text.n : text.p;
    rc = parse_value(&ps, v);
    if (rc)
        return rc;
    skip_blank(&ps);
    if (ps.p != ps.end)
        return fail(&ps, "text behind the value");
    *out = v;
    return Q_OK;
}

static void line_break(q_buf *b, int level)
{
    static const char blanks[] = "                                ";

    if (level < 0)
        return;
    q_buf_char(b, '\n');
    for (int n = 2 * level; n > 0; n -= 32)
        q_buf_put(b, (q_str){blanks, (size_t)(n < 32 ? n : 32)});
}

static void write_time(q_buf *b, double seconds)
{
    q_buf_f64(b, rint(seconds * 1000) / 1000);
}

/* `level` < 0: compact. */
static void write(q_buf *b, const q_value *v, int level)
{
    int inner = level < 0 ? -1 : level + 1;

    switch (v->kind) {
    case Q_VALUE_NULL:
        q_buf_puts(b, "null");
        return;
    case Q_VALUE_BOOL:
        q_buf_puts(b, v->b ? "true" : "false");
        return;
    case Q_VALUE_INT:
        q_buf_i64(b, v->i);
        return;
    case Q_VALUE_DOUBLE:
        if (!isfinite(v->d))
            q_buf_char(b, '"');
        q_buf_f64(b, v->d);
        if (!isfinite(v->d))
            q_buf_char(b, '"');
        return;
    case Q_VALUE_TIME:
        write_time(b, v->d);
        return;
    case Q_VALUE_NUMBER:
        q_buf_put(b, v->s);
        return;
    case Q_VALUE_STRING:
        q_buf_json(b, v->s);
        return;
    case Q_VALUE_BLOB:
        q_buf_char(b, '"');
        q_buf_base64(b, v->s);
        q_buf_char(b, '"');
        return;
    case Q_VALUE_LIST:
    case Q_VALUE_MAP:
        break;
    }
    q_buf_char(b, v->kind == Q_VALUE_LIST ? '[' : '{');
    for (const q_value *item = v->first; item; item = item->next) {
        if (item != v->first)
            q_buf_char(b, ',');
        line_break(b, inner);
        if (v->kind == Q_VALUE_MAP) {
            q_buf_json(b, item->key);
            q_buf_puts(b, level < 0 ? ":" : ": ");
        }
        write(b, item, inner);
    }
    if (v->first)
        line_break(b, level);
    q_buf_char(b, v->kind == Q_VALUE_LIST ? ']' : '}');
}

void q_json_write(q_buf *b, const q_value *v)
{
    write(b, v, -1);
}

void q_json_write_pretty(q_buf *b, const q_value *v)
{
    write(b, v, 0);
    q_buf_char(b, '\n');
}
