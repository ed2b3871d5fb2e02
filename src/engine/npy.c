#include "engine/npy.h"

#include "engine/narrow.h"

#include <stdlib.h>
#include <string.h>

typedef struct npy_type {
    char kind, size; /* as in '<f4' */
    q_dtype dtype;
} npy_type;

static const npy_type types[] = {
    {'b', 1, Q_BOOL}, {'i', 1, Q_I8},  {'i', 2, Q_I16}, {'i', 4, Q_I32},   {'i', 8, Q_I64},
    {'u', 1, Q_U8},   {'u', 2, Q_U16}, {'u', 4, Q_U32}, {'u', 8, Q_U64},   {'f', 2, Q_F16},
    {'f', 4, Q_F32},  {'f', 8, Q_F64}, {'c', 8, Q_C64}, {'c', 16, Q_C128},
};

typedef struct npy_head {
    q_dtype dtype;
    q_shape shape;
    bool columns; /* Fortran's order */
    size_t swap;  /* bytes of the words to turn around; 0: none */
    q_str data;   /* what follows the header */
} npy_head;

/* -- Read -- */

/* The header is a Python dictionary of three entries; `s` is what is left of it. */
static void skip_blanks(q_str *s)
{
    while (s->n && q_is_space(s->p[0]))
        *s = q_str_sub(*s, 1, s->n);
}

static bool take(q_str *s, char c)
{
    skip_blanks(s);
    if (!s->n || s->p[0] != c)
        return false;
    *s = q_str_sub(*s, 1, s->n);
    return true;
}

static bool take_quoted(q_str *s, q_str *out)
{
    skip_blanks(s);
    char quote = s->n ? s->p[0] : '\0';

    if (quote != '\'' && quote != '"')
        return false;
    return q_str_cut(q_str_sub(*s, 1, s->n), quote, out, s);
}

static q_code read_descr(q_str *s, npy_head *h, q_err *err)
{
    q_str d;
    uint64_t size;

    if (!take_quoted(s, &d))
        return q_err_set(err, Q_UNSUPPORTED, "an npy file of a structured type");
    if (d.n >= 3 && q_str_u64(q_str_sub(d, 2, d.n), &size))
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            if (d.p[1] == types[i].kind && size == (uint64_t)types[i].size &&
                q_str_has(Q_STR("<>|="), d.p[0])) {
                h->dtype = types[i].dtype;
                h->swap = d.p[0] == '>' ? size / (types[i].kind == 'c' ? 2 : 1) : 0;
                return Q_OK;
            }
    return q_err_set(err, Q_UNSUPPORTED, "an npy file of type '%.*s'", Q_ARG(d));
}

static q_code read_shape(q_str *s, npy_head *h, q_err *err)
{
    if (!take(s, '('))
        return q_err_set(err, Q_INVALID, "the npy header's shape is no tuple");
    for (h->shape.rank = 0; !take(s, ')');) {
        size_t digits = 0;
        uint64_t dim;

        skip_blanks(s);
        while (digits < s->n && q_is_digit(s->p[digits]))
            digits++;
        if (!q_str_u64(q_str_sub(*s, 0, digits), &dim) || dim == SIZE_MAX)
            return q_err_set(err, Q_INVALID, "the npy header's shape is no tuple of numbers");
        if (h->shape.rank == Q_MAX_RANK)
            return q_err_set(err, Q_UNSUPPORTED, "an npy file of more than %d dimensions",
                             Q_MAX_RANK);
        h->shape.dims[h->shape.rank++] = dim;
        *s = q_str_sub(*s, digits, s->n);
        if (!take(s, ',') && !(s->n && s->p[0] == ')'))
            return q_err_set(err, Q_INVALID, "the npy header's shape is no tuple");
    }
    return Q_OK;
}

static q_code read_entries(q_str s, npy_head *h, q_err *err)
{
    bool descr = false, order = false, shape = false;
    q_code rc = Q_OK;
    q_str key;

    if (!take(&s, '{'))
        return q_err_set(err, Q_INVALID, "the npy header is no dictionary");
    while (!rc && !take(&s, '}')) {
        if (!take_quoted(&s, &key) || !take(&s, ':'))
            return q_err_set(err, Q_INVALID, "the npy header is no dictionary");
        if (q_str_is(key, "descr")) {
            rc = read_descr(&s, h, err);
            descr = true;
        } else if (q_str_is(key, "shape")) {
            rc = read_shape(&s, h, err);
            shape = true;
        } else if (q_str_is(key, "fortran_order")) {
            skip_blanks(&s);
            h->columns = q_str_starts(s, Q_STR("True"));
            order = h->columns || q_str_starts(s, Q_STR("False"));
            s = q_str_sub(s, h->columns ? 4 : 5, s.n);
        } else {
            return q_err_set(err, Q_INVALID, "the npy header has an entry '%.*s'", Q_ARG(key));
        }
        if (!rc && !take(&s, ',') && !(s.n && s.p[0] == '}'))
            return q_err_set(err, Q_INVALID, "the npy header is no dictionary");
    }
    if (!rc && !(descr && order && shape))
        return q_err_set(err, Q_INVALID, "the npy header lacks descr, fortran_order or shape");
    return rc;
}

static q_code read_head(q_str b, npy_head *h, q_err *err)
{
    const unsigned char *p = (const unsigned char *)b.p;

    if (b.n < 10 || memcmp(b.p, "\x93NUMPY", 6) != 0)
        return q_err_set(err, Q_INVALID, "no npy file: it does not begin with \\x93NUMPY");
    if (p[6] < 1 || p[6] > 3)
        return q_err_set(err, Q_UNSUPPORTED, "npy version %d; 1 to 3 are known", p[6]);
    size_t at = p[6] == 1 ? 10 : 12;
    size_t length = (size_t)p[8] | (size_t)p[9] << 8;

    if (at > b.n)
        return q_err_set(err, Q_INVALID, "the npy header is cut off");
    if (p[6] > 1)
        length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (length > b.n - at)
        return q_err_set(err, Q_INVALID, "the npy header says %zu bytes; %zu follow", length,
                         b.n - at);
    h->data = q_str_sub(b, at + length, b.n);
    return read_entries(q_str_sub(b, at, length), h, err);
}

