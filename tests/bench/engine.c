/* tests/bench/engine.c - runs one model and prints what it took, as a line of JSON.
 *
 *     engine_bench MODEL PRECISION THREADS RUNS FOLDER SHAPE...
 *
 * FOLDER/inN.bin are the inputs' elements and SHAPE ("1,3,48,320") their shapes, in the model's
 * order; the outputs go to FOLDER/outN.bin. One thread is timed by the processor's time, which
 * other processes do not add to. tests/bench/engine.py drives it.
 */
#include "engine/graph.h"
#include "engine/kernel.h"
#include "engine/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { PORTS = 16, HEAVY = 8 };

static clockid_t clock_used = CLOCK_PROCESS_CPUTIME_ID;

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(clock_used, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void fail(const char *what, const q_err *err)
{
    fprintf(stderr, "engine_bench: %s: %s\n", what, err->msg);
    exit(1);
}

/* -- What the processor could do -- */

#ifdef __x86_64__
__attribute__((target("avx512f"))) static double peak_512(void)
{
    __m512 sum[12], a = _mm512_set1_ps(0.999F), b = _mm512_set1_ps(0.001F);
    double best = 1e9;
    volatile float sink;

    for (int round = 0; round < 20; round++) {
        double began = now_ms();

        for (int i = 0; i < 12; i++)
            sum[i] = _mm512_set1_ps((float)i);
        for (int k = 0; k < 100000; k++)
            for (int i = 0; i < 12; i++)
                sum[i] = _mm512_fmadd_ps(sum[i], a, b);
        best = now_ms() - began < best ? now_ms() - began : best;
        for (int i = 1; i < 12; i++)
            sum[0] = _mm512_add_ps(sum[0], sum[i]);
        sink = _mm512_cvtss_f32(sum[0]);
        (void)sink;
    }
    return 100000.0 * 12 * 32 / best / 1e6;
}
#endif

/* float32 GFLOP/s of one core by multiply-adds in registers; 0 where it is not known how. */
static double peak(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return peak_512();
#endif
    return 0;
}

/* -- Work -- */

static size_t product_of_ints(const q_node *n, const char *name)
{
    const q_attr *a = q_node_attr(n, name);
    size_t product = 1;

    for (size_t i = 0; a && a->kind == Q_ATTR_INTS && i < a->count; i++)
        product *= (size_t)a->ints[i];
    return product;
}

/* Multiplications of a product with packed weights, by its output's elements. */
static double work_of(const q_node *n, const q_tensor *out)
{
    const q_attr *channels = q_node_attr(n, "channels");
    double elements = (double)q_shape_count(&out->shape);

    if (!q_str_is(n->domain, "quern") || !channels || channels->count != 2)
        return 0;
    if (q_str_is(n->type, "ConvTranspose"))
        return elements * (double)channels->ints[1];
    return elements * (double)channels->ints[1] * (double)product_of_ints(n, "kernel_shape");
}

static void print_steps(q_model *m, const q_tensor *in, size_t in_count, q_tensor *out,
                        size_t out_count)
{
    q_runner_options options = {.keep = true};
    q_runner *r = NULL;
    q_err err = {0};
    const q_step *steps = NULL;
    size_t count = 0;
    double total = 0, *best = NULL;

    if (q_runner_new(m, &options, &r, &err))
        fail("runner", &err);
    q_runner_trace(r, true);
    for (int round = 0; round < 5; round++) {
        if (q_runner_run(r, in, in_count, out, out_count, &err))
            fail("run", &err);
        steps = q_runner_steps(r, &count);
        best = best ? best : calloc(count + 1, sizeof *best);
        for (size_t i = 0; best && i < count; i++) {
            double ms = (double)steps[i].nanoseconds / 1e6;

            best[i] = round && best[i] < ms ? best[i] : ms;
        }
    }
    printf(", \"heavy\": [");
    for (size_t k = 0; best && k < HEAVY && k < count; k++) {
        size_t top = 0;

        for (size_t i = 1; i < count; i++)
            top = best[i] > best[top] ? i : top;
        const q_node *n = steps[top].node;
        const q_tensor *t = q_runner_value(r, n->out[0]);

        printf("%s{\"type\": \"%.*s\", \"name\": \"%.*s\", \"ms\": %.3f, \"mmac\": %.2f}",
               k ? ", " : "", Q_ARG(n->type), Q_ARG(n->name), best[top],
               t ? work_of(n, t) / 1e6 : 0);
        best[top] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        const q_tensor *t = q_runner_value(r, steps[i].node->out[0]);

        total += t ? work_of(steps[i].node, t) : 0;
    }
    printf("], \"gmac\": %.4f", total / 1e9);
    free(best);
    q_runner_free(r);
}

/* -- Inputs and outputs -- */

static void read_input(const char *folder, size_t i, q_port port, const char *shape, q_tensor *t)
{
    char path[512];
    size_t bytes, rank = 0;
    FILE *f;

    *t = (q_tensor){.dtype = port.dtype};
    for (char *end = NULL; *shape && rank < Q_MAX_RANK; shape = *end ? end + 1 : end)
        t->shape.dims[rank++] = strtoul(shape, &end, 10);
    t->shape.rank = rank;
    bytes = q_tensor_bytes(t);
    t->data =
        aligned_alloc(Q_TENSOR_ALIGN, bytes / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN + Q_TENSOR_ALIGN);
    snprintf(path, sizeof path, "%s/in%zu.bin", folder, i);
    f = fopen(path, "rb");
    if (!f || !t->data || fread(t->data, 1, bytes, f) != bytes) {
        fprintf(stderr, "engine_bench: %s: %zu bytes are wanted\n", path, bytes);
        exit(1);
    }
    fclose(f);
}

static void write_output(const char *folder, size_t i, const q_tensor *t)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/out%zu.bin", folder, i);
    f = fopen(path, "wb");
    if (!f || fwrite(t->data, 1, q_tensor_bytes(t), f) != q_tensor_bytes(t) || fclose(f)) {
        fprintf(stderr, "engine_bench: %s cannot be written\n", path);
        exit(1);
    }
}

