/* quern model run: inputs from files or drawn, outputs told of and written. */
#include "base/file.h"
#include "cli/model.h"
#include "cli/model_data.h"
#include "cli/options.h"
#include "engine/convert.h"
#include "engine/runner.h"

#include <math.h>
#include <stdio.h>

enum { INPUT, SHAPE, SEED, OUTPUT, THREADS, PRECISION, PLAIN, OPTIONS };

static const size_t memory_limit = (size_t)1 << 28;

typedef struct range {
    double least, most, mean;
    size_t count, odd; /* NaN and infinities */
} range;

static range range_of(const q_tensor *t)
{
    range r = {.least = (double)INFINITY, .most = -(double)INFINITY};

    for (size_t i = 0, n = q_shape_count(&t->shape); i < n; i++) {
        double v = convert__f64_at(t, i);

        if (!isfinite(v)) {
            r.odd++;
            continue;
        }
        r.count++;
        r.least = v < r.least ? v : r.least;
        r.most = v > r.most ? v : r.most;
        r.mean += v;
    }
    r.mean /= r.count ? (double)r.count : 1;
    return r;
}

static void tell(const char *what, q_str name, const q_tensor *t)
{
    char shape[160];

    printf("%-8s %.*s  %s %s", what, Q_ARG(name), q_dtype_name(t->dtype),
           q_shape_text(&t->shape, shape));
    if (convert__knows(t->dtype)) {
        range r = range_of(t);

        if (r.count)
            printf("  from %.6g to %.6g, mean %.6g", r.least, r.most, r.mean);
        if (r.odd)
            printf("  %zu not finite", r.odd);
    }
    putchar('\n');
}

static q_code put_outputs(const q_model *m, const q_tensor *out, const char *folder, q_err *err)
{
    q_code rc = folder ? q_dir_make(folder, 0755, err) : Q_OK;

    for (size_t i = 0; !rc && i < q_model_output_count(m); i++) {
        q_str name = q_model_output(m, i).name;

        tell("output", name, &out[i]);
        if (folder)
            rc = cli_tensor_write(folder, name, &out[i], err);
    }
    return rc;
}

static q_code run_model(q_model *m, const cli_words *w, q_arena *a, q_err *err)
{
    const cli_input_options how = {w->values[INPUT], w->values[SHAPE], w->values[SEED]};
    q_tensor *out = q_arena_array(a, q_model_output_count(m), sizeof *out);
    cli_inputs in = {0};
    uint64_t threads = 1;
    q_team *team = NULL;
    q_runner *r = NULL;
    q_code rc =
        out ? cli_number("threads", w->values[THREADS], 1, 1024, &threads, err) : q_err_nomem(err);

    if (!rc)
        rc = cli_inputs_make(m, &how, a, &in, err);
    if (!rc)
        rc = q_team_new((size_t)threads, &team, err);
    if (!rc)
        rc = q_runner_new(m, &(q_runner_options){.team = team}, &r, err);
    if (!rc)
        rc = q_runner_run(r, in.tensors, in.count, out, q_model_output_count(m), err);
    for (size_t i = 0; !rc && i < in.count; i++)
        tell("input", q_model_input(m, i).name, &in.tensors[i]);
    if (!rc)
        rc = put_outputs(m, out, w->values[OUTPUT], err);
    q_runner_free(r);
    q_team_free(team);
    cli_inputs_clear(&in);
    return rc;
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {
        [INPUT] = {"input", "NAME=FILE"}, [SHAPE] = {"shape", "NAME=DIMS"},
        [SEED] = {"seed", "N"},           [OUTPUT] = {"output", "DIR"},
        [THREADS] = {"threads", "N"},     [PRECISION] = {"precision", CLI_PRECISIONS},
        [PLAIN] = {"plain", NULL},
    };
    q_model_options o = {0};
    q_model *m = NULL;
    cli_words words;
    q_arena *a;
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_model_run, options, OPTIONS, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 1)
        return cli_usage(&cli_model_run, "one model is wanted");
    o.plain = words.values[PLAIN] != NULL;
    o.precision = cli_precision(words.values[PRECISION]);
    a = q_arena_new(memory_limit);
    rc = a ? q_model_open(words.operands[0], &o, &m, &err) : q_err_nomem(&err);
    if (!rc)
        rc = run_model(m, &words, a, &err);
    q_model_unref(m);
    q_arena_free(a);
    if (rc)
        cli_error("%s", err.msg);
    return rc ? CLI_FAILED : CLI_OK;
}

const cli_command cli_model_run = {
    .name = "model run",
    .arguments =
        "FILE [--input 'NAME=FILE ...'] [--shape 'NAME=DIMS ...'] [--seed N] [--output DIR] "
        "[--threads N] [--precision " CLI_PRECISIONS "] [--plain]",
    .summary = "run a model on given or drawn inputs",
    .help = "Prints the type, the shape and the range of every input and output.\n"
            "\n"
            "  --input NAME=FILE   inputs from NumPy's .npy or ONNX's .pb files, parted by\n"
            "                      blanks; of a model with one input the file will do\n"
            "  --shape NAME=DIMS   sizes of inputs that are drawn instead: x=1,3,48,320\n"
            "  --seed N            draw others: floats in [-1, 1), integers 0 or 1\n"
            "  --output DIR        write each output as DIR/NAME.npy\n"
            "  --threads N         1 by default; the answer's bits do not depend on it\n"
            "  --precision P       what to compute in where kernels have it\n"
            "  --plain             every node as the file has it, not fused\n",
    .run = run,
};
