/* quern model compare: how far one model's answers are from another's. */
#include "cli/model.h"
#include "cli/model_data.h"
#include "cli/options.h"
#include "cli/table.h"
#include "engine/convert.h"
#include "engine/difference.h"
#include "engine/graph.h"
#include "engine/runner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DATA, SHAPE, SEED, LAYERS, PRECISION, OPTIONS };
enum { DRAWN_SETS = 4, MOST_SETS = 4096 };

static const size_t memory_limit = (size_t)1 << 30;

/* A value that both models name. */
typedef struct pair {
    q_str name;
    q_value_id a, b;
    q_difference d;
} pair;

typedef struct comparison {
    q_model *models[2];
    q_runner *runners[2];
    q_tensor *outs[2];
    pair *outputs, *layers;
    size_t output_count, layer_count, sets;
    q_arena *arena;
    q_buf text;
    const char *shapes;
} comparison;

/* -- Which values to compare -- */

static q_code find_outputs(comparison *c, q_err *err)
{
    size_t count = q_model_output_count(c->models[0]);

    c->outputs = q_arena_array(c->arena, count, sizeof *c->outputs);
    if (!c->outputs)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        q_str name = q_model_output(c->models[0], i).name;

        for (size_t j = 0; j < q_model_output_count(c->models[1]); j++)
            if (q_str_eq(q_model_output(c->models[1], j).name, name))
                c->outputs[c->output_count++] =
                    (pair){.name = name, .a = (q_value_id)i, .b = (q_value_id)j};
    }
    if (!c->output_count)
        return q_err_set(err, Q_INVALID, "the models have no output of one name");
    return Q_OK;
}

typedef struct named {
    q_str name;
    q_value_id id;
} named;

static int by_name(const void *a, const void *b)
{
    return q_str_cmp(((const named *)a)->name, ((const named *)b)->name);
}

/* What the nodes of B make and A makes too, in B's order. */
static q_code find_layers(comparison *c, q_err *err)
{
    const q_graph *a = model__graph(c->models[0]), *b = model__graph(c->models[1]);
    named *names = q_arena_array(c->arena, a->value_count, sizeof *names);

    c->layers = q_arena_array(c->arena, b->value_count, sizeof *c->layers);
    if (!names || !c->layers)
        return q_err_nomem(err);
    for (size_t i = 0; i < a->value_count; i++)
        names[i] = (named){a->values[i].name, (q_value_id)i};
    qsort(names, a->value_count, sizeof *names, by_name);
    for (size_t n = 0; n < b->node_count; n++)
        for (size_t k = 0; k < b->nodes[n]->out_count; k++) {
            q_value_id id = b->nodes[n]->out[k];
            named key, *found = NULL;

            if (id == Q_NO_VALUE || !b->values[id].name.n)
                continue;
            key.name = b->values[id].name;
            found = bsearch(&key, names, a->value_count, sizeof *names, by_name);
            if (found && c->layer_count < b->value_count)
                c->layers[c->layer_count++] = (pair){.name = key.name, .a = found->id, .b = id};
        }
    return Q_OK;
}

/* -- One set of inputs -- */

/* Layouts differ inside an optimised graph: such a layer is left out. */
static void add_layers(comparison *c)
{
    for (size_t i = 0; i < c->layer_count; i++) {
        const q_tensor *a = q_runner_value(c->runners[0], c->layers[i].a);
        const q_tensor *b = q_runner_value(c->runners[1], c->layers[i].b);

        if (a && b && convert__knows(a->dtype) && convert__knows(b->dtype) &&
            q_shape_eq(&a->shape, &b->shape) &&
            q_difference_add(&c->layers[i].d, a, b, NULL) != Q_OK)
            continue;
    }
}

static q_code compare_set(comparison *c, const cli_inputs *in, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t k = 0; !rc && k < 2; k++)
        rc = q_runner_run(c->runners[k], in->tensors, in->count, c->outs[k],
                          q_model_output_count(c->models[k]), err);
    for (size_t i = 0; !rc && i < c->output_count; i++) {
        rc = q_difference_add(&c->outputs[i].d, &c->outs[0][c->outputs[i].a],
                              &c->outs[1][c->outputs[i].b], err);
        if (rc)
            rc = q_err_add(err, rc, "output %.*s", Q_ARG(c->outputs[i].name));
    }
    if (!rc && c->layers)
        add_layers(c);
    c->sets++;
    return rc;
}

