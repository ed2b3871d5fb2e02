/* quern model bench: how long a model takes, on one thread and on more, and where. */
#include "base/clock.h"
#include "cli/model.h"
#include "cli/model_data.h"
#include "cli/options.h"
#include "cli/table.h"
#include "engine/graph.h"
#include "engine/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { INPUT, SHAPE, SEED, THREADS, SECONDS, PROFILE, PRECISION, PLAIN, OPTIONS };
enum { LEAST_RUNS = 5, MOST_RUNS = 100000, PROFILED_RUNS = 10 };

static const size_t memory_limit = (size_t)1 << 30;

typedef struct bench {
    q_model *model;
    cli_inputs in;
    q_tensor *out;
    q_description all; /* costs by node; zeros when shapes depend on values */
    q_arena *arena;
    uint64_t seconds, threads;
    q_buf text;
} bench;

static q_code run_once(bench *b, q_runner *r, int64_t *ns, q_err *err)
{
    int64_t start = q_monotonic_ns();
    q_code rc =
        q_runner_run(r, b->in.tensors, b->in.count, b->out, q_model_output_count(b->model), err);

    *ns = q_monotonic_ns() - start;
    return rc;
}

/* -- Times -- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

typedef struct times {
    int64_t first, least, median, late; /* late: 95 of 100 are faster */
    size_t runs, peak;
} times;

static q_code measure(bench *b, q_runner *r, times *t, q_err *err)
{
    int64_t end, *ns = malloc(MOST_RUNS * sizeof *ns);
    q_code rc = ns ? run_once(b, r, &t->first, err) : q_err_nomem(err);

    end = q_monotonic_ns() + (int64_t)b->seconds * 1000000000;
    for (t->runs = 0;
         !rc && t->runs < MOST_RUNS && (t->runs < LEAST_RUNS || q_monotonic_ns() < end); t->runs++)
        rc = run_once(b, r, &ns[t->runs], err);
    if (!rc) {
        qsort(ns, t->runs, sizeof *ns, by_size);
        t->least = ns[0];
        t->median = ns[t->runs / 2];
        t->late = ns[t->runs * 95 / 100];
        t->peak = q_runner_last(r).peak_bytes + q_runner_last(r).dynamic_bytes;
    }
    free(ns);
    return rc;
}

static q_code bench_threads(bench *b, uint64_t threads, times *t, q_err *err)
{
    q_team *team = NULL;
    q_runner *r = NULL;
    q_code rc = q_team_new((size_t)threads, &team, err);

    if (!rc)
        rc = q_runner_new(b->model, &(q_runner_options){.team = team}, &r, err);
    if (!rc)
        rc = measure(b, r, t, err);
    q_runner_free(r);
    q_team_free(team);
    return rc;
}

static q_str cell(bench *b, int digits, double v)
{
    char text[64];

    snprintf(text, sizeof text, "%.*f", digits, v);
    return q_str_copy(b->arena, q_str_of(text));
}

enum { COLUMNS = 8 };

static q_code put_times(bench *b, q_err *err)
{
    static const char *const heads[COLUMNS] = {"Threads", "First ms", "Median ms", "Least ms",
                                               "95 % ms", "Runs",     "GFLOP/s",   "Memory"};
    static const bool right[COLUMNS] = {true, true, true, true, true, true, true, true};
    q_str *cells = q_arena_array(b->arena, (b->threads + 1) * COLUMNS, sizeof *cells);
    q_code rc = cells ? Q_OK : q_err_nomem(err);

    for (size_t c = 0; !rc && c < COLUMNS; c++)
        cells[c] = q_str_of(heads[c]);
    for (uint64_t n = 1; !rc && n <= b->threads; n++) {
        q_str *row = cells + n * COLUMNS;
        times t = {0};
        char text[32];

        rc = bench_threads(b, n, &t, err);
        if (rc)
            break;
        row[0] = cell(b, 0, (double)n);
        row[1] = cell(b, 3, (double)t.first / 1e6);
        row[2] = cell(b, 3, (double)t.median / 1e6);
        row[3] = cell(b, 3, (double)t.least / 1e6);
        row[4] = cell(b, 3, (double)t.late / 1e6);
        row[5] = cell(b, 0, (double)t.runs);
        row[6] = cell(b, 1, b->all.flops / (double)t.median);
        row[7] = q_str_copy(b->arena, q_str_of(cli_bytes_text((double)t.peak, text)));
    }
    if (!rc)
        cli_table_print(&(cli_table){cells, b->threads + 1, COLUMNS, right, 200}, &b->text);
    return rc;
}

