#include "serving/ports.h"

#include "engine/graph.h"

#include <stdio.h>
#include <string.h>

enum { MAX_PORTS = 4096, MAX_NAME = 65536 };

/* What travels of a port, before its names. */
typedef struct head {
    uint32_t dtype, has_shape, rank, name_length;
    uint64_t dims[Q_MAX_RANK];            /* UINT64_MAX where it is free */
    uint32_t dim_name_length[Q_MAX_RANK]; /* 0: no name */
} head;

static void put_raw(q_buf *b, const void *p, size_t n)
{
    q_buf_put(b, (q_str){p, n});
}

static void put_port(q_buf *b, q_port p)
{
    head h = {.dtype = (uint32_t)p.dtype,
              .has_shape = p.has_shape,
              .rank = p.has_shape ? (uint32_t)p.shape.rank : 0,
              .name_length = (uint32_t)p.name.n};

    for (size_t i = 0; i < h.rank; i++) {
        h.dims[i] = p.shape.dims[i] == Q_DIM_UNKNOWN ? UINT64_MAX : p.shape.dims[i];
        h.dim_name_length[i] = p.dim_names ? (uint32_t)p.dim_names[i].n : 0;
    }
    put_raw(b, &h, sizeof h);
    q_buf_put(b, p.name);
    for (size_t i = 0; i < h.rank && p.dim_names; i++)
        q_buf_put(b, p.dim_names[i]);
}

void ports__put(q_buf *b, const q_model *m)
{
    uint32_t counts[2] = {(uint32_t)q_model_input_count(m), (uint32_t)q_model_output_count(m)};

    put_raw(b, counts, sizeof counts);
    for (size_t i = 0; i < counts[0]; i++)
        put_port(b, q_model_input(m, i));
    for (size_t i = 0; i < counts[1]; i++)
        put_port(b, q_model_output(m, i));
}

/* ---- reading ----------------------------------------------------------- */

static bool get_raw(q_str *rest, void *out, size_t n)
{
    if (rest->n < n)
        return false;
    memcpy(out, rest->p, n);
    *rest = q_str_sub(*rest, n, rest->n);
    return true;
}

static bool get_name(q_str *rest, size_t n, q_arena *a, q_str *out)
{
    if (n > MAX_NAME || rest->n < n)
        return false;
    *out = q_str_copy(a, q_str_sub(*rest, 0, n));
    *rest = q_str_sub(*rest, n, rest->n);
    return out->p != NULL;
}

static bool get_port(q_str *rest, q_arena *a, q_port *p)
{
    q_str *names = q_arena_array(a, Q_MAX_RANK, sizeof *names);
    head h;

    if (!names || !get_raw(rest, &h, sizeof h) || h.rank > Q_MAX_RANK ||
        !get_name(rest, h.name_length, a, &p->name))
        return false;
    p->dtype = (q_dtype)h.dtype;
    p->has_shape = h.has_shape != 0;
    p->shape.rank = h.rank;
    p->dim_names = names;
    for (size_t i = 0; i < h.rank; i++) {
        p->shape.dims[i] = h.dims[i] == UINT64_MAX ? Q_DIM_UNKNOWN : (size_t)h.dims[i];
        if (!get_name(rest, h.dim_name_length[i], a, &names[i]))
            return false;
    }
    return true;
}

q_code ports__get(q_str bytes, q_arena *a, q_ports *out, q_err *err)
{
    uint32_t counts[2];
    bool good =
        get_raw(&bytes, counts, sizeof counts) && counts[0] <= MAX_PORTS && counts[1] <= MAX_PORTS;

    if (!good)
        return q_err_set(err, Q_INVALID, "a host's description of its model is damaged");
    out->input_count = counts[0];
    out->output_count = counts[1];
    out->inputs = q_arena_array(a, counts[0], sizeof *out->inputs);
    out->outputs = q_arena_array(a, counts[1], sizeof *out->outputs);
    if (!out->inputs || !out->outputs)
        return q_err_nomem(err);
    for (size_t i = 0; i < counts[0] && good; i++)
        good = get_port(&bytes, a, &out->inputs[i]);
    for (size_t i = 0; i < counts[1] && good; i++)
        good = get_port(&bytes, a, &out->outputs[i]);
    if (!good || bytes.n)
        return q_err_set(err, Q_INVALID, "a host's description of its model is damaged");
    return Q_OK;
}

/* ---- judging ----------------------------------------------------------- */

static bool has_free_rows(const q_port *p, q_str *name)
{
    if (p->dtype == Q_SEQUENCE || p->dtype == Q_MAP || p->dtype == Q_NONE || !p->has_shape ||
        p->shape.rank == 0 || p->shape.dims[0] != Q_DIM_UNKNOWN)
        return false;
    if (!p->dim_names[0].n)
        return true;
    if (!name->n)
        *name = p->dim_names[0];
    return q_str_eq(*name, p->dim_names[0]);
}

bool ports__free_rows(const q_ports *p)
{
    q_str name = {"", 0};
    bool is_free = p->input_count > 0 && p->output_count > 0;

    for (size_t i = 0; i < p->input_count && is_free; i++)
        is_free = has_free_rows(&p->inputs[i], &name);
    for (size_t i = 0; i < p->output_count && is_free; i++)
        is_free = has_free_rows(&p->outputs[i], &name);
    return is_free;
}

char *q_port_text(const q_port *p, char out[256])
{
    size_t n = (size_t)snprintf(out, 256, "%s%s", q_dtype_name(p->dtype), p->has_shape ? " [" : "");

    for (size_t i = 0; p->has_shape && i < p->shape.rank && n < 200; i++) {
        const char *comma = i ? ", " : "";

        if (p->shape.dims[i] != Q_DIM_UNKNOWN)
            n += (size_t)snprintf(out + n, 256 - n, "%s%zu", comma, p->shape.dims[i]);
        else if (p->dim_names && p->dim_names[i].n && p->dim_names[i].n < 40)
            n += (size_t)snprintf(out + n, 256 - n, "%s%.*s", comma, Q_ARG(p->dim_names[i]));
        else
            n += (size_t)snprintf(out + n, 256 - n, "%s?", comma);
    }
    if (p->has_shape && n < 255)
        snprintf(out + n, 256 - n, "]");
    return out;
}
