/* Runs a model on arrays of NumPy's, for parity.py.
 *
 *     run_model [-p] [-t THREADS] [-r RUNS] MODEL FOLDER
 *
 * Input NAME is read from FOLDER/NAME.npy ('/' and ':' in names are '_'); output k goes
 * to FOLDER/out_K.npy, texts to out_K.txt, a line each. Prints the milliseconds of the first
 * run and of the fastest of RUNS more, and the bytes of activations. -p: without passes.
 */
#include "base/buf.h"
#include "base/file.h"
#include "engine/model.h"
#include "engine/npy.h"
#include "engine/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 64 };
#define LIMIT ((size_t)1 << 32)

typedef struct job {
    const char *model, *folder;
    bool plain;
    long threads, runs;
    q_arena *arena;
    q_model *m;
    q_team *team;
    q_runner *r;
    q_tensor in[MOST], out[MOST];
} job;

static const char *input_path(job *j, q_str name)
{
    char *p = q_str_cstr(j->arena, q_str_printf(j->arena, "%s/%.*s.npy", j->folder, Q_ARG(name)));

    for (char *c = p ? p + strlen(j->folder) + 1 : NULL; c && *c; c++)
        if (*c == '/' || *c == ':')
            *c = '_';
    return p;
}

static q_code inputs_read(job *j, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < q_model_input_count(j->m); i++) {
        const char *path = input_path(j, q_model_input(j->m, i).name);
        q_str bytes;
        if (!path)
            return q_err_nomem(err);
        rc = q_file_read(j->arena, path, LIMIT, &bytes, err);
        if (!rc)
            rc = q_npy_read(bytes, NULL, &j->in[i], err);
    }
    return rc;
}

static q_code output_write(job *j, size_t i, q_err *err)
{
    const q_tensor *t = &j->out[i];
    bool texts = t->dtype == Q_STRING;
    const char *path = q_str_cstr(
        j->arena, q_str_printf(j->arena, "%s/out_%zu.%s", j->folder, i, texts ? "txt" : "npy"));
    q_buf b = q_buf_init(j->arena, LIMIT);
    q_str bytes;
    q_code rc = path ? Q_OK : q_err_nomem(err);

    if (t->dtype == Q_SEQUENCE || t->dtype == Q_MAP)
        return Q_OK;
    for (size_t k = 0; texts && k < q_shape_count(&t->shape); k++) {
        q_buf_put(&b, ((const q_str *)t->data)[k]);
        q_buf_char(&b, '\n');
    }
    if (!rc && !texts)
        rc = q_npy_write(t, &b, err);
    if (!rc)
        rc = q_buf_finish(&b, &bytes, err);
    return rc ? rc : q_file_replace(path, bytes, 0644, err);
}

/* One thread is timed by the processor's time, which other processes do not add to. */
static double now_ms(const job *j)
{
    struct timespec t;

    clock_gettime(j->threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static q_code run_once(job *j, double *ms, q_err *err)
{
    double from = now_ms(j);
    q_code rc = q_runner_run(j->r, j->in, q_model_input_count(j->m), j->out,
                             q_model_output_count(j->m), err);

    *ms = now_ms(j) - from;
    return rc;
}

static q_code work(job *j, q_err *err)
{
    q_model_options options = {.plain = j->plain};
    double first = 0, best = 0, ms;
    q_code rc = q_model_open(j->model, &options, &j->m, err);

    if (!rc && (q_model_input_count(j->m) > MOST || q_model_output_count(j->m) > MOST))
        rc = q_err_set(err, Q_LIMIT, "more than %d inputs or outputs", MOST);
    if (!rc)
        rc = q_team_new((size_t)j->threads, &j->team, err);
    if (!rc)
        rc = q_runner_new(j->m, &(q_runner_options){.team = j->team}, &j->r, err);
    if (!rc)
        rc = inputs_read(j, err);
    if (!rc)
        rc = run_once(j, &first, err);
    best = first;
    for (long k = 0; !rc && k < j->runs; k++) {
        rc = run_once(j, &ms, err);
        best = k == 0 || ms < best ? ms : best;
    }
    for (size_t i = 0; !rc && i < q_model_output_count(j->m); i++)
        rc = output_write(j, i, err);
    if (!rc)
        printf("%.3f %.3f %zu\n", first, best, q_runner_last(j->r).peak_bytes);
    return rc;
}

int main(int argc, char **argv)
{
    job j = {.threads = 1};
    q_err err = {0};
    int at = 1;
    q_code rc;

    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-p") == 0)
            j.plain = true;
        else if (strcmp(argv[at], "-t") == 0 && at + 1 < argc)
            j.threads = strtol(argv[++at], NULL, 10);
        else if (strcmp(argv[at], "-r") == 0 && at + 1 < argc)
            j.runs = strtol(argv[++at], NULL, 10);
    }
    if (argc - at != 2 || j.threads < 1) {
        fputs("usage: run_model [-p] [-t THREADS] [-r RUNS] MODEL FOLDER\n", stderr);
        return 2;
    }
    j.model = argv[at];
    j.folder = argv[at + 1];
    j.arena = q_arena_new(LIMIT);
    rc = j.arena ? work(&j, &err) : q_err_nomem(&err);
    if (rc)
        fprintf(stderr, "%s\n", err.msg);
    q_runner_free(j.r);
    for (size_t i = 0; i < MOST; i++)
        q_tensor_clear(&j.in[i], NULL);
    q_team_free(j.team);
    q_model_unref(j.m);
    q_arena_free(j.arena);
    return rc != Q_OK;
}
