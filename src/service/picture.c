#include "service/picture.h"

#include "service/reader.h"
#include "service/reader_wire.h"

#include <string.h>

enum { TIME_LIMIT_MS = 60000, WORKER_CPU_SECONDS = 120 };

q_code q_picture_workers_new(size_t slots, q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_PICTURE_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = slots,
                               .memory_bytes = (size_t)2 << 30,
                               .cpu_seconds = WORKER_CPU_SECONDS};

    return q_workers_new(&config, out, err);
}

static q_code open_document(q_worker *k, int fd, q_arena *a, size_t *page_count, q_err *err)
{
    const q_document_limits *limits = &q_read_default_options.limits;
    reader_open_reply opened;
    q_str reply;
    q_code rc = q_worker_call(k, READER_OPEN, (q_str){(const char *)limits, sizeof *limits}, &fd, 1,
                              TIME_LIMIT_MS, a, &reply, err);

    if (rc)
        return rc;
    if (reply.n != sizeof opened)
        return q_err_set(err, Q_INTERNAL, "a worker answered %zu bytes", reply.n);
    memcpy(&opened, reply.p, sizeof opened);
    *page_count = (size_t)opened.page_count;
    return Q_OK;
}

q_code q_picture_draw(q_workers *w, int fd, size_t index, unsigned width, q_arena *a,
                      q_picture *out, q_err *err)
{
    reader_picture_request request = {index, width};
    q_worker *k = NULL;
    q_code rc = q_worker_lease(w, &k, err);

    *out = (q_picture){0};
    if (!rc)
        rc = open_document(k, fd, a, &out->page_count, err);
    if (!rc && index >= out->page_count)
        rc = q_err_set(err, Q_NOTFOUND, "there is no page %zu: the document has %zu", index + 1,
                       out->page_count);
    if (!rc)
        rc = q_worker_call(k, READER_PICTURE, (q_str){(const char *)&request, sizeof request}, NULL,
                           0, TIME_LIMIT_MS, a, &out->jpeg, err);
    q_worker_release(k);
    return rc;
}