/* -- The profile: one thread, node by node, summed by operator -- */

typedef struct share {
    q_str type;
    double ns, flops;
    size_t nodes;
} share;

static const q_described_node *described(const bench *b, const q_node *n)
{
    for (size_t i = 0; i < b->all.count; i++)
        if (b->all.nodes[i].node == n)
            return &b->all.nodes[i];
    return NULL;
}

static share *share_of(share *shares, size_t *count, q_str type)
{
    for (size_t i = 0; i < *count; i++)
        if (q_str_eq(shares[i].type, type))
            return &shares[i];
    shares[*count].type = type;
    return &shares[(*count)++];
}

static int by_time(const void *a, const void *b)
{
    const share *x = a, *y = b;

    return (x->ns < y->ns) - (x->ns > y->ns);
}

static q_code gather_shares(bench *b, q_runner *r, share **out, size_t *count, double *whole,
                            q_err *err)
{
    const q_step *steps = NULL;
    size_t n = 0;
    int64_t ns;
    q_code rc = run_once(b, r, &ns, err);

    q_runner_trace(r, true);
    *count = 0;
    *out = NULL;
    for (size_t run = 0; !rc && run < PROFILED_RUNS; run++) {
        rc = run_once(b, r, &ns, err);
        if (rc)
            break;
        steps = q_runner_steps(r, &n);
        if (!*out)
            *out = q_arena_array(b->arena, n + 1, sizeof **out);
        if (!*out)
            return q_err_nomem(err);
        for (size_t i = 0; i < n; i++) {
            const q_described_node *d = described(b, steps[i].node);
            q_str type = d ? d->type : steps[i].node->type;
            share *s = share_of(*out, count, type);

            s->ns += (double)steps[i].nanoseconds / PROFILED_RUNS;
            s->flops += d ? d->cost.flops / PROFILED_RUNS : 0;
            s->nodes += run == 0;
            *whole += (double)steps[i].nanoseconds / PROFILED_RUNS;
        }
    }
    return rc;
}

static q_code put_profile(bench *b, q_err *err)
{
    enum { PARTS = 5 };
    static const char *const heads[PARTS] = {"Operator", "Nodes", "ms", "Share %", "GFLOP/s"};
    static const bool right[PARTS] = {false, true, true, true, true};
    share *shares;
    size_t count;
    double whole = 0;
    q_runner *r = NULL;
    q_code rc = q_runner_new(b->model, NULL, &r, err);

    if (!rc)
        rc = gather_shares(b, r, &shares, &count, &whole, err);
    q_str *cells = rc ? NULL : q_arena_array(b->arena, (count + 1) * PARTS, sizeof *cells);
    if (!rc && !cells)
        rc = q_err_nomem(err);
    for (size_t c = 0; !rc && c < PARTS; c++)
        cells[c] = q_str_of(heads[c]);
    if (!rc)
        qsort(shares, count, sizeof *shares, by_time);
    for (size_t i = 0; !rc && i < count; i++) {
        q_str *row = cells + (i + 1) * PARTS;

        row[0] = shares[i].type;
        row[1] = cell(b, 0, (double)shares[i].nodes);
        row[2] = cell(b, 3, shares[i].ns / 1e6);
        row[3] = cell(b, 1, whole > 0 ? 100 * shares[i].ns / whole : 0);
        row[4] = shares[i].ns > 0 ? cell(b, 1, shares[i].flops / shares[i].ns) : Q_STR("");
    }
    if (!rc) {
        q_buf_char(&b->text, '\n');
        cli_table_print(&(cli_table){cells, count + 1, PARTS, right, 200}, &b->text);
    }
    q_runner_free(r);
    return rc;
}

/* -- The command -- */

/* Costs where the shapes say them; a model whose shapes depend on values has none. */
static q_code describe(bench *b, q_err *err)
{
    q_shape *shapes = q_arena_array(b->arena, b->in.count, sizeof *shapes);

    if (!shapes)
        return q_err_nomem(err);
    for (size_t i = 0; i < b->in.count; i++)
        shapes[i] = b->in.tensors[i].shape;
    return q_model_describe(b->model, shapes, b->arena, &b->all, err);
}

