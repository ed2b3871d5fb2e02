#include "wire/read.h"
#include "wire/write.h"

#include <math.h>

static void value(q_buf *b, const q_member *m, const q_value *v);

/* The member of that name. `from` is where to look first: handlers mostly fill
 * in the shape's order, so it is mostly there.
 */
static const q_member *find(const q_api_shape *s, q_str name, size_t *from)
{
    for (size_t n = 0; n < s->member_count; n++) {
        size_t i = *from + n < s->member_count ? *from + n : *from + n - s->member_count;

        if (q_str_eq(s->members[i].name, name)) {
            *from = i + 1;
            return &s->members[i];
        }
    }
    return NULL;
}

/* "Name": names in api/ are plain, so they need no escapes. */
static void put_name(q_buf *b, q_str name, bool *first)
{
    if (!*first)
        q_buf_char(b, ',');
    *first = false;
    q_buf_char(b, '"');
    q_buf_put(b, name);
    q_buf_puts(b, "\":");
}

static void structure(q_buf *b, const q_api_shape *s, const q_value *v, bool body)
{
    bool first = true;
    size_t from = 0;

    q_buf_char(b, '{');
    for (const q_value *child = v->first; child; child = child->next) {
        const q_member *m = find(s, child->key, &from);

        if (!m || child->kind == Q_VALUE_NULL || (body && !read__in_body(m)))
            continue;
        put_name(b, m->wire_name, &first);
        value(b, m, child);
    }
    q_buf_char(b, '}');
}

static void list(q_buf *b, const q_api_shape *s, const q_value *v)
{
    q_buf_char(b, '[');
    for (const q_value *item = v->first; item; item = item->next) {
        if (item != v->first)
            q_buf_char(b, ',');
        value(b, &s->members[0], item);
    }
    q_buf_char(b, ']');
}

static void map(q_buf *b, const q_api_shape *s, const q_value *v)
{
    q_buf_char(b, '{');
    for (const q_value *item = v->first; item; item = item->next) {
        if (item != v->first)
            q_buf_char(b, ',');
        q_buf_json(b, item->key);
        q_buf_char(b, ':');
        value(b, &s->members[1], item);
    }
    q_buf_char(b, '}');
}

static bool quoted(const q_member *m, const q_value *v)
{
    q_time_format format = m->time_format ? m->time_format : m->shape->time_format;
    double d;

    switch (m->shape->kind) {
    case Q_SHAPE_BLOB:
        return true;
    case Q_SHAPE_TIMESTAMP:
        return format == Q_TIME_ISO8601 || format == Q_TIME_RFC822;
    case Q_SHAPE_FLOAT:
    case Q_SHAPE_DOUBLE: /* NaN and the infinities */
        return q_value_as_double(v, &d) && !isfinite(d);
    default:
        return false;
    }
}

static void value(q_buf *b, const q_member *m, const q_value *v)
{
    const q_api_shape *s = m->shape;
    bool quotes;

    if (v->kind == Q_VALUE_NULL) {
        q_buf_puts(b, "null");
    } else if (s->kind == Q_SHAPE_STRING && v->kind == Q_VALUE_STRING) {
        q_buf_json(b, v->s);
    } else if (s->kind == Q_SHAPE_STRUCTURE && v->kind == Q_VALUE_MAP) {
        structure(b, s, v, false);
    } else if (s->kind == Q_SHAPE_LIST && v->kind == Q_VALUE_LIST) {
        list(b, s, v);
    } else if (s->kind == Q_SHAPE_MAP && v->kind == Q_VALUE_MAP) {
        map(b, s, v);
    } else {
        quotes = quoted(m, v);
        if (quotes)
            q_buf_char(b, '"');
        write__text(b, m, Q_TIME_EPOCH, v);
        if (quotes)
            q_buf_char(b, '"');
    }
}

void write__json(q_buf *b, const q_api_shape *shape, const q_value *v)
{
    structure(b, shape, v, true);
}