/* -- Sets -- */

static q_code drawn_sets(comparison *c, const char *seed, q_err *err)
{
    uint64_t first = 0;
    q_code rc = cli_number("seed", seed, 0, UINT64_MAX / 2, &first, err);

    for (size_t i = 0; !rc && i < DRAWN_SETS; i++) {
        q_str number = q_str_printf(c->arena, "%zu", (size_t)first + i * 1000);
        cli_inputs in = {0};

        if (!number.p)
            return q_err_nomem(err);
        rc = cli_inputs_make(c->models[0], &(cli_input_options){NULL, c->shapes, number.p},
                             c->arena, &in, err);
        if (!rc)
            rc = compare_set(c, &in, err);
        cli_inputs_clear(&in);
    }
    return rc;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* DIR/x.npy for each input x, or for a model with one input the file itself. */
static q_code folder_set(comparison *c, const char *path, q_err *err)
{
    size_t count = q_model_input_count(c->models[0]);
    cli_inputs in = {q_arena_array(c->arena, count, sizeof *in.tensors), count};
    bool folder = is_folder(path);
    q_code rc = in.tensors ? Q_OK : q_err_nomem(err);

    if (!rc && !folder && count != 1)
        rc =
            q_err_set(err, Q_INVALID,
                      "%s: a folder with a file for each of the %zu inputs is wanted", path, count);
    for (size_t i = 0; !rc && i < count; i++) {
        q_str file = folder ? q_str_printf(c->arena, "%s/%.*s.npy", path,
                                           Q_ARG(q_model_input(c->models[0], i).name))
                            : q_str_of(path);

        rc = file.p ? cli_tensor_read(file.p, &in.tensors[i], err) : q_err_nomem(err);
    }
    if (!rc)
        rc = compare_set(c, &in, err);
    if (rc)
        rc = q_err_add(err, rc, "%s", path);
    cli_inputs_clear(&in);
    return rc;
}

static int shown(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static q_code data_sets(comparison *c, const char *folder, q_err *err)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, shown, alphasort);
    q_code rc = count < 0 ? q_err_errno(err, "%s", folder) : Q_OK;

    for (int i = 0; i < count; i++) {
        q_str path = q_str_printf(c->arena, "%s/%s", folder, names[i]->d_name);

        if (!rc && i < MOST_SETS)
            rc = path.p ? folder_set(c, path.p, err) : q_err_nomem(err);
        free(names[i]);
    }
    free(names);
    if (!rc && c->sets == 0)
        rc = q_err_set(err, Q_INVALID, "%s holds no inputs", folder);
    return rc;
}

/* -- The table -- */

static q_code put_pairs(comparison *c, const char *what, const pair *pairs, size_t count,
                        q_err *err)
{
    enum { COLUMNS = 5 };
    const char *heads[COLUMNS] = {what, "Max. error", "Of scale", "Cosine", "dB"};
    static const bool right[COLUMNS] = {false, true, true, true, true};
    q_str *cells = q_arena_array(c->arena, (count + 1) * COLUMNS, sizeof *cells);
    size_t rows = 1;

    if (!cells)
        return q_err_nomem(err);
    for (size_t k = 0; k < COLUMNS; k++)
        cells[k] = q_str_of(heads[k]);
    for (size_t i = 0; i < count; i++) {
        const q_difference *d = &pairs[i].d;
        q_str *row = cells + rows * COLUMNS;

        if (!d->count)
            continue;
        row[0] = pairs[i].name;
        row[1] = q_str_printf(c->arena, "%.3g", d->absolute);
        row[2] = q_str_printf(c->arena, "%.3g", d->relative);
        row[3] = q_str_printf(c->arena, "%.8f", q_difference_cosine(d));
        row[4] = q_str_printf(c->arena, "%.1f", q_difference_decibels(d));
        for (size_t k = 1; k < COLUMNS; k++)
            if (!row[k].p)
                return q_err_nomem(err);
        rows++;
    }
    cli_table_print(&(cli_table){cells, rows, COLUMNS, right, 160}, &c->text);
    return Q_OK;
}

