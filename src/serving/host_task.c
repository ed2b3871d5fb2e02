/* The host's side of serving/host.h: one model, opened once, then run. */
#include "serving/archive.h"
#include "serving/host.h"
#include "serving/host_wire.h"
#include "serving/tensors.h"

#include "engine/runner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { NAMES_BYTES = 16 << 20, RUN_BYTES = 16 << 20 };

/* It goes with the process, and so does all it holds. */
typedef struct host_state {
    q_str file; /* mapped */
    q_arena *names;
    archive archive;
    q_model *model;
    q_team *team;
    q_runner *runner;
    q_tensor *outputs; /* [output count] */
} host_state;

static q_code map_file(int fd, q_str *out, q_err *err)
{
    struct stat st;
    void *p;

    if (fstat(fd, &st))
        return q_err_errno(err, "look at the model");
    if (st.st_size <= 0)
        return q_err_set(err, Q_INVALID, "the model is an empty file");
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return q_err_errno(err, "map the model");
    *out = (q_str){p, (size_t)st.st_size};
    return Q_OK;
}

/* The part of `path` up to its last slash, that included. */
static size_t folder_length(q_str path)
{
    size_t n = path.n;

    while (n > 0 && path.p[n - 1] != '/')
        n--;
    return n;
}

/* The files below the model's folder, named from there. */
static q_code files_beside(const archive *all, const q_model_file *model, q_arena *a,
                           q_model_options *options, q_err *err)
{
    size_t prefix = folder_length(model->name), n = 0;
    q_model_file *files = q_arena_array(a, all->count, sizeof *files);

    if (!files)
        return q_err_nomem(err);
    for (size_t i = 0; i < all->count; i++)
        if (&all->files[i] != model &&
            q_str_starts(all->files[i].name, q_str_sub(model->name, 0, prefix)))
            files[n++] = (q_model_file){q_str_sub(all->files[i].name, prefix, SIZE_MAX),
                                        all->files[i].bytes};
    options->files = files;
    options->file_count = n;
    return Q_OK;
}

static q_code open_packed(host_state *s, size_t limit, q_err *err)
{
    const q_model_file *model = NULL;
    q_model_options options = {0};
    q_code rc;

    s->names = q_arena_new(NAMES_BYTES);
    if (!s->names)
        return q_err_nomem(err);
    rc = archive__unpack(s->file, limit, s->names, &s->archive, err);
    if (!rc)
        rc = archive__model(&s->archive, &model, err);
    if (!rc)
        rc = files_beside(&s->archive, model, s->names, &options, err);
    if (!rc && (rc = q_model_open_bytes(model->bytes, &options, &s->model, err)) != Q_OK)
        q_err_add(err, rc, "%.*s", Q_ARG(model->name));
    return rc;
}

static q_code open_model(host_state *s, const host_open_request *r, int fd, q_err *err)
{
    q_runner_options options = {.plans = r->plans};
    q_code rc = map_file(fd, &s->file, err);

    if (!rc)
        rc = archive__is(s->file) ? open_packed(s, (size_t)r->unpacked_bytes, err)
                                  : q_model_open_bytes(s->file, NULL, &s->model, err);
    if (!rc)
        rc = q_team_new(r->threads, &s->team, err);
    options.team = s->team;
    if (!rc)
        rc = q_runner_new(s->model, &options, &s->runner, err);
    if (rc)
        return rc;
    s->outputs = calloc(q_model_output_count(s->model) + 1, sizeof *s->outputs);
    return s->outputs ? Q_OK : q_err_nomem(err);
}

static q_code task_open(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                        q_err *err)
{
    host_open_request r;
    host_state *s;
    q_code rc;

    if (*state || fd_count != 1 || request.n != sizeof r)
        return q_err_set(err, Q_INTERNAL, "a host serves one model");
    memcpy(&r, request.p, sizeof r);
    s = calloc(1, sizeof *s);
    if (!s)
        return q_err_nomem(err);
    *state = s;
    rc = open_model(s, &r, fds[0], err);
    if (!rc)
        ports__put(reply, s->model);
    return rc;
}

static q_code task_run(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    host_state *s = *state;
    size_t count = 0, outputs;
    q_tensor *in;
    q_arena *a;
    q_code rc;

    (void)fds;
    if (!s || !s->outputs || fd_count)
        return q_err_set(err, Q_INTERNAL, "a model was asked before it was open");
    outputs = q_model_output_count(s->model);
    a = q_arena_new(RUN_BYTES + request.n);
    if (!a)
        return q_err_nomem(err);
    rc = tensors__get(request, a, &in, &count, err);
    if (!rc)
        rc = q_runner_run(s->runner, in, count, s->outputs, outputs, err);
    if (!rc)
        tensors__put(reply, s->outputs, outputs);
    q_arena_free(a);
    return rc;
}

const q_worker_task q_host_tasks[] = {{HOST_OPEN, task_open}, {HOST_RUN, task_run}};
const size_t q_host_task_count = sizeof q_host_tasks / sizeof *q_host_tasks;
