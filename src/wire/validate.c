#include "wire/validate.h"

#include "base/utf8.h"
#include "wire/place.h"

#include <math.h>

enum {
    MAX_TEXT = 64 * 1024,
    MAX_SAID = 50,    /* violations that are written out; all are counted */
    MAX_VALUE = 1024, /* bytes of a value that are repeated */
    MAX_DEPTH = 200   /* of recursive shapes */
};

typedef struct checker {
    q_arena *arena;
    q_buf text;
    violations *out;
    const q_member *member; /* of the input, around what is checked */
    size_t depth;
    q_err *err;
} checker;

/* One constraint at a time, so that each broken one is its own violation. */
typedef enum rule { MAX_RULE, MIN_RULE, ENUM_RULE, PATTERN_RULE, RULES } rule;

static bool is_scalar(const q_api_shape *s)
{
    return s->kind != Q_SHAPE_STRUCTURE && s->kind != Q_SHAPE_LIST && s->kind != Q_SHAPE_MAP;
}

static bool is_number(const q_api_shape *s)
{
    return s->kind == Q_SHAPE_INTEGER || s->kind == Q_SHAPE_LONG || s->kind == Q_SHAPE_FLOAT ||
           s->kind == Q_SHAPE_DOUBLE;
}

static bool has_rule(const q_api_shape *s, rule r)
{
    switch (r) {
    case MAX_RULE:
        return s->has_max;
    case MIN_RULE:
        return s->has_min;
    case ENUM_RULE:
        return s->values != NULL;
    case PATTERN_RULE:
        return s->pattern != NULL;
    case RULES:
        break;
    }
    return false;
}

/* What min and max speak of. */
static double measure(const q_api_shape *s, const q_value *v)
{
    double d = 0;

    if (is_number(s))
        return q_value_as_double(v, &d) ? d : 0;
    if (v->kind == Q_VALUE_STRING)
        return (double)q_utf8_count(v->s);
    if (v->kind == Q_VALUE_BLOB)
        return (double)v->s.n;
    return (double)q_value_count(v);
}

static q_code keeps(const q_api_shape *s, const q_value *v, rule r, bool *kept, q_err *err)
{
    *kept = true;
    switch (r) {
    case MAX_RULE:
        *kept = measure(s, v) <= s->max;
        return Q_OK;
    case MIN_RULE:
        *kept = measure(s, v) >= s->min;
        return Q_OK;
    case ENUM_RULE:
        *kept = false;
        for (size_t i = 0; i < s->value_count && !*kept; i++)
            *kept = v->kind == Q_VALUE_STRING && q_str_eq(v->s, s->values[i]);
        return Q_OK;
    case PATTERN_RULE:
        return v->kind == Q_VALUE_STRING ? pattern__match(s->pattern, v->s, kept, err) : Q_OK;
    case RULES:
        break;
    }
    return Q_OK;
}

static void put_bound(q_buf *b, double bound)
{
    if (bound == rint(bound) && fabs(bound) < 1e15)
        q_buf_i64(b, (int64_t)bound);
    else
        q_buf_f64(b, bound);
}

static void put_rule(q_buf *b, const q_api_shape *s, rule r)
{
    const char *what = is_number(s) ? "value" : "length";

    switch (r) {
    case MAX_RULE:
        q_buf_printf(b, "Member must have %s less than or equal to ", what);
        put_bound(b, s->max);
        return;
    case MIN_RULE:
        q_buf_printf(b, "Member must have %s greater than or equal to ", what);
        put_bound(b, s->min);
        return;
    case ENUM_RULE:
        q_buf_puts(b, "Member must satisfy enum value set: [");
        for (size_t i = 0; i < s->value_count; i++) {
            if (i)
                q_buf_puts(b, ", ");
            q_buf_put(b, s->values[i]);
        }
        q_buf_char(b, ']');
        return;
    case PATTERN_RULE:
        q_buf_puts(b, "Member must satisfy regular expression pattern: ");
        q_buf_puts(b, s->pattern->text);
        return;
    case RULES:
        break;
    }
}

