#include "store/search_query.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { QUERY_BYTES = 4096 };

/* Names that are shorter than the API's. */
static const struct {
    const char *name, *type;
} names[] = {
    {"vendor", "VENDOR_NAME"},
    {"receiver", "RECEIVER_NAME"},
    {"customer", "RECEIVER_NAME"},
    {"address", "*ADDRESS"},
    {"number", "INVOICE_RECEIPT_ID"},
    {"invoice", "INVOICE_RECEIPT_ID"},
    {"date", "INVOICE_RECEIPT_DATE"},
    {"due", "DUE_DATE"},
    {"total", "TOTAL"},
    {"subtotal", "SUBTOTAL"},
    {"tax", "TAX"},
    {"po", "PO_NUMBER"},
};

/* A part as it is written: name, sign and value; or a value alone. */
typedef struct written {
    q_str whole;
    q_str name, sign, value;
    bool negative, quoted, prefix;
} written;

/* FTS5's way to write a text: in quotes, a quote twice. */
static void put_text(q_buf *b, q_str text, bool prefix)
{
    q_buf_char(b, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            q_buf_char(b, '"');
        q_buf_char(b, text.p[i]);
    }
    q_buf_puts(b, prefix ? "\"*" : "\"");
}

static bool is_sign(char c)
{
    return c == ':' || c == '=' || c == '<' || c == '>';
}

/* From the front of *left: a text in quotes, or up to a blank or a sign. */
static q_code take_text(q_str *left, bool signs, q_str *text, bool *quoted, q_err *err)
{
    size_t n = 0;

    *quoted = left->n && left->p[0] == '"';
    if (*quoted) {
        q_str inside = q_str_sub(*left, 1, left->n);
        size_t end = q_str_find(inside, Q_STR("\""));

        if (end == SIZE_MAX)
            return q_err_set(err, Q_INVALID, "the quote in %.*s does not end", Q_ARG(*left));
        *text = q_str_sub(inside, 0, end);
        *left = q_str_sub(inside, end + 1, inside.n);
        return Q_OK;
    }
    while (n < left->n && !q_is_space(left->p[n]) && !(signs && is_sign(left->p[n])))
        n++;
    *text = q_str_sub(*left, 0, n);
    *left = q_str_sub(*left, n, left->n);
    return Q_OK;
}

static q_code take_part(q_str *left, written *w, q_err *err)
{
    q_str start = *left;
    size_t signs = 0;
    bool quoted;
    q_code rc;

    *w = (written){0};
    if (left->n > 1 && left->p[0] == '-' && !q_is_space(left->p[1])) {
        w->negative = true;
        *left = q_str_sub(*left, 1, left->n);
    }
    rc = take_text(left, true, &w->value, &w->quoted, err);
    if (rc)
        return rc;
    while (signs < left->n && signs < 2 && is_sign(left->p[signs]))
        signs++;
    if (signs) {
        w->name = w->value;
        w->sign = q_str_sub(*left, 0, signs);
        *left = q_str_sub(*left, signs, left->n);
        rc = take_text(left, false, &w->value, &quoted, err);
        w->quoted = quoted;
    }
    w->whole = q_str_sub(start, 0, start.n - left->n);
    if (!rc && !w->quoted && q_str_ends(w->value, Q_STR("*"))) {
        w->prefix = true;
        w->value.n--;
    }
    return rc;
}

/* "total" -> TOTAL, "po_number" -> PO_NUMBER; empty for a label. In the arena. */
static q_code type_of(q_str name, q_arena *a, q_str *out, q_err *err)
{
    char *type;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is_nocase(name, names[i].name)) {
            *out = q_str_of(names[i].type);
            return Q_OK;
        }
    *out = (q_str){"", 0};
    if (q_str_find(name, Q_STR("_")) == SIZE_MAX)
        return Q_OK;
    type = q_str_cstr(a, name);
    if (!type)
        return q_err_nomem(err);
    for (size_t i = 0; i < name.n; i++) {
        if (!q_is_alnum(name.p[i]) && name.p[i] != '_')
            return Q_OK;
        if (type[i] >= 'a' && type[i] <= 'z')
            type[i] = (char)(type[i] - 'a' + 'A');
    }
    *out = (q_str){type, name.n};
    return Q_OK;
}

/* "2018", "2018-06", "2018-06-13". */
static bool is_day(q_str s)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; i < s.n; i++)
        if (i >= sizeof form - 1 || (form[i] == 'd' ? !q_is_digit(s.p[i]) : s.p[i] != '-'))
            return false;
    return s.n == 4 || s.n == 7 || s.n == 10;
}

static bool is_date_type(q_str type)
{
    return q_str_ends(type, Q_STR("_DATE"));
}

/* A year or month stands for all of its days: they follow it, and come before it with '~'. */
static q_code day_part(const written *w, q_arena *a, search_part *p, q_err *err)
{
    q_str end = q_str_printf(a, "%.*s~", Q_ARG(w->value));

    if (!end.p)
        return q_err_nomem(err);
    p->kind = SEARCH_DAY;
    p->first = (q_str){"", 0};
    p->before = Q_STR("~");
    if (q_str_is(w->sign, ">"))
        p->first = end;
    else if (q_str_is(w->sign, ">="))
        p->first = w->value;
    else if (q_str_is(w->sign, "<"))
        p->before = w->value;
    else if (q_str_is(w->sign, "<="))
        p->before = end;
    else {
        p->first = w->value;
        p->before = end;
    }
    return Q_OK;
}

