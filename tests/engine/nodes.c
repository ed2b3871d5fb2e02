/* ONNX's backend cases, run by Quern's engine and judged.
 *
 *     nodes LIST FOLDER [PREFIX]
 *
 * Each folder in FOLDER is a case: model.onnx, and test_data_set_N with
 * input_I.pb and output_I.pb. A case is run as the file has it, and optimised
 * on two threads; both must give the outputs' types, shapes and elements:
 * floats within 1e-7 + 1e-3 |wanted| (ONNX's own tolerance), all else exactly. Each
 * runs in a process of its own, so that a crash is one failed case.
 *
 * LIST names what is not expected to pass, a line each: a pattern (fnmatch), a
 * kind, the reason. Kinds:
 *
 *     random       the values are drawn: types and shapes are compared
 *     unsupported  refused with a message; nothing else is accepted
 *     broken       the case contradicts itself; it may fail
 *     loose        floats within 1e-6 + 2e-2 |wanted|, integers within 1
 *
 * Prints TAP, with a table by operator; exits 1 when a case fails or is unsupported
 * without being listed, or none was found.
 */
#include "base/file.h"
#include "engine/convert.h"
#include "engine/onnx_read.h"
#include "engine/onnx_tensor.h"
#include "engine/onnx_value.h"
#include "engine/runner.h"

#include <dirent.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_PORTS 64
#define FILE_LIMIT ((size_t)1 << 28)

typedef enum verdict { PASSED, FAILED, UNSUPPORTED } verdict;
typedef enum leniency { EXACT, LOOSE, RANDOM } leniency;

typedef struct entry { /* of the list */
    q_str pattern, kind, reason;
    size_t used;
} entry;

typedef struct result {
    char name[256], type[64];
    verdict verdict;
    bool listed; /* and so it was to be */
    char why[512];
} result;

/* -- Reading a case -- */

static q_code read_value(q_arena *a, q_str model, bool output, size_t i, const char *path,
                         q_tensor *out, q_err *err)
{
    onnx_type type;
    q_str name, bytes;
    q_code rc = onnx__port_type(a, model, output, i, &type, &name, err);

    if (!rc)
        rc = q_file_read(a, path, FILE_LIMIT, &bytes, err);
    if (rc)
        return rc;
    if (type.optional)
        return onnx__read_optional(a, bytes, out, NULL, err);
    if (type.dtype == Q_SEQUENCE)
        return onnx__read_sequence(a, bytes, out, NULL, err);
    if (type.dtype == Q_MAP)
        return q_err_set(err, Q_UNSUPPORTED, "a map as %s", output ? "output" : "input");
    rc = onnx__read_tensor(a, bytes, out, NULL, err);
    if (!rc && type.dtype == Q_BF16 && out->dtype == Q_U16)
        out->dtype = Q_BF16; /* so older releases wrote it */
    return rc;
}

static q_code read_values(q_arena *a, q_str model, bool output, const char *folder,
                          q_tensor out[MOST_PORTS], size_t *count, q_err *err)
{
    q_code rc = Q_OK;

    for (*count = 0; !rc && *count < MOST_PORTS; ++*count) {
        q_str path = q_str_printf(a, "%s/%s_%zu.pb", folder, output ? "output" : "input", *count);

        if (!path.p || access(path.p, R_OK) != 0)
            break;
        rc = read_value(a, model, output, *count, path.p, &out[*count], err);
    }
    return rc;
}

/* The type of the one node of the model; "several" when there are more. */
static void name_operator(q_arena *a, q_str model, char out[64])
{
    onnx_data_options options = {.limit = FILE_LIMIT};
    onnx_data *data;
    onnx_model m;

    snprintf(out, 64, "unreadable");
    if (onnx_data__new(a, &options, &data, NULL) || onnx__read(model, a, data, &m, NULL))
        return;
    if (m.graph->node_count == 1)
        snprintf(out, 64, "%.*s", Q_ARG(m.graph->nodes[0]->type));
    else
        snprintf(out, 64, m.graph->node_count ? "(several)" : "Constant");
}