/* All that is asked of a list's item or a map's key, as the services say it. */
static void put_rules(q_buf *b, const q_api_shape *s)
{
    bool first = true;

    q_buf_char(b, '[');
    for (rule r = MAX_RULE; r < RULES; r++) {
        if (!has_rule(s, r))
            continue;
        if (!first)
            q_buf_puts(b, ", ");
        put_rule(b, s, r);
        first = false;
    }
    q_buf_char(b, ']');
}

/* At most MAX_VALUE bytes, cut between characters. */
static void put_cut(q_buf *b, q_str s)
{
    size_t n = s.n;

    if (n > MAX_VALUE) {
        n = MAX_VALUE;
        while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
            n--;
    }
    q_buf_put(b, q_str_sub(s, 0, n));
    if (n < s.n)
        q_buf_puts(b, "...");
}

static void put_scalar(q_buf *b, const q_value *v)
{
    switch (v->kind) {
    case Q_VALUE_STRING:
    case Q_VALUE_NUMBER:
        put_cut(b, v->s);
        return;
    case Q_VALUE_INT:
        q_buf_i64(b, v->i);
        return;
    case Q_VALUE_DOUBLE:
    case Q_VALUE_TIME:
        q_buf_f64(b, v->d);
        return;
    case Q_VALUE_BOOL:
        q_buf_puts(b, v->b ? "true" : "false");
        return;
    default:
        return;
    }
}

/* [a, b] or {k=v}, of scalars; what is deeper is told by its braces. */
static void put_value(q_buf *b, const q_value *v)
{
    size_t start = b->n;

    if (v->kind != Q_VALUE_LIST && v->kind != Q_VALUE_MAP) {
        put_scalar(b, v);
        return;
    }
    q_buf_char(b, v->kind == Q_VALUE_LIST ? '[' : '{');
    for (const q_value *item = v->first; item; item = item->next) {
        if (item != v->first)
            q_buf_puts(b, ", ");
        if (b->n - start > MAX_VALUE) {
            q_buf_puts(b, "...");
            break;
        }
        if (v->kind == Q_VALUE_MAP) {
            q_buf_put(b, q_str_sub(item->key, 0, MAX_VALUE));
            q_buf_char(b, '=');
        }
        if (item->kind == Q_VALUE_LIST || item->kind == Q_VALUE_MAP)
            q_buf_puts(b, item->kind == Q_VALUE_LIST ? "[...]" : "{...}");
        else
            put_scalar(b, item);
    }
    q_buf_char(b, v->kind == Q_VALUE_LIST ? ']' : '}');
}

/* Begin a violation; false when enough have been written out. */
static bool violation(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    q_buf where;

    if (c->out->count++ == 0) {
        c->out->first = c->member;
        if (v && (v->kind == Q_VALUE_STRING || v->kind == Q_VALUE_NUMBER))
            c->out->first_value = v->s;
    }
    if (c->out->count > MAX_SAID)
        return false;
    if (c->text.n)
        q_buf_puts(&c->text, "; ");
    q_buf_puts(&c->text, "Value ");
    if (!v) {
        q_buf_puts(&c->text, "null ");
    } else if (v->kind != Q_VALUE_BLOB && !s->sensitive) {
        q_buf_char(&c->text, '\'');
        put_value(&c->text, v);
        q_buf_puts(&c->text, "' ");
    }
    where = q_buf_init(c->arena, MAX_TEXT);
    place__write(&where, at);
    q_buf_puts(&c->text, "at '");
    q_buf_put(&c->text, q_buf_str(&where));
    q_buf_puts(&c->text, "' failed to satisfy constraint: ");
    return true;
}

static q_code check(checker *c, const q_api_shape *s, const q_value *v, const place *at);

static q_code check_own(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    for (rule r = MAX_RULE; r < RULES; r++) {
        bool kept = true;
        q_code rc = has_rule(s, r) ? keeps(s, v, r, &kept, c->err) : Q_OK;

        if (rc)
            return rc;
        if (!kept && violation(c, s, v, at))
            put_rule(&c->text, s, r);
    }
    return Q_OK;
}

