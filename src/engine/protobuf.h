/* engine/protobuf.h - Protocol Buffers' wire format, read in place and written.
 *
 * A message is a row of fields, each a number, a wire type and a value; what
 * the numbers mean is the caller's. Reading copies nothing, never passes the
 * end and keeps the first error, so a loop is checked once behind it:
 *
 *     protobuf m = protobuf__of(bytes);
 *     protobuf_field f;
 *     while (protobuf__next(&m, &f)) {
 *         if (f.number == 3)
 *             name = protobuf__bytes(&m, &f);
 *     }
 *     if (m.wrong)
 *         return q_err_set(err, Q_INVALID, "...: %s", m.wrong);
 *
 * Source: protobuf.dev/programming-guides/encoding
 */
#ifndef ENGINE_PROTOBUF_H
#define ENGINE_PROTOBUF_H

#include "base/buf.h"

typedef enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2, /* texts, messages within, packed numbers */
    PROTOBUF_FIXED32 = 5
} protobuf_wire;

typedef struct protobuf {
    const char *p, *end;
    const char *wrong; /* NULL, or what is wrong */
} protobuf;

typedef struct protobuf_field {
    uint32_t number;
    protobuf_wire wire;
    uint64_t value; /* of the three number types */
    q_str bytes;    /* of PROTOBUF_BYTES, borrowed */
} protobuf_field;

protobuf protobuf__of(q_str message);
/* The next field; false at the end and when the bytes are malformed. */
bool protobuf__next(protobuf *m, protobuf_field *f);

/* The value as what the caller wants; a field of another wire type sets
 * m->wrong and gives nothing.
 */
q_str protobuf__bytes(protobuf *m, const protobuf_field *f);
int64_t protobuf__int(protobuf *m, const protobuf_field *f);
float protobuf__float(protobuf *m, const protobuf_field *f);

/* The numbers of a repeated field: many when it is packed, else one.
 *
 *     protobuf_numbers l = protobuf__numbers(&m, &f, PROTOBUF_VARINT);
 *     while (protobuf__number(&l, &m, PROTOBUF_VARINT, &v)) ...
 */
typedef struct protobuf_numbers {
    protobuf rest;
    uint64_t single;
    bool has_single;
} protobuf_numbers;
protobuf_numbers protobuf__numbers(protobuf *m, const protobuf_field *f, protobuf_wire wire);
/* Errors go to m->wrong. */
bool protobuf__number(protobuf_numbers *l, protobuf *m, protobuf_wire wire, uint64_t *v);
/* How many there are, without decoding. */
size_t protobuf__count(protobuf *m, const protobuf_field *f, protobuf_wire wire);

/* -- Writing -- */

void protobuf__put_int(q_buf *b, uint32_t number, int64_t v);
void protobuf__put_float(q_buf *b, uint32_t number, float v);
void protobuf__put_bytes(q_buf *b, uint32_t number, q_str s);
/* A packed field of int64. */
void protobuf__put_ints(q_buf *b, uint32_t number, const int64_t *v, size_t count);
/* A message within: what is put between the two belongs to it. */
size_t protobuf__open(q_buf *b, uint32_t number);
void protobuf__close(q_buf *b, size_t opened);

#endif