static long resident_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmHWM:", 6))
            kb = strtol(line + 6, NULL, 10);
    if (f)
        fclose(f);
    return kb;
}

static q_precision precision_of(const char *name)
{
    static const char *const names[] = {"f32", "bf16", "f16", "int8"};

    for (size_t i = 0; i < 4; i++)
        if (!strcmp(name, names[i]))
            return (q_precision)i;
    fprintf(stderr, "engine_bench: %s is no precision (f32, bf16, f16, int8)\n", name);
    exit(1);
}

int main(int argc, char **argv)
{
    q_model_options options = {0};
    q_tensor in[PORTS], out[PORTS];
    q_model *m = NULL;
    q_team *team = NULL;
    q_runner *r = NULL;
    q_err err = {0};
    double began, opened, *times;
    long kb;

    if (argc < 7) {
        fputs("usage: engine_bench MODEL PRECISION THREADS RUNS FOLDER SHAPE...\n", stderr);
        return 1;
    }
    size_t threads = strtoul(argv[3], NULL, 10), runs = strtoul(argv[4], NULL, 10);

    if (threads > 1)
        clock_used = CLOCK_MONOTONIC;
    kb = resident_kb();
    options.precision = precision_of(argv[2]);
    began = now_ms();
    if (q_model_open(argv[1], &options, &m, &err))
        fail("open", &err);
    opened = now_ms() - began;
    size_t in_count = q_model_input_count(m), out_count = q_model_output_count(m);

    if (in_count > PORTS || out_count > PORTS || (size_t)argc < 6 + in_count || !runs) {
        fprintf(stderr, "engine_bench: %zu shapes are wanted\n", in_count);
        return 1;
    }
    for (size_t i = 0; i < in_count; i++)
        read_input(argv[5], i, q_model_input(m, i), argv[6 + i], &in[i]);
    if (threads > 1 && q_team_new(threads, &team, &err))
        fail("threads", &err);
    if (q_runner_new(m, &(q_runner_options){.team = team}, &r, &err))
        fail("runner", &err);
    times = calloc(runs, sizeof *times);
    for (size_t i = 0; times && i < runs; i++) {
        began = now_ms();
        if (q_runner_run(r, in, in_count, out, out_count, &err))
            fail("run", &err);
        times[i] = now_ms() - began;
    }
    if (!times)
        return 1;
    double first = times[0];

    for (size_t i = 0; i < out_count; i++)
        write_output(argv[5], i, &out[i]);
    qsort(times, runs, sizeof *times, by_value);
    printf("{\"open_ms\": %.2f, \"first_ms\": %.3f, \"median_ms\": %.3f, \"min_ms\": %.3f, "
           "\"plan_bytes\": %zu, \"kb\": %ld, \"peak_gflops\": %.1f",
           opened, first, times[runs / 2], times[0], q_runner_last(r).peak_bytes,
           resident_kb() - kb, peak());
    if (threads == 1)
        print_steps(m, in, in_count, out, out_count);
    puts("}");
    free(times);
    for (size_t i = 0; i < in_count; i++)
        free(in[i].data);
    q_runner_free(r);
    q_model_unref(m);
    q_team_free(team);
    return 0;
}