/* -- Comparing -- */

static q_code differs(q_err *err, const q_tensor *got, size_t i, double g, double w)
{
    return q_err_set(err, Q_INTERNAL, "element %zu of %zu is %.9g, not %.9g", i,
                     q_shape_count(&got->shape), g, w);
}

static q_code compare_numbers(const q_tensor *got, const q_tensor *want, leniency how, q_err *err)
{
    bool integers = q_dtype_is_integer(want->dtype) || want->dtype == Q_BOOL ||
                    want->dtype == Q_I4 || want->dtype == Q_U4;

    for (size_t i = 0, n = q_shape_count(&want->shape); i < n; i++) {
        double g = convert__f64_at(got, i), w = convert__f64_at(want, i);
        double allowed = integers ? 0 : 1e-7 + 1e-3 * fabs(w);
        bool same = integers ? convert__i64_at(got, i) == convert__i64_at(want, i)
                             : g == w || (isnan(g) && isnan(w));

        if (how == LOOSE)
            allowed = integers ? 1 : 1e-6 + 2e-2 * fabs(w);
        if (!same && !(fabs(g - w) <= allowed))
            return differs(err, got, i, g, w);
    }
    return Q_OK;
}

static q_code compare(const q_tensor *got, const q_tensor *want, leniency how, q_err *err)
{
    char a[160], b[160];
    q_code rc = Q_OK;

    if (got->dtype != want->dtype || !q_shape_eq(&got->shape, &want->shape))
        return q_err_set(err, Q_INTERNAL, "%s %s, not %s %s", q_dtype_name(got->dtype),
                         q_shape_text(&got->shape, a), q_dtype_name(want->dtype),
                         q_shape_text(&want->shape, b));
    size_t n = q_shape_count(&want->shape);
    if (how == RANDOM || want->dtype == Q_NONE || n == 0)
        return Q_OK;
    if (want->dtype == Q_SEQUENCE || want->dtype == Q_MAP) {
        for (size_t i = 0; !rc && i < n; i++)
            rc = compare((const q_tensor *)got->data + i, (const q_tensor *)want->data + i, how,
                         err);
    } else if (want->dtype == Q_STRING) {
        for (size_t i = 0; !rc && i < n; i++) {
            q_str g = ((const q_str *)got->data)[i], w = ((const q_str *)want->data)[i];

            if (!q_str_eq(g, w))
                rc = q_err_set(err, Q_INTERNAL, "text %zu is \"%.*s\", not \"%.*s\"", i, Q_ARG(g),
                               Q_ARG(w));
        }
    } else if (!convert__knows(want->dtype)) { /* complex: as pairs of floats */
        q_tensor pairs[2] = {*got, *want};

        for (size_t k = 0; k < 2; k++) {
            pairs[k].dtype = want->dtype == Q_C64 ? Q_F32 : Q_F64;
            pairs[k].shape = (q_shape){1, {2 * n}};
        }
        rc = compare_numbers(&pairs[0], &pairs[1], how, err);
    } else {
        rc = compare_numbers(got, want, how, err);
    }
    return rc;
}

/* -- Running a case -- */

static q_code run_set(q_arena *a, q_str model, q_runner *r, const q_model *m, const char *folder,
                      leniency how, q_err *err)
{
    q_tensor in[MOST_PORTS], want[MOST_PORTS], got[MOST_PORTS] = {{0}};
    size_t in_count, want_count, outputs = q_model_output_count(m);
    q_code rc = read_values(a, model, false, folder, in, &in_count, err);

    if (!rc)
        rc = read_values(a, model, true, folder, want, &want_count, err);
    if (rc)
        return rc;
    if (outputs > MOST_PORTS || want_count > outputs)
        return q_err_set(err, Q_INTERNAL, "%zu outputs of %zu", want_count, outputs);
    rc = q_runner_run(r, in, in_count, got, outputs, err);
    for (size_t i = 0; !rc && i < want_count; i++) {
        rc = compare(&got[i], &want[i], how, err);
        if (rc)
            rc = q_err_add(err, rc, "output %zu", i);
    }
    return rc;
}