static q_code number_part(const written *w, search_part *p, q_err *err)
{
    static const double half_a_cent = 0.005;
    double v;

    if (!q_str_f64(w->value, &v))
        return q_err_set(err, Q_INVALID,
                         "%.*s: a number (100, 99.50) or a day (2018-06-13) is "
                         "wanted after %.*s",
                         Q_ARG(w->whole), Q_ARG(w->sign));
    p->kind = SEARCH_NUMBER;
    p->low = -INFINITY;
    p->high = INFINITY;
    if (q_str_is(w->sign, ">"))
        p->low = nextafter(v, INFINITY);
    else if (q_str_is(w->sign, ">="))
        p->low = v;
    else if (q_str_is(w->sign, "<"))
        p->high = nextafter(v, -INFINITY);
    else if (q_str_is(w->sign, "<="))
        p->high = v;
    else {
        p->low = v - half_a_cent;
        p->high = v + half_a_cent;
    }
    return Q_OK;
}

static q_code text_part(const written *w, q_arena *a, search_part *p, q_err *err)
{
    q_buf b = q_buf_init(a, 3 * QUERY_BYTES);

    p->kind = w->name.n ? SEARCH_TEXT : SEARCH_WORDS;
    if (w->name.n && !p->type.n) {
        q_buf_puts(&b, "label : ");
        put_text(&b, w->name, false);
        q_buf_puts(&b, " AND ");
    }
    if (w->name.n)
        q_buf_puts(&b, "value : ");
    put_text(&b, w->value, w->prefix);
    if (w->name.n && !p->type.n)
        p->type = Q_STR("*");
    return q_buf_finish(&b, &p->match, err);
}

static q_code read_part(const written *w, q_arena *a, search_part *p, q_err *err)
{
    q_code rc = Q_OK;

    p->negative = w->negative;
    if (w->sign.n) {
        if (w->name.n == 0 || w->value.n == 0)
            return q_err_set(err, Q_INVALID, "%.*s: a name and a value are wanted around %.*s",
                             Q_ARG(w->whole), Q_ARG(w->sign));
        if (!q_str_is(w->sign, ":") && !q_str_is(w->sign, "=") && !q_str_is(w->sign, "<") &&
            !q_str_is(w->sign, ">") && !q_str_is(w->sign, "<=") && !q_str_is(w->sign, ">="))
            return q_err_set(err, Q_INVALID,
                             "%.*s: one of : = < > <= >= is wanted in place of "
                             "%.*s",
                             Q_ARG(w->whole), Q_ARG(w->sign));
        rc = type_of(w->name, a, &p->type, err);
        if (rc)
            return rc;
        if (is_day(w->value) && (is_date_type(p->type) || w->value.n > 4))
            return day_part(w, a, p, err);
        if (!q_str_is(w->sign, ":")) {
            if (p->type.n == 0)
                return q_err_set(err, Q_INVALID,
                                 "%.*s: %.*s is no field with a number; total, tax, date and the "
                                 "API's types (AMOUNT_DUE) are",
                                 Q_ARG(w->whole), Q_ARG(w->name));
            return number_part(w, p, err);
        }
    }
    return text_part(w, a, p, err);
}

/* What stands on pages, as one expression: for places and ranks. */
static q_code join_words(search_query *q, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, (size_t)4 * QUERY_BYTES);

    for (size_t i = 0; i < q->count; i++) {
        if (q->parts[i].kind != SEARCH_WORDS || q->parts[i].negative)
            continue;
        if (b.n)
            q_buf_puts(&b, " OR ");
        q_buf_put(&b, q->parts[i].match);
    }
    return q_buf_finish(&b, &q->words, err);
}

q_code search__parse(q_str query, q_arena *a, search_query *out, q_err *err)
{
    search_query q = {.parts = q_arena_array(a, SEARCH_PARTS, sizeof *q.parts)};
    q_str left = q_str_trim(query);
    bool alternative = false;

    if (!q.parts)
        return q_err_nomem(err);
    if (query.n > QUERY_BYTES)
        return q_err_set(err, Q_INVALID, "the query has %zu bytes; at most %d", query.n,
                         (int)QUERY_BYTES);
    if (!q_utf8_valid(query) || memchr(query.p, 0, query.n))
        return q_err_set(err, Q_INVALID, "the query is no text (UTF-8)");
    while (left.n) {
        written w;
        q_code rc = take_part(&left, &w, err);

        left = q_str_trim(left);
        if (rc)
            return rc;
        if (q_str_is(w.whole, "OR") && q.count && left.n) {
            alternative = true;
            continue;
        }
        if (q.count == SEARCH_PARTS)
            return q_err_set(err, Q_INVALID, "the query has more than %d parts", (int)SEARCH_PARTS);
        rc = read_part(&w, a, &q.parts[q.count], err);
        if (rc)
            return rc;
        q.parts[q.count++].alternative = alternative;
        alternative = false;
    }
    if (q.count == 0)
        return q_err_set(err, Q_INVALID,
                         "the query is empty; words, \"a phrase\", vendor:acme or "
                         "total>100 are wanted");
    *out = q;
    return join_words(out, a, err);
}
