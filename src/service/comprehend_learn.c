/* A learner's tasks: files in, a model out. */
#include "service/comprehend_learn.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "language/models.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CPU_SECONDS = 4 * 3600, /* of one training */
    LEARNERS = 2,           /* that train at once */
    REQUEST = 1 << 20,
    METADATA = 16 << 20,
    MATRIX = 64 << 20,
    MODEL = 200 << 20 /* together less than a worker may answer */
};

#define MEMORY ((size_t)4 << 30)
#define DATA ((size_t)3 << 30)

q_code q_learners_new(q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_LEARNER_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = LEARNERS,
                               .memory_bytes = MEMORY,
                               .cpu_seconds = CPU_SECONDS};

    return q_workers_new(&config, out, err);
}

q_code q_learner_prepare(void **state, q_err *err)
{
    q_language *language = NULL;
    q_code rc = q_language_open(&language, err);

    *state = language;
    return rc;
}

void q_learner_release(void *state)
{
    q_language_free(state);
}

static q_code out_of_order(q_err *err)
{
    return q_err_set(err, Q_INTERNAL, "a learner was asked in the wrong order");
}

static q_code task_new(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    q_arena *a = q_arena_new(DATA);
    learner *l = a ? q_arena_alloc(a, sizeof *l) : NULL;
    q_value *said = NULL;
    q_str text;
    q_code rc = Q_OK;
    size_t number;

    (void)fds, (void)fd_count, (void)reply;
    if (!l)
        return q_err_nomem(err);
    text = q_str_copy(a, request);
    rc = text.p ? q_json_parse(a, text, &said, err) : q_err_nomem(err);
    if (rc)
        return rc;
    *l = (learner){.language = *state,
                   .arena = a,
                   .classifier = q_value_bool(said, Q_STR("Classifier"), false),
                   .multi_label = q_value_bool(said, Q_STR("MultiLabel"), false),
                   .lines = q_value_bool(said, Q_STR("Lines"), true),
                   .delimiter = *q_value_str(said, Q_STR("Delimiter"), Q_STR("|")).p};
    q_dictionary_init(&l->classes, a);
    q_dictionary_init(&l->types, a);
    q_dictionary_init(&l->files, a);
    for (const q_value *v = q_value_first(q_value_get(said, Q_STR("Types"))); v && !rc; v = v->next)
        rc = q_dictionary_add(&l->types, v->s, &number, err);
    *state = l; /* goes with the process */
    return rc;
}

/* ---- files ----------------------------------------------------------------------- */

static q_code take_file(learner *l, q_str role, const learn_source *s, q_err *err)
{
    if (q_str_is(role, "rows"))
        return learn__rows(l, s, err);
    if (q_str_is(role, "manifest"))
        return l->classifier ? learn__label_manifest(l, s, err) : learn__span_manifest(l, s, err);
    if (q_str_is(role, "documents"))
        return learn__documents(l, s, err);
    if (q_str_is(role, "annotations"))
        return learn__annotations(l, s, err);
    return learn__list(l, s, err);
}

/* Mapped, for as long as the process lives: texts are borrowed from it. */
static q_code map_file(int fd, q_str *out, q_err *err)
{
    struct stat st;
    void *p;

    if (fstat(fd, &st))
        return q_err_errno(err, "look at the file");
    *out = (q_str){"", 0};
    if (st.st_size == 0)
        return Q_OK;
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return q_err_errno(err, "map the file");
    *out = (q_str){p, (size_t)st.st_size};
    return Q_OK;
}

static q_code task_file(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                        q_err *err)
{
    learner *l = *state;
    q_value *said = NULL;
    learn_source s;
    q_str text;
    q_code rc;

    (void)reply;
    if (!l || fd_count != 1)
        return out_of_order(err);
    text = q_str_copy(l->arena, request);
    rc = text.p ? q_json_parse(l->arena, text, &said, err) : q_err_nomem(err);
    if (rc)
        return rc;
    s = (learn_source){.name = q_value_str(said, Q_STR("Name"), Q_STR("")),
                       .test = q_value_bool(said, Q_STR("Test"), false),
                       .attributes = q_value_get(said, Q_STR("Attributes"))};
    l->has_test = l->has_test || s.test;
    rc = map_file(fds[0], &s.bytes, err);
    if (!rc)
        rc = take_file(l, q_value_str(said, Q_STR("Role"), Q_STR("")), &s, err);
    return rc;
}

/* ---- training ---------------------------------------------------------------------- */

static q_code task_run(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    learner *l = *state;
    q_buf metadata = q_buf_init(NULL, METADATA), matrix = q_buf_init(NULL, MATRIX),
          model = q_buf_init(NULL, MODEL);
    learn_reply head;
    q_code rc;

    (void)request, (void)fds, (void)fd_count;
    if (!l)
        return out_of_order(err);
    rc = l->classifier ? learn__classes(l, &metadata, &matrix, &model, err)
                       : learn__entities(l, &metadata, &model, err);
    if (!rc && (metadata.rc || matrix.rc || model.rc))
        rc = q_err_set(err, Q_LIMIT,
                       "the model has more than %d MB; train it with fewer classes or texts",
                       (int)(MODEL >> 20));
    if (!rc) {
        head = (learn_reply){metadata.n, matrix.n, model.n};
        q_buf_put(reply, (q_str){(const char *)&head, sizeof head});
        q_buf_put(reply, q_buf_str(&metadata));
        q_buf_put(reply, q_buf_str(&matrix));
        q_buf_put(reply, q_buf_str(&model));
    }
    q_buf_clear(&metadata);
    q_buf_clear(&matrix);
    q_buf_clear(&model);
    return rc;
}

const q_worker_task q_learner_tasks[] = {
    {LEARN_NEW, task_new}, {LEARN_FILE, task_file}, {LEARN_RUN, task_run}};
const size_t q_learner_task_count = sizeof q_learner_tasks / sizeof *q_learner_tasks;
