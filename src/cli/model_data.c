#include "cli/model_data.h"

#include "base/buf.h"
#include "base/file.h"
#include "cli/model.h"
#include "engine/convert.h"
#include "engine/graph.h"
#include "engine/npy.h"
#include "engine/onnx_tensor.h"

#include <string.h>

static const size_t file_limit = (size_t)1 << 33;

q_code cli_number(const char *option, const char *text, uint64_t least, uint64_t most,
                  uint64_t *out, q_err *err)
{
    uint64_t v;

    if (!text)
        return Q_OK;
    if (!q_str_u64(q_str_of(text), &v) || v < least || v > most)
        return q_err_set(err, Q_INVALID, "--%s is \"%s\"; a number from %llu to %llu is wanted",
                         option, text, (unsigned long long)least, (unsigned long long)most);
    *out = v;
    return Q_OK;
}

/* -- Files -- */

q_code cli_tensor_read(const char *path, q_tensor *out, q_err *err)
{
    q_arena *a = q_arena_new(file_limit);
    q_tensor t = {0};
    q_str bytes;
    q_code rc = a ? q_file_read(a, path, file_limit / 2, &bytes, err) : q_err_nomem(err);

    if (!rc && q_str_ends(q_str_of(path), Q_STR(".pb"))) {
        rc = onnx__read_tensor(a, bytes, &t, NULL, err);
        if (!rc)
            rc = q_tensor_copy(&t, NULL, out, err);
    } else if (!rc) {
        rc = q_npy_read(bytes, NULL, out, err);
    }
    if (rc && rc != Q_NOTFOUND && rc != Q_IO)
        rc = q_err_add(err, rc, "%s", path);
    q_arena_free(a);
    return rc;
}

q_code cli_tensor_write(const char *folder, q_str name, const q_tensor *t, q_err *err)
{
    q_arena *a = q_arena_new(1 << 16);
    q_buf b = q_buf_init(NULL, file_limit);
    char *path = q_str_printf(a, "%s/%.*s.npy", folder, Q_ARG(name)).p
                     ? q_str_cstr(a, q_str_printf(a, "%s/%.*s.npy", folder, Q_ARG(name)))
                     : NULL;
    q_str file;
    q_code rc;

    if (!path) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    for (char *c = path + strlen(folder) + 1; *c; c++)
        if (*c == '/')
            *c = '_';
    rc = q_npy_write(t, &b, err);
    if (!rc)
        rc = q_buf_finish(&b, &file, err);
    if (!rc)
        rc = q_file_replace(path, file, 0644, err);
    q_buf_clear(&b);
    q_arena_free(a);
    return rc;
}

/* -- Inputs -- */

static uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15U; /* splitmix64 (Steele et al. 2014) */

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static q_code draw_input(const q_port *p, const q_shape *s, uint64_t seed, q_tensor *out,
                         q_err *err)
{
    q_code rc;

    if (!convert__knows(p->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "input \"%.*s\" is %s: it needs a file",
                         Q_ARG(p->name), q_dtype_name(p->dtype));
    rc = q_tensor_new(p->dtype, s, NULL, out, err);
    if (rc)
        return rc;
    for (size_t i = 0, n = q_shape_count(s); i < n;
         i += 2) { /* by pairs: 4-bit ones share a byte */
        size_t size = q_dtype_bits(p->dtype), some = n - i < 2 ? 1 : 2;
        double v[2];

        for (size_t k = 0; k < 2; k++) {
            uint64_t u = draw(&seed);

            v[k] = q_dtype_is_float(p->dtype) ? (double)(u >> 11) * 0x1p-52 - 1 : (double)(u >> 63);
        }
        convert__range(v, Q_F64, (char *)out->data + i * size / 8, p->dtype, 0, some, true);
    }
    return Q_OK;
}

static q_code input_number(const q_model *m, q_str name, size_t *i, q_err *err)
{
    for (*i = 0; *i < q_model_input_count(m); ++*i)
        if (q_str_eq(q_model_input(m, *i).name, name))
            return Q_OK;
    return q_err_set(err, Q_INVALID, "the model has no input \"%.*s\"", Q_ARG(name));
}

static q_code read_files(const q_model *m, q_str text, q_arena *a, cli_inputs *in, q_err *err)
{
    q_code rc = Q_OK;

    while (!rc && text.n) {
        q_str word, name, path;
        size_t i = 0;

        q_str_cut(text, ' ', &word, &text);
        if (!word.n)
            continue;
        if (!q_str_cut(word, '=', &name, &path)) {
            path = word;
            if (in->count != 1)
                return q_err_set(err, Q_INVALID,
                                 "\"%.*s\" is for which of %zu inputs? name=file is wanted",
                                 Q_ARG(word), in->count);
        } else {
            rc = input_number(m, name, &i, err);
        }
        char *file = q_str_cstr(a, path);
        if (!rc && !file)
            rc = q_err_nomem(err);
        if (!rc) {
            q_tensor_clear(&in->tensors[i], NULL);
            rc = cli_tensor_read(file, &in->tensors[i], err);
        }
    }
    return rc;
}

static q_code draw_missing(const q_model *m, const q_shape *shapes, uint64_t seed, cli_inputs *in,
                           q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < in->count; i++) {
        q_port p = q_model_input(m, i);

        if (in->tensors[i].dtype != Q_NONE)
            continue;
        for (size_t d = 0; d < shapes[i].rank; d++)
            if (shapes[i].dims[d] == Q_DIM_UNKNOWN)
                return q_err_set(err, Q_INVALID,
                                 "dimension %zu of input \"%.*s\" is free; --shape '%.*s=...' "
                                 "says what it is",
                                 d, Q_ARG(p.name), Q_ARG(p.name));
        rc = draw_input(&p, &shapes[i], seed + i, &in->tensors[i], err);
    }
    return rc;
}

q_code cli_inputs_make(const q_model *m, const cli_input_options *o, q_arena *a, cli_inputs *out,
                       q_err *err)
{
    q_shape *shapes;
    uint64_t seed = 0;
    q_code rc = cli_number("seed", o->seed, 0, UINT64_MAX, &seed, err);

    out->count = q_model_input_count(m);
    out->tensors = q_arena_array(a, out->count, sizeof *out->tensors);
    if (!out->tensors)
        return q_err_nomem(err);
    if (!rc)
        rc = cli_model_shapes(m, o->shapes, true, a, &shapes, err);
    if (!rc)
        rc = read_files(m, q_str_of(o->files), a, out, err);
    if (!rc)
        rc = draw_missing(m, shapes, seed, out, err);
    if (rc)
        cli_inputs_clear(out);
    return rc;
}

void cli_inputs_clear(cli_inputs *in)
{
    for (size_t i = 0; i < in->count; i++)
        q_tensor_clear(&in->tensors[i], NULL);
    in->count = 0;
}