static q_code breaks_any(checker *c, const q_api_shape *s, const q_value *v, bool *broken)
{
    for (rule r = MAX_RULE; r < RULES; r++) {
        bool kept = true;
        q_code rc = has_rule(s, r) ? keeps(s, v, r, &kept, c->err) : Q_OK;

        if (rc)
            return rc;
        *broken |= !kept;
    }
    return Q_OK;
}

/* Scalars in a list or map are told together: "Member must satisfy
 * constraint: [...]", with the whole list as the value.
 */
static q_code check_items(checker *c, const q_api_shape *s, const q_api_shape *item,
                          const char *words, const q_value *v, const place *at)
{
    bool broken = false;

    for (const q_value *i = v->first; i && !broken; i = i->next) {
        q_code rc = breaks_any(c, item, i, &broken);

        if (rc)
            return rc;
    }
    if (broken && violation(c, item->sensitive ? item : s, v, at)) {
        q_buf_puts(&c->text, words);
        put_rules(&c->text, item);
    }
    return Q_OK;
}

static q_code check_keys(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    bool broken = false;

    for (const q_value *i = v->first; i && !broken; i = i->next) {
        q_value key = {.kind = Q_VALUE_STRING, .s = i->key};
        q_code rc = breaks_any(c, s->members[0].shape, &key, &broken);

        if (rc)
            return rc;
    }
    if (broken && violation(c, s, v, at)) {
        q_buf_puts(&c->text, "Map keys must satisfy constraint: ");
        put_rules(&c->text, s->members[0].shape);
    }
    return Q_OK;
}

static q_code check_container(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    bool map = s->kind == Q_SHAPE_MAP;
    const q_api_shape *item = s->members[map ? 1 : 0].shape;
    size_t index = 0;
    q_code rc = map ? check_keys(c, s, v, at) : Q_OK;

    if (rc || is_scalar(item))
        return rc ? rc
                  : check_items(c, s, item,
                                map ? "Map value must satisfy constraint: "
                                    : "Member must satisfy constraint: ",
                                v, at);
    for (const q_value *i = v->first; i && !rc; i = i->next) {
        place inner = {at, i->key, ++index};

        rc = check(c, item, i, &inner);
    }
    return rc;
}

static q_code check_structure(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->member_count && !rc; i++) {
        const q_member *m = &s->members[i];
        const q_value *child = q_value_get(v, m->name);
        place inner = {at, m->name, 0};

        if (m->streaming)
            continue;
        if (c->depth == 1)
            c->member = m;
        if (child)
            rc = check(c, m->shape, child, &inner);
        else if (m->required && violation(c, m->shape, NULL, &inner))
            q_buf_puts(&c->text, "Member must not be null");
    }
    return rc;
}

static q_code check(checker *c, const q_api_shape *s, const q_value *v, const place *at)
{
    q_code rc;

    if (v->kind == Q_VALUE_NULL)
        return Q_OK;
    if (c->depth++ > MAX_DEPTH)
        return q_err_set(c->err, Q_LIMIT, "input nested deeper than %d levels", MAX_DEPTH);
    rc = check_own(c, s, v, at);
    if (!rc && s->kind == Q_SHAPE_STRUCTURE)
        rc = check_structure(c, s, v, at);
    else if (!rc && !is_scalar(s))
        rc = check_container(c, s, v, at);
    c->depth--;
    return rc;
}

q_code validate__input(const q_api_shape *shape, const q_value *in, q_arena *a, violations *out,
                       q_err *err)
{
    checker c = {.arena = a, .text = q_buf_init(a, MAX_TEXT), .out = out, .err = err};
    q_buf whole = q_buf_init(a, MAX_TEXT + 64);
    q_code rc;

    *out = (violations){0};
    rc = check(&c, shape, in, NULL);
    if (rc || out->count == 0)
        return rc;
    /* Past its limit the text is cut where it was: its beginning says enough. */
    q_buf_printf(&whole, "%zu validation error%s detected: ", out->count,
                 out->count == 1 ? "" : "s");
    q_buf_put(&whole, q_buf_str(&c.text));
    return q_buf_finish(&whole, &out->text, err);
}