static q_code run_model(q_arena *a, q_str model, const char *folder, bool plain, q_team *team,
                        leniency how, q_err *err)
{
    q_str path = q_str_printf(a, "%s/model.onnx", folder);
    q_model_options options = {.plain = plain};
    q_runner_options running = {.team = team};
    q_model *m = NULL;
    q_runner *r = NULL;
    q_code rc = path.p ? q_model_open(path.p, &options, &m, err) : q_err_nomem(err);

    if (!rc)
        rc = q_runner_new(m, &running, &r, err);
    for (size_t set = 0; !rc; set++) {
        q_str data = q_str_printf(a, "%s/test_data_set_%zu", folder, set);

        if (!data.p || access(data.p, R_OK) != 0)
            break;
        rc = run_set(a, model, r, m, data.p, how, err);
    }
    if (rc)
        rc = q_err_add(err, rc, plain ? "as it is" : "optimised");
    q_runner_free(r);
    q_model_unref(m);
    return rc;
}

/* In the child. */
static void judge(const char *folder, leniency how, result *out)
{
    q_arena *a = q_arena_new((size_t)1 << 30);
    q_team *team = NULL;
    q_str model, path = q_str_printf(a, "%s/model.onnx", folder);
    q_err err = {0};
    q_code rc = q_file_read(a, path.p, FILE_LIMIT, &model, &err);

    if (!rc) {
        name_operator(a, model, out->type);
        rc = q_team_new(2, &team, &err);
    }
    if (!rc)
        rc = run_model(a, model, folder, true, NULL, how, &err);
    if (!rc)
        rc = run_model(a, model, folder, false, team, how, &err);
    out->verdict = rc == Q_UNSUPPORTED ? UNSUPPORTED : rc ? FAILED : PASSED;
    if (rc)
        snprintf(out->why, sizeof out->why, "%s", err.msg);
    q_team_free(team);
    q_arena_free(a);
}

static void judge_apart(const char *folder, leniency how, result *out)
{
    int ends[2], status = 0;
    pid_t child;
    ssize_t got;

    out->verdict = FAILED;
    snprintf(out->type, sizeof out->type, "unreadable");
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        snprintf(out->why, sizeof out->why, "no process");
        return;
    }
    if (child == 0) {
        close(ends[0]);
        alarm(120);
        judge(folder, how, out);
        _Exit(write(ends[1], out, sizeof *out) == (ssize_t)sizeof *out ? 0 : 1);
    }
    close(ends[1]);
    result told;
    got = read(ends[0], &told, sizeof told);
    close(ends[0]);
    waitpid(child, &status, 0);
    if (got == (ssize_t)sizeof told) {
        *out = told;
    } else {
        snprintf(out->why, sizeof out->why, "ended by %s %d",
                 WIFSIGNALED(status) ? "signal" : "exit",
                 WIFSIGNALED(status) ? WTERMSIG(status) : status >> 8);
        snprintf(out->type, sizeof out->type, "(crashed)");
    }
}

/* -- The list -- */

static q_code read_list(q_arena *a, const char *path, entry **out, size_t *count, q_err *err)
{
    q_str text, line, field;
    size_t cap = 0;
    q_code rc = q_file_read(a, path, FILE_LIMIT, &text, err);

    *count = 0;
    *out = NULL;
    while (!rc && text.n) {
        q_str_cut(text, '\n', &line, &text);
        line = q_str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        rc = q_arena_grow(a, out, &cap, *count + 1, sizeof **out);
        if (rc)
            break;
        entry *e = &(*out)[*count];
        *e = (entry){0};
        q_str_cut(line, ' ', &field, &line);
        e->pattern = (q_str){q_str_cstr(a, field), field.n};
        line = q_str_trim(line);
        q_str_cut(line, ' ', &e->kind, &line);
        e->reason = q_str_trim(line);
        ++*count;
    }
    return rc;
}

