/* quern model show: the nodes of a model, what they cost, and what runs them. */
#include "base/buf.h"
#include "base/file.h"
#include "cli/model.h"
#include "cli/options.h"
#include "cli/table.h"
#include "engine/describe.h"
#include "engine/graph.h"
#include "engine/model_parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHAPE, SVG, PRECISION, PLAIN, OPTIONS };
static const size_t memory_limit = (size_t)1 << 31, text_limit = (size_t)1 << 30;

typedef struct show {
    q_model *model;
    q_arena *arena;
    q_description all;
    q_buf out;
} show;

/* -- The head -- */

static void put_port(show *s, const char *what, const q_port *p, q_str shape)
{
    q_buf_printf(&s->out, "%-12s %.*s  %s %.*s\n", what, Q_ARG(p->name), q_dtype_name(p->dtype),
                 Q_ARG(shape));
}

static void put_opsets(show *s)
{
    const q_graph *g = model__graph(s->model);

    q_buf_puts(&s->out, "operators    ");
    for (size_t i = 0; i < g->opset_count; i++)
        q_buf_printf(&s->out, "%s%.*s %u", i > 0 ? ", " : "",
                     Q_ARG(g->opsets[i].domain.n > 0 ? g->opsets[i].domain : Q_STR("ai.onnx")),
                     g->opsets[i].version);
    q_buf_char(&s->out, '\n');
}

static void put_head(show *s, const char *path)
{
    q_model_facts f = q_model_about(s->model);
    const q_graph *g = model__graph(s->model);
    char text[32];

    q_buf_printf(&s->out, "%-12s %s, %s, %s", "file", path, f.file ? "optimised by quern" : "ONNX",
                 cli_bytes_text((double)f.source_bytes, text));
    q_buf_printf(&s->out, ", %s in memory beside it\n",
                 cli_bytes_text((double)f.memory_bytes, text));
    if (f.onnx->producer.n > 0)
        q_buf_printf(&s->out, "%-12s %.*s %.*s\n", "made by", Q_ARG(f.onnx->producer),
                     Q_ARG(f.onnx->producer_version));
    put_opsets(s);
    for (size_t i = 0; i < g->input_count; i++) {
        q_port p = q_model_input(s->model, i);

        put_port(s, "input", &p, s->all.values[g->inputs[i]]);
    }
    for (size_t i = 0; i < g->output_count; i++) {
        q_port p = q_model_output(s->model, i);

        put_port(s, "output", &p, s->all.values[g->outputs[i]]);
    }
    q_buf_char(&s->out, '\n');
}

/* -- The nodes -- */

enum { TYPE, NAME, OUTPUT, RUNS, MACS, WEIGHTS, MEMORY, COLUMNS, SYMBOLIC_COLUMNS = 4 };

static q_str text_of(show *s, const char *text)
{
    return q_str_copy(s->arena, q_str_of(text));
}

static q_str runs_as(show *s, const q_described_node *d)
{
    if (d->constant)
        return Q_STR("constant");
    return d->kernel ? q_str_printf(s->arena, "kernel %s", d->kernel) : Q_STR("operator");
}

static void fill_row(show *s, const q_described_node *d, q_str *row)
{
    char text[32];

    row[TYPE] = d->detail.n > 0 ? q_str_printf(s->arena, "%.*s %.*s", Q_ARG(d->type),
                                               Q_ARG(q_str_trim(d->detail)))
                                : d->type;
    row[NAME] = d->title;
    row[OUTPUT] = q_str_printf(s->arena, "%.*s %s", Q_ARG(d->shape), q_dtype_name(d->dtype));
    row[RUNS] = runs_as(s, d);
    if (!s->all.concrete)
        return;
    if (d->cost.macs > 0)
        row[MACS] = text_of(s, cli_count_text(d->cost.macs, text));
    if (d->cost.weight_bytes > 0)
        row[WEIGHTS] = text_of(s, cli_bytes_text((double)d->cost.weight_bytes, text));
    if (d->bytes > 0)
        row[MEMORY] = text_of(s, cli_bytes_text((double)d->bytes, text));
}

static q_code put_nodes(show *s, q_err *err)
{
    static const bool right[COLUMNS] = {[MACS] = true, [WEIGHTS] = true, [MEMORY] = true};
    static const char *const heads[COLUMNS] = {"Operator", "Name",    "Output", "Runs as",
                                               "MACs",     "Weights", "Memory"};
    size_t columns = s->all.concrete ? COLUMNS : SYMBOLIC_COLUMNS, rows = s->all.count + 1;
    q_str *cells = q_arena_array(s->arena, rows * columns, sizeof *cells);

    if (!cells)
        return q_err_nomem(err);
    for (size_t c = 0; c < rows * columns; c++)
        cells[c] = Q_STR("");
    for (size_t c = 0; c < columns; c++)
        cells[c] = q_str_of(heads[c]);
    for (size_t i = 0; i < s->all.count; i++)
        fill_row(s, &s->all.nodes[i], cells + (i + 1) * columns);
    cli_table_print(
        &(cli_table){cells, rows, columns, right, isatty(STDOUT_FILENO) ? cli_width() : 200},
        &s->out);
    return Q_OK;
}

/* -- The sums -- */

typedef struct share {
    size_t nodes;
    double macs;
} share;

