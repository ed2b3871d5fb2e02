#include "wire/read.h"
#include "wire/write.h"

enum { MAX_TEXT = 1 << 28 };

static void value(q_buf *b, const q_member *m, q_str name, const q_value *v);

static void open_tag(q_buf *b, q_str name)
{
    q_buf_char(b, '<');
    q_buf_put(b, name);
}

static void close_tag(q_buf *b, q_str name)
{
    q_buf_puts(b, "</");
    q_buf_put(b, name);
    q_buf_char(b, '>');
}

static void put_text(q_buf *b, const q_member *m, const q_value *v)
{
    q_buf text;

    if (m->shape->kind == Q_SHAPE_STRING && v->kind == Q_VALUE_STRING) {
        q_buf_xml(b, v->s);
        return;
    }
    text = q_buf_init(NULL, MAX_TEXT);
    write__text(&text, m, Q_TIME_ISO8601, v);
    if (text.rc)
        write__fail(b, text.rc);
    q_buf_xml(b, q_buf_str(&text));
    q_buf_clear(&text);
}

static void attributes(q_buf *b, const q_api_shape *s, const q_value *v)
{
    for (size_t i = 0; i < s->member_count; i++) {
        const q_member *m = &s->members[i];
        const q_value *child = m->xml_attribute ? q_value_get(v, m->name) : NULL;

        if (!child || child->kind == Q_VALUE_NULL)
            continue;
        q_buf_char(b, ' ');
        q_buf_put(b, m->wire_name);
        q_buf_puts(b, "=\"");
        put_text(b, m, child);
        q_buf_char(b, '"');
    }
}

static void items(q_buf *b, const q_member *item, q_str name, const q_value *v)
{
    for (const q_value *i = v->first; i; i = i->next)
        value(b, item, name, i);
}

static void entries(q_buf *b, const q_api_shape *s, q_str name, const q_value *v)
{
    for (const q_value *i = v->first; i; i = i->next) {
        q_value key = {.kind = Q_VALUE_STRING, .s = i->key};

        open_tag(b, name);
        q_buf_char(b, '>');
        value(b, &s->members[0], s->members[0].wire_name, &key);
        value(b, &s->members[1], s->members[1].wire_name, i);
        close_tag(b, name);
    }
}

static void content(q_buf *b, const q_member *m, const q_value *v)
{
    const q_api_shape *s = m->shape;

    if (s->kind == Q_SHAPE_STRUCTURE && v->kind == Q_VALUE_MAP)
        write__xml(b, s, v);
    else if (s->kind == Q_SHAPE_LIST && v->kind == Q_VALUE_LIST)
        items(b, &s->members[0], s->members[0].wire_name, v);
    else if (s->kind == Q_SHAPE_MAP && v->kind == Q_VALUE_MAP)
        entries(b, s, Q_STR("entry"), v);
    else
        put_text(b, m, v);
}

/* One element with what is in it. */
static void value(q_buf *b, const q_member *m, q_str name, const q_value *v)
{
    if (v->kind == Q_VALUE_NULL)
        return;
    open_tag(b, name);
    if (m->shape->kind == Q_SHAPE_STRUCTURE && v->kind == Q_VALUE_MAP)
        attributes(b, m->shape, v);
    q_buf_char(b, '>');
    content(b, m, v);
    close_tag(b, name);
}

static void member(q_buf *b, const q_member *m, const q_value *v)
{
    if (m->flattened && m->shape->kind == Q_SHAPE_LIST && v->kind == Q_VALUE_LIST)
        items(b, &m->shape->members[0], m->wire_name, v);
    else if (m->flattened && m->shape->kind == Q_SHAPE_MAP && v->kind == Q_VALUE_MAP)
        entries(b, m->shape, m->wire_name, v);
    else
        value(b, m, m->wire_name, v);
}

void write__xml(q_buf *b, const q_api_shape *shape, const q_value *v)
{
    for (size_t i = 0; i < shape->member_count; i++) {
        const q_member *m = &shape->members[i];
        const q_value *child =
            read__in_body(m) && !m->xml_attribute ? q_value_get(v, m->name) : NULL;

        if (child)
            member(b, m, child);
    }
}