static entry *listed(entry *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].pattern.p && fnmatch(list[i].pattern.p, name, 0) == 0)
            return &list[i];
    return NULL;
}

/* -- The report -- */

static int by_type(const void *a, const void *b)
{
    const result *x = a, *y = b;
    int order = strcmp(x->type, y->type);

    return order ? order : strcmp(x->name, y->name);
}

static void print_table(const result *r, size_t count)
{
    printf("# %-34s %8s %8s %12s\n", "operator", "passed", "failed", "unsupported");
    for (size_t i = 0; i < count;) {
        size_t tally[3] = {0}, from = i;

        for (; i < count && strcmp(r[i].type, r[from].type) == 0; i++)
            tally[r[i].verdict]++;
        printf("# %-34s %8zu %8zu %12zu\n", r[from].type, tally[PASSED], tally[FAILED],
               tally[UNSUPPORTED]);
    }
}

/* What went wrong comes last, where it is seen. */
static int report(result *r, size_t count)
{
    size_t tally[3] = {0}, number = 0, unexpected = 0;

    qsort(r, count, sizeof *r, by_type);
    print_table(r, count);
    for (size_t i = 0; i < count; i++) {
        tally[r[i].verdict]++;
        if (r[i].verdict == PASSED)
            printf("ok %zu - %s\n", ++number, r[i].name);
        else if (r[i].listed)
            printf("ok %zu - %s # SKIP %s\n", ++number, r[i].name, r[i].why);
    }
    for (size_t i = 0; i < count; i++)
        if (r[i].verdict != PASSED && !r[i].listed) {
            printf("not ok %zu - %s\n# %s: %s\n", ++number, r[i].name,
                   r[i].verdict == FAILED ? "failed" : "unsupported", r[i].why);
            unexpected++;
        }
    printf("1..%zu\n# %zu of %zu passed, %zu failed, %zu unsupported; %zu unexpected\n", count,
           tally[PASSED], count, tally[FAILED], tally[UNSUPPORTED], unexpected);
    return unexpected || !count;
}

static int names_only(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    q_arena *a = q_arena_new(FILE_LIMIT);
    struct dirent **names = NULL;
    entry *list = NULL;
    size_t listed_count = 0, count = 0;
    q_err err = {0};

    if (argc < 3) {
        fprintf(stderr, "usage: %s LIST FOLDER [PREFIX]\n", argv[0]);
        return 2;
    }
    if (!a || read_list(a, argv[1], &list, &listed_count, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return 2;
    }
    int found = scandir(argv[2], &names, names_only, alphasort);
    if (found < 0) {
        perror(argv[2]);
        return 2;
    }
    result *results = calloc((size_t)found + 1, sizeof *results);
    for (int i = 0; results && i < found; i++) {
        const char *name = names[i]->d_name;
        q_str folder = q_str_printf(a, "%s/%s", argv[2], name);
        result *r = &results[count];

        if (folder.p && (argc < 4 || strncmp(name, argv[3], strlen(argv[3])) == 0)) {
            entry *e = listed(list, listed_count, name);
            leniency how = e && q_str_is(e->kind, "random")  ? RANDOM
                           : e && q_str_is(e->kind, "loose") ? LOOSE
                                                             : EXACT;

            judge_apart(folder.p, how, r);
            snprintf(r->name, sizeof r->name, "%s", name);
            r->listed = e && ((q_str_is(e->kind, "unsupported") && r->verdict == UNSUPPORTED) ||
                              q_str_is(e->kind, "broken"));
            if (e && q_str_is(e->kind, "unsupported") && r->verdict == PASSED)
                printf("# %s passes; the list says unsupported\n", name);
            count++;
        }
        free(names[i]);
    }
    int rc = results ? report(results, count) : 2;
    free(names);
    free(results);
    q_arena_free(a);
    return rc;
}