static void add_shares(const show *s, share *f32, share *bf16, share *int8, share *general)
{
    for (size_t i = 0; i < s->all.count; i++) {
        const q_described_node *d = &s->all.nodes[i];
        share *to = general;

        if (d->constant)
            continue;
        if (d->kernel)
            to = strcmp(d->kernel, "bf16") == 0   ? bf16
                 : strcmp(d->kernel, "int8") == 0 ? int8
                                                  : f32;
        to->nodes++;
        to->macs += d->cost.macs;
    }
}

static void put_share(show *s, const char *name, const share *part)
{
    if (part->nodes == 0)
        return;
    q_buf_printf(&s->out, "  %-14s %4zu nodes", name, part->nodes);
    if (s->all.concrete && s->all.macs > 0)
        q_buf_printf(&s->out, "  %5.1f %% of MACs", 100 * part->macs / s->all.macs);
    q_buf_char(&s->out, '\n');
}

static void put_partition(show *s)
{
    share f32 = {0}, bf16 = {0}, int8 = {0}, general = {0};

    add_shares(s, &f32, &bf16, &int8, &general);
    q_buf_puts(&s->out, "partition\n");
    put_share(s, "kernel int8", &int8);
    put_share(s, "kernel bf16", &bf16);
    put_share(s, "kernel f32", &f32);
    put_share(s, "operator", &general);
}

static void put_sums(show *s)
{
    char a[32], b[32];

    q_buf_printf(&s->out, "\n%-12s %zu, %zu of them run\n", "nodes", s->all.count, s->all.steps);
    q_buf_printf(&s->out, "%-12s %s, %s\n", "parameters", cli_count_text((double)s->all.params, a),
                 cli_bytes_text((double)s->all.weight_bytes, b));
    if (s->all.concrete) {
        q_buf_printf(&s->out, "%-12s %s MACs, %s floating-point operations\n", "work",
                     cli_count_text(s->all.macs, a), cli_count_text(s->all.flops, b));
        q_buf_printf(&s->out, "%-12s %s at most for values, in one block\n", "memory",
                     cli_bytes_text((double)s->all.peak_bytes, a));
    } else {
        q_buf_printf(&s->out, "%-12s ", "free");
        for (size_t i = 0; i < s->all.symbol_count; i++)
            q_buf_printf(&s->out, "%s%.*s", i > 0 ? ", " : "", Q_ARG(s->all.symbols[i]));
        q_buf_puts(&s->out, "; --shape 'name=1,3,48,320' gives costs and memory\n");
    }
    put_partition(s);
}

static q_code write_svg(show *s, const char *path, q_err *err)
{
    q_buf b = q_buf_init(NULL, text_limit);
    q_code rc = cli_model_svg(s->model, &s->all, &b, err);

    if (!rc)
        rc = q_file_replace(path, q_buf_str(&b), 0666, err);
    q_buf_clear(&b);
    return rc;
}

static q_code describe(show *s, const char *path, const char *shapes, const char *svg, q_err *err)
{
    q_shape *in;
    q_str text;
    q_code rc = cli_model_shapes(s->model, shapes, true, s->arena, &in, err);

    if (!rc)
        rc = q_model_describe(s->model, in, s->arena, &s->all, err);
    if (rc)
        return q_err_add(err, rc, "%s", path);
    if (svg)
        return write_svg(s, svg, err);
    put_head(s, path);
    rc = put_nodes(s, err);
    put_sums(s);
    if (!rc)
        rc = q_buf_finish(&s->out, &text, err);
    return rc ? rc : q_fd_write(STDOUT_FILENO, text, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {
        [SHAPE] = {"shape", "NAME=DIMS"},
        [SVG] = {"svg", "FILE"},
        [PRECISION] = {"precision", CLI_PRECISIONS},
        [PLAIN] = {"plain", NULL},
    };
    show s = {.model = NULL};
    q_model_options o = {0};
    cli_words words;
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_model_show, options, OPTIONS, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 1)
        return cli_usage(&cli_model_show, "one model is wanted");
    o.plain = words.values[PLAIN] != NULL;
    o.precision = cli_precision(words.values[PRECISION]);
    s.arena = q_arena_new(memory_limit);
    s.out = q_buf_init(NULL, text_limit);
    rc = s.arena ? q_model_open(words.operands[0], &o, &s.model, &err) : q_err_nomem(&err);
    if (!rc)
        rc = describe(&s, words.operands[0], words.values[SHAPE], words.values[SVG], &err);
    if (rc)
        cli_error("%s", err.msg);
    q_buf_clear(&s.out);
    q_model_unref(s.model);
    q_arena_free(s.arena);
    return rc ? CLI_FAILED : CLI_OK;
}

const cli_command cli_model_show = {
    .name = "model show",
    .arguments =
        "FILE [--shape 'NAME=DIMS ...'] [--svg OUT] [--precision " CLI_PRECISIONS "] [--plain]",
    .summary = "a model's nodes, their cost and memory, and what runs them",
    .help = "Prints inputs and outputs, each node with its output's shape, and the sums.\n"
            "Dimensions that the model leaves free are shown as N, H/4, 2*N+1; given their\n"
            "sizes, the multiplications, weights and memory of each node are shown too.\n"
            "\n"
            "  --shape DIMS     sizes of inputs: 'x=1,3,48,320 state=2,1,128'\n"
            "  --svg OUT        draw the graph into this file instead\n"
            "  --precision P    as quern model optimize would make it\n"
            "  --plain          the nodes as the file has them, not fused\n"
            "\n"
            "A node runs as a kernel (fused, with packed weights of the precision named) or\n"
            "as a general operator.\n",
    .run = run,
};
