#include "engine/protobuf.h"

#include <string.h>

static const char CUT[] = "a field passes the end";
static const char OTHER_TYPE[] = "a field is of another type than it should be";

protobuf protobuf__of(q_str message)
{
    return (protobuf){message.p, message.p ? message.p + message.n : NULL, NULL};
}

static bool wrong(protobuf *m, const char *what)
{
    if (!m->wrong)
        m->wrong = what;
    m->p = m->end;
    return false;
}

static bool read_varint(protobuf *m, uint64_t *out)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte;

        if (m->p == m->end)
            return wrong(m, CUT);
        byte = (unsigned char)*m->p++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            *out = v;
            return true;
        }
    }
    return wrong(m, "a number of more than ten bytes");
}

/* Little-endian, n is 4 or 8. */
static bool read_fixed(protobuf *m, size_t n, uint64_t *out)
{
    uint64_t v = 0;

    if ((size_t)(m->end - m->p) < n)
        return wrong(m, CUT);
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)m->p[i] << (8 * i);
    m->p += n;
    *out = v;
    return true;
}

static bool read_value(protobuf *m, protobuf_wire wire, uint64_t *out)
{
    switch (wire) {
    case PROTOBUF_VARINT:
        return read_varint(m, out);
    case PROTOBUF_FIXED64:
        return read_fixed(m, 8, out);
    case PROTOBUF_FIXED32:
        return read_fixed(m, 4, out);
    default:
        return wrong(m, OTHER_TYPE);
    }
}

bool protobuf__next(protobuf *m, protobuf_field *f)
{
    uint64_t tag, n;

    if (m->wrong || m->p == m->end || !read_varint(m, &tag))
        return false;
    *f = (protobuf_field){.number = (uint32_t)(tag >> 3), .wire = (protobuf_wire)(tag & 7)};
    if (tag >> 32 || f->number == 0)
        return wrong(m, "a field has no valid number");
    if (f->wire == PROTOBUF_BYTES) {
        if (!read_varint(m, &n))
            return false;
        if (n > (uint64_t)(m->end - m->p))
            return wrong(m, CUT);
        f->bytes = (q_str){m->p, (size_t)n};
        m->p += n;
        return true;
    }
    if ((tag & 7) == 3 || (tag & 7) == 4 || (tag & 7) > 5)
        return wrong(m, "a field has no valid wire type");
    return read_value(m, f->wire, &f->value);
}

q_str protobuf__bytes(protobuf *m, const protobuf_field *f)
{
    if (f->wire == PROTOBUF_BYTES)
        return f->bytes;
    wrong(m, OTHER_TYPE);
    return (q_str){NULL, 0};
}

int64_t protobuf__int(protobuf *m, const protobuf_field *f)
{
    if (f->wire == PROTOBUF_VARINT)
        return (int64_t)f->value;
    wrong(m, OTHER_TYPE);
    return 0;
}

static float float_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float v;

    memcpy(&v, &low, sizeof v);
    return v;
}

float protobuf__float(protobuf *m, const protobuf_field *f)
{
    if (f->wire == PROTOBUF_FIXED32)
        return float_of(f->value);
    wrong(m, OTHER_TYPE);
    return 0;
}

protobuf_numbers protobuf__numbers(protobuf *m, const protobuf_field *f, protobuf_wire wire)
{
    if (f->wire == PROTOBUF_BYTES)
        return (protobuf_numbers){.rest = protobuf__of(f->bytes)};
    if (f->wire == wire)
        return (protobuf_numbers){.single = f->value, .has_single = true};
    wrong(m, OTHER_TYPE);
    return (protobuf_numbers){.single = 0};
}

bool protobuf__number(protobuf_numbers *l, protobuf *m, protobuf_wire wire, uint64_t *v)
{
    if (l->has_single) {
        l->has_single = false;
        *v = l->single;
        return true;
    }
    if (l->rest.p == l->rest.end)
        return false;
    if (read_value(&l->rest, wire, v))
        return true;
    return wrong(m, l->rest.wrong);
}

size_t protobuf__count(protobuf *m, const protobuf_field *f, protobuf_wire wire)
{
    size_t width = wire == PROTOBUF_FIXED64 ? 8 : 4, count = 0;

    if (f->wire == wire)
        return 1;
    if (f->wire != PROTOBUF_BYTES || (wire != PROTOBUF_VARINT && f->bytes.n % width != 0)) {
        wrong(m, OTHER_TYPE);
        return 0;
    }
    if (wire != PROTOBUF_VARINT)
        return f->bytes.n / width;
    for (size_t i = 0; i < f->bytes.n; i++)
        count += !((unsigned char)f->bytes.p[i] & 0x80);
    return count;
}

enum { MAX_VARINT = 10 };

static size_t varint(uint64_t v, char out[MAX_VARINT])
{
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        out[n++] = (char)(v | 0x80);
    out[n++] = (char)v;
    return n;
}

static void put_varint(q_buf *b, uint64_t v)
{
    char text[MAX_VARINT];

    q_buf_put(b, (q_str){text, varint(v, text)});
}

static void put_tag(q_buf *b, uint32_t number, protobuf_wire wire)
{
    put_varint(b, (uint64_t)number << 3 | (uint64_t)wire);
}

void protobuf__put_int(q_buf *b, uint32_t number, int64_t v)
{
    put_tag(b, number, PROTOBUF_VARINT);
    put_varint(b, (uint64_t)v);
}

void protobuf__put_float(q_buf *b, uint32_t number, float v)
{
    char text[4];
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(bits >> (8 * i));
    put_tag(b, number, PROTOBUF_FIXED32);
    q_buf_put(b, (q_str){text, sizeof text});
}

void protobuf__put_bytes(q_buf *b, uint32_t number, q_str s)
{
    put_tag(b, number, PROTOBUF_BYTES);
    put_varint(b, s.n);
    q_buf_put(b, s);
}

void protobuf__put_ints(q_buf *b, uint32_t number, const int64_t *v, size_t count)
{
    size_t opened = protobuf__open(b, number);

    for (size_t i = 0; i < count; i++)
        put_varint(b, (uint64_t)v[i]);
    protobuf__close(b, opened);
}

size_t protobuf__open(q_buf *b, uint32_t number)
{
    put_tag(b, number, PROTOBUF_BYTES);
    return b->n;
}

/* The length stands in front of the message and is known only now: the message
 * moves back by its size.
 */
void protobuf__close(q_buf *b, size_t opened)
{
    char length[MAX_VARINT];
    size_t size = b->n - opened, n;

    if (b->rc)
        return;
    n = varint(size, length);
    q_buf_put(b, (q_str){length, n});
    if (b->rc)
        return;
    memmove(b->p + opened + n, b->p + opened, size);
    memcpy(b->p + opened, length, n);
}