static q_code run_bench(bench *b, const char *path, const q_model_options *o, const cli_words *w,
                        q_err *err)
{
    const cli_input_options how = {w->values[INPUT], w->values[SHAPE], w->values[SEED]};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t start = q_monotonic_ns();
    struct rusage use;
    q_str text;
    char own[32];
    q_code rc = q_model_open(path, o, &b->model, err);
    double open_ms = (double)(q_monotonic_ns() - start) / 1e6;

    b->threads = processors > 0 ? (uint64_t)processors : 1;
    b->seconds = 2;
    if (!rc)
        rc = cli_number("threads", w->values[THREADS], 1, 256, &b->threads, err);
    if (!rc)
        rc = cli_number("seconds", w->values[SECONDS], 0, 3600, &b->seconds, err);
    if (!rc)
        rc = cli_inputs_make(b->model, &how, b->arena, &b->in, err);
    if (!rc)
        rc = describe(b, err);
    b->out = rc ? NULL : q_arena_array(b->arena, q_model_output_count(b->model), sizeof *b->out);
    if (!rc && !b->out)
        rc = q_err_nomem(err);
    if (!rc)
        rc = put_times(b, err);
    if (!rc && w->values[PROFILE])
        rc = put_profile(b, err);
    if (!rc)
        rc = q_buf_finish(&b->text, &text, err);
    if (rc)
        return rc;
    getrusage(RUSAGE_SELF, &use);
    printf("opened in %.1f ms; %.3f GFLOP a run; this process took %s at most\n\n%.*s", open_ms,
           b->all.flops / 1e9, cli_bytes_text((double)use.ru_maxrss * 1024, own), (int)text.n,
           text.p);
    return Q_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {
        [INPUT] = {"input", "NAME=FILE"},
        [SHAPE] = {"shape", "NAME=DIMS"},
        [SEED] = {"seed", "N"},
        [THREADS] = {"threads", "N"},
        [SECONDS] = {"seconds", "N"},
        [PROFILE] = {"profile", NULL},
        [PRECISION] = {"precision", CLI_PRECISIONS},
        [PLAIN] = {"plain", NULL},
    };
    q_model_options o = {0};
    bench b = {.model = NULL};
    cli_words words;
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_model_bench, options, OPTIONS, argc, argv, &words))
        return CLI_USAGE;
    if (words.count != 1)
        return cli_usage(&cli_model_bench, "one model is wanted");
    o.plain = words.values[PLAIN] != NULL;
    o.precision = cli_precision(words.values[PRECISION]);
    b.arena = q_arena_new(memory_limit);
    b.text = q_buf_init(NULL, memory_limit);
    rc = b.arena ? run_bench(&b, words.operands[0], &o, &words, &err) : q_err_nomem(&err);
    cli_inputs_clear(&b.in);
    q_buf_clear(&b.text);
    q_model_unref(b.model);
    q_arena_free(b.arena);
    if (rc)
        cli_error("%s", err.msg);
    return rc ? CLI_FAILED : CLI_OK;
}

const cli_command cli_model_bench = {
    .name = "model bench",
    .arguments =
        "FILE [--input 'NAME=FILE ...'] [--shape 'NAME=DIMS ...'] [--seed N] [--threads N] "
        "[--seconds N] [--profile] [--precision " CLI_PRECISIONS "] [--plain]",
    .summary = "how long a model takes, and its operators",
    .help = "Runs a model again and again, on 1, 2, ... threads, and prints the time of the\n"
            "first run (which makes the plan), the median, the least, and the one that 95\n"
            "of 100 runs keep; floating-point operations a second, where shapes say how\n"
            "many there are; and the memory of its values.\n"
            "\n"
            "  --input, --shape, --seed   as for quern model run\n"
            "  --threads N                up to so many; all processors by default\n"
            "  --seconds N                so long for each number of threads; 2\n"
            "  --profile                  time by operator too, on one thread\n"
            "  --precision P              what to compute in where kernels have it\n"
            "  --plain                    every node as the file has it, not fused\n",
    .run = run,
};