static void turn_words(char *p, size_t bytes, size_t word)
{
    for (; bytes >= word; bytes -= word, p += word)
        for (size_t i = 0; i < word / 2; i++) {
            char c = p[i];

            p[i] = p[word - 1 - i];
            p[word - 1 - i] = c;
        }
}

/* Column-major elements to row-major ones. */
static void turn_order(const char *from, const q_shape *s, size_t size, char *to)
{
    size_t index[Q_MAX_RANK] = {0}, stride[Q_MAX_RANK], at = 0, step = 1;

    for (size_t d = 0; d < s->rank; d++) {
        stride[d] = step;
        step *= s->dims[d];
    }
    for (size_t i = 0; i < step; i++) {
        memcpy(to + i * size, from + at * size, size);
        for (size_t d = s->rank; d-- > 0;) {
            at += stride[d];
            if (++index[d] < s->dims[d])
                break;
            at -= stride[d] * s->dims[d];
            index[d] = 0;
        }
    }
}

q_code q_npy_read(q_str bytes, q_budget *budget, q_tensor *out, q_err *err)
{
    npy_head h = {0};
    q_tensor made = {0};
    size_t want = 0;
    char text[160];
    q_code rc = read_head(bytes, &h, err);

    if (rc)
        return rc;
    rc = q_tensor_measure(h.dtype, &h.shape, SIZE_MAX / 16, &want, err);
    if (rc)
        return rc;
    if (want != h.data.n)
        return q_err_set(err, Q_INVALID,
                         "an npy file of %s %s with %zu bytes of data; %zu is right",
                         q_dtype_name(h.dtype), q_shape_text(&h.shape, text), h.data.n, want);
    rc = q_tensor_new(h.dtype, &h.shape, budget, &made, err);
    if (rc)
        return rc;
    if (h.columns && h.shape.rank > 1 && want)
        turn_order(h.data.p, &h.shape, q_dtype_bits(h.dtype) / 8, made.data);
    else if (want)
        memcpy(made.data, h.data.p, want);
    if (h.swap > 1)
        turn_words(made.data, want, h.swap);
    for (size_t i = 0; h.dtype == Q_BOOL && i < want; i++)
        ((uint8_t *)made.data)[i] = ((uint8_t *)made.data)[i] != 0;
    *out = made;
    return Q_OK;
}

/* -- Write -- */

static q_dtype written_as(q_dtype d)
{
    if (d == Q_BF16 || (d >= Q_F8E4M3FN && d <= Q_F8E5M2FNUZ))
        return Q_F32;
    return d == Q_I4 ? Q_I8 : d == Q_U4 ? Q_U8 : d;
}

static void put_nibbles(const q_tensor *t, q_buf *out)
{
    const uint8_t *p = t->data;

    for (size_t i = 0; i < q_shape_count(&t->shape); i++) {
        unsigned v = (p[i / 2] >> (i % 2 * 4)) & 15U;

        q_buf_char(out, (char)(t->dtype == Q_I4 && v > 7 ? (int)v - 16 : (int)v));
    }
}

static void put_elements(const q_tensor *t, q_buf *out)
{
    size_t size = q_dtype_bits(t->dtype) / 8;
    float wide[256];

    if (t->dtype == Q_I4 || t->dtype == Q_U4) {
        put_nibbles(t, out);
    } else if (written_as(t->dtype) == t->dtype) {
        q_buf_put(out, (q_str){t->data, q_tensor_bytes(t)});
    } else {
        for (size_t i = 0, n = q_shape_count(&t->shape); i < n; i += 256) {
            size_t some = n - i < 256 ? n - i : 256;

            narrow__widen((const char *)t->data + i * size, t->dtype, some, wide);
            q_buf_put(out, (q_str){(const char *)wide, some * sizeof *wide});
        }
    }
}

q_code q_npy_write(const q_tensor *t, q_buf *out, q_err *err)
{
    const npy_type *type = NULL;
    char head[256];
    size_t n;
    q_buf b = q_buf_init(NULL, sizeof head);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].dtype == written_as(t->dtype))
            type = &types[i];
    if (!type)
        return q_err_set(err, Q_UNSUPPORTED, "npy files hold no %s", q_dtype_name(t->dtype));
    q_buf_printf(&b, "{'descr': '%c%c%d', 'fortran_order': False, 'shape': (",
                 type->size == 1 ? '|' : '<', type->kind, type->size);
    for (size_t i = 0; i < t->shape.rank; i++)
        q_buf_printf(&b, i ? " %zu," : "%zu,", t->shape.dims[i]);
    q_buf_puts(&b, "), }");
    while ((10 + b.n + 1) % 64 && !b.rc)
        q_buf_char(&b, ' ');
    q_buf_char(&b, '\n');
    n = b.n;
    q_buf_put(out, (q_str){"\x93NUMPY\x01\x00", 8});
    q_buf_char(out, (char)(n & 255));
    q_buf_char(out, (char)(n >> 8));
    q_buf_put(out, q_buf_str(&b));
    q_code rc = b.rc;
    q_buf_clear(&b);
    if (rc)
        return q_err_nomem(err);
    if (q_shape_count(&t->shape))
        put_elements(t, out);
    return Q_OK;
}
