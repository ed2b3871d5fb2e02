#include "cli/model.h"

#include "engine/graph.h"

#include <stdio.h>
#include <string.h>

static const cli_command *const verbs[] = {&cli_model_run,  &cli_model_bench,    &cli_model_compare,
                                           &cli_model_show, &cli_model_optimize, NULL};

static int run(int argc, char **argv)
{
    const cli_command *verb;

    if (argc == 0) {
        fputs("usage: quern model COMMAND ...\n\n", stdout);
        for (const cli_command *const *v = verbs; *v; v++)
            printf("  %-16s %s\n", (*v)->name, (*v)->summary);
        fputs("\nquern help model COMMAND tells more of one of them.\n", stdout);
        return CLI_OK;
    }
    verb = cli_find_verb(&cli_model, argv[0]);
    if (!verb)
        return cli_usage(&cli_model, "%s is no command of it", argv[0]);
    return verb->run(argc - 1, argv + 1);
}

const cli_command cli_model = {
    .name = "model",
    .arguments = "COMMAND ...",
    .summary = "show, optimise, run and measure ONNX models",
    .help = "A model is an ONNX file, or a .q file that quern model optimize wrote.\n",
    .run = run,
    .verbs = verbs,
};

q_precision cli_precision(const char *word)
{
    static const char *const words[] = {"f32", "bf16", "f16", "int8"};

    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return (q_precision)i;
    return Q_PRECISION_F32;
}

/* -- Shapes -- */

static q_code input_of(const q_model *m, q_str name, size_t *i, q_err *err)
{
    for (*i = 0; *i < q_model_input_count(m); ++*i)
        if (q_str_eq(q_model_input(m, *i).name, name))
            return Q_OK;
    return q_err_set(err, Q_INVALID, "the model has no input \"%.*s\"", Q_ARG(name));
}

/* "1,3,48,320" */
static q_code read_dims(q_str text, q_str name, q_shape *s, q_err *err)
{
    q_str dim;
    bool more = text.n > 0;

    s->rank = 0;
    while (more) {
        uint64_t v;

        more = q_str_cut(text, ',', &dim, &text);
        if (!q_str_u64(dim, &v) || v >= Q_DIM_UNKNOWN)
            return q_err_set(err, Q_INVALID, "shape of %.*s: \"%.*s\" is no number", Q_ARG(name),
                             Q_ARG(dim));
        if (s->rank == Q_MAX_RANK)
            return q_err_set(err, Q_INVALID, "shape of %.*s: at most %d dimensions", Q_ARG(name),
                             Q_MAX_RANK);
        s->dims[s->rank++] = (size_t)v;
    }
    return Q_OK;
}

static q_code check_dims(const q_port *p, const q_shape *s, q_err *err)
{
    if (!p->has_shape)
        return Q_OK;
    if (s->rank != p->shape.rank)
        return q_err_set(err, Q_INVALID, "shape of %.*s: %zu dimensions; the model has %zu",
                         Q_ARG(p->name), s->rank, p->shape.rank);
    for (size_t i = 0; i < s->rank; i++)
        if (p->shape.dims[i] != Q_DIM_UNKNOWN && p->shape.dims[i] != s->dims[i])
            return q_err_set(err, Q_INVALID,
                             "shape of %.*s: dimension %zu is %zu; the model has "
                             "%zu",
                             Q_ARG(p->name), i, s->dims[i], p->shape.dims[i]);
    return Q_OK;
}

static q_code read_shapes(const q_model *m, q_str text, q_shape *shapes, bool *given, q_err *err)
{
    q_code rc = Q_OK;

    while (!rc && text.n > 0) {
        q_str word, name, dims;
        q_port port;
        size_t i;

        q_str_cut(text, ' ', &word, &text);
        if (word.n == 0)
            continue;
        if (!q_str_cut(word, '=', &name, &dims))
            return q_err_set(err, Q_INVALID, "\"%.*s\" is no shape; name=1,3,48,320 is wanted",
                             Q_ARG(word));
        rc = input_of(m, name, &i, err);
        if (rc)
            break;
        port = q_model_input(m, i);
        rc = read_dims(dims, name, &shapes[i], err);
        if (!rc)
            rc = check_dims(&port, &shapes[i], err);
        given[i] = true;
    }
    return rc;
}

static q_code all_known(const q_port *p, const q_shape *s, q_err *err)
{
    for (size_t i = 0; i < s->rank; i++)
        if (s->dims[i] == Q_DIM_UNKNOWN)
            return q_err_set(err, Q_INVALID,
                             "dimension %zu of input \"%.*s\" is free; --shape "
                             "'%.*s=...' says what it is",
                             i, Q_ARG(p->name), Q_ARG(p->name));
    return Q_OK;
}

q_code cli_model_shapes(const q_model *m, const char *text, bool free, q_arena *a, q_shape **out,
                        q_err *err)
{
    size_t count = q_model_input_count(m);
    q_shape *shapes = q_arena_array(a, count, sizeof *shapes);
    bool *given = q_arena_array(a, count, sizeof *given);
    q_code rc;

    if (!shapes || !given)
        return q_err_nomem(err);
    rc = read_shapes(m, q_str_of(text), shapes, given, err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_port p = q_model_input(m, i);

        if (!given[i])
            shapes[i] = p.shape;
        if (!given[i] && !p.has_shape && !free)
            rc = q_err_set(err, Q_INVALID,
                           "the model does not state the shape of input \"%.*s\"; "
                           "--shape '%.*s=...' says what it is",
                           Q_ARG(p.name), Q_ARG(p.name));
        else if (!free)
            rc = all_known(&p, &shapes[i], err);
    }
    *out = shapes;
    return rc;
}

/* -- Numbers for people -- */

static char *scaled(double v, double base, const char *const *units, size_t count, char out[32])
{
    size_t i = 0;

    for (; v >= base && i + 1 < count; i++)
        v /= base;
    snprintf(out, 32, i == 0 || v >= 100 ? "%.0f%s" : v >= 10 ? "%.1f%s" : "%.2f%s", v, units[i]);
    return out;
}

char *cli_bytes_text(double bytes, char out[32])
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};

    return scaled(bytes, 1000, units, sizeof units / sizeof *units, out);
}

char *cli_count_text(double count, char out[32])
{
    static const char *const units[] = {"", " k", " M", " G", " T"};

    return scaled(count, 1000, units, sizeof units / sizeof *units, out);
}