static q_code put_all(comparison *c, q_err *err)
{
    q_str text;
    q_code rc;

    q_buf_printf(&c->text, "%zu set%s of inputs\n\n", c->sets, c->sets == 1 ? "" : "s");
    rc = put_pairs(c, "Output", c->outputs, c->output_count, err);
    if (!rc && c->layers) {
        q_buf_char(&c->text, '\n');
        rc = put_pairs(c, "Layer", c->layers, c->layer_count, err);
    }
    if (!rc)
        rc = q_buf_finish(&c->text, &text, err);
    if (!rc)
        fwrite(text.p, 1, text.n, stdout);
    return rc;
}

/* -- The command -- */

static q_code open_both(comparison *c, char **paths, q_precision precision, bool keep, q_err *err)
{
    const q_model_options options[2] = {{.plain = true}, {.precision = precision}};
    q_code rc = Q_OK;

    for (size_t k = 0; !rc && k < 2; k++) {
        rc = q_model_open(paths[k], &options[k], &c->models[k], err);
        if (!rc)
            rc = q_runner_new(c->models[k], &(q_runner_options){.keep = keep}, &c->runners[k], err);
        if (rc)
            break;
        c->outs[k] = q_arena_array(c->arena, q_model_output_count(c->models[k]), sizeof **c->outs);
        if (!c->outs[k])
            rc = q_err_nomem(err);
    }
    if (!rc && q_model_input_count(c->models[0]) != q_model_input_count(c->models[1]))
        rc = q_err_set(err, Q_INVALID, "the models have %zu and %zu inputs",
                       q_model_input_count(c->models[0]), q_model_input_count(c->models[1]));
    return rc;
}

static q_code compare(comparison *c, const cli_words *w, q_err *err)
{
    q_code rc = open_both(c, w->operands, cli_precision(w->values[PRECISION]),
                          w->values[LAYERS] != NULL, err);

    c->shapes = w->values[SHAPE];
    if (!rc)
        rc = find_outputs(c, err);
    if (!rc && w->values[LAYERS])
        rc = find_layers(c, err);
    if (!rc)
        rc = w->values[DATA] ? data_sets(c, w->values[DATA], err)
                             : drawn_sets(c, w->values[SEED], err);
    return rc ? rc : put_all(c, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {
        [DATA] = {"data", "DIR"},
        [SHAPE] = {"shape", "NAME=DIMS"},
        [SEED] = {"seed", "N"},
        [LAYERS] = {"layers", NULL},
        [PRECISION] = {"precision", CLI_PRECISIONS},
    };
    comparison c = {.sets = 0};
    cli_words words;
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_model_compare, options, OPTIONS, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 2)
        return cli_usage(&cli_model_compare, "two models are wanted");
    c.arena = q_arena_new(memory_limit);
    c.text = q_buf_init(NULL, memory_limit);
    rc = c.arena ? compare(&c, &words, &err) : q_err_nomem(&err);
    for (size_t k = 0; k < 2; k++) {
        q_runner_free(c.runners[k]);
        q_model_unref(c.models[k]);
    }
    q_buf_clear(&c.text);
    q_arena_free(c.arena);
    if (rc)
        cli_error("%s", err.msg);
    return rc ? CLI_FAILED : CLI_OK;
}

const cli_command cli_model_compare = {
    .name = "model compare",
    .arguments = "A B [--data DIR] [--shape 'NAME=DIMS ...'] [--seed N] [--layers] "
                 "[--precision " CLI_PRECISIONS "]",
    .summary = "how far one model's answers are from another's",
    .help = "Runs A as its file has it, node by node, and B optimised, on the same inputs,\n"
            "and prints for each output of one name the largest error, the same as a part\n"
            "of A's largest number, the cosine between both, and the signal over the error.\n"
            "A and B may be the same file.\n"
            "\n"
            "  --data DIR       inputs: NAME.npy in DIR's folders, a folder a set; for a\n"
            "                   model with one input DIR's files\n"
            "  --shape, --seed  without DIR four sets are drawn, as for quern model run\n"
            "  --layers         values inside that both name, too\n"
            "  --precision P    of B, where kernels have it\n",
    .run = run,
};
