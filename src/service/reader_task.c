/* The worker's side of service/reader.h and service/picture.h: one document a
 * lease, opened once, then read or drawn page by page in any order.
 */
#include "service/reader.h"

#include "service/reader_wire.h"

#include "base/file.h"
#include "document/page_codec.h"
#include "document/picture.h"
#include "service/picture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MEMORY = 256 << 20 };

/* A worker's state. It goes with the process. */
typedef struct reader_state {
    q_recogniser *recogniser; /* NULL where pages are only drawn */
    q_document *document;
    int fd;
} reader_state;

static reader_state *state_new(void)
{
    reader_state *s = calloc(1, sizeof *s);

    if (s)
        s->fd = -1;
    return s;
}

q_code q_picture_prepare(void **state, q_err *err)
{
    *state = state_new();
    return *state ? Q_OK : q_err_nomem(err);
}

static q_code read_page(reader_state *s, const reader_read_request *wanted, q_arena *a,
                        q_page *page, q_err *err)
{
    size_t index = (size_t)wanted->index;

    if (wanted->how == Q_READ_BEST)
        return q_document_read(s->document, index, wanted->marks == 1, a, page, err);
    return q_document_recognise(s->document, index, wanted->how == Q_READ_BESIDE, a, page, err);
}

q_code q_reader_prepare(void **state, q_err *err)
{
    const char *name = getenv("QUERN_RECOGNISER");
    q_recogniser_kind kind = Q_RECOGNISER_BEST;
    reader_state *s;
    q_code rc;

    if (!q_recogniser_named(q_str_of(name), &kind))
        return q_err_set(err, Q_INVALID, "QUERN_RECOGNISER is %s; ppocr or tesseract is wanted",
                         name);
    s = state_new();
    if (!s)
        return q_err_nomem(err);
    rc = q_recogniser_new(kind, &s->recogniser, err);
    if (rc) {
        free(s);
        return rc;
    }
    *state = s;
    return Q_OK;
}

void q_reader_release(void *state)
{
    reader_state *s = state;

    if (!s)
        return;
    q_recogniser_free(s->recogniser);
    free(s);
}

static q_code task_open(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                        q_err *err)
{
    reader_state *s = *state;
    reader_open_reply answer = {0};
    q_document_limits limits;
    q_code rc;

    if (!s || s->document || fd_count != 1 || request.n != sizeof limits)
        return q_err_set(err, Q_INTERNAL, "a worker reads one document");
    memcpy(&limits, request.p, sizeof limits);
    s->fd = fcntl(fds[0], F_DUPFD_CLOEXEC, 0); /* lent for the call only */
    if (s->fd < 0)
        return q_err_errno(err, "keep the file");
    rc = q_document_open(s->fd, &limits, s->recogniser, &s->document, err);
    if (rc)
        return rc;
    answer.page_count = q_document_page_count(s->document);
    q_buf_put(reply, (q_str){(const char *)&answer, sizeof answer});
    return Q_OK;
}

static q_code task_read(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                        q_err *err)
{
    reader_state *s = *state;
    q_arena *a = NULL;
    q_page page;
    reader_read_request wanted;
    q_code rc;

    (void)fds, (void)fd_count;
    if (!s || !s->document || !s->recogniser || request.n != sizeof wanted)
        return q_err_set(err, Q_INTERNAL, "a page was asked for before its document");
    memcpy(&wanted, request.p, sizeof wanted);
    rc = q_recogniser_threads(s->recogniser, (size_t)wanted.threads, err);
    if (rc)
        return rc;
    a = q_arena_new(PAGE_MEMORY);
    rc = a ? read_page(s, &wanted, a, &page, err) : q_err_nomem(err);
    if (!rc)
        q_page_encode(&page, reply);
    q_arena_free(a);
    return rc;
}

static q_code task_picture(q_str request, const int *fds, size_t fd_count, void **state,
                           q_buf *reply, q_err *err)
{
    reader_state *s = *state;
    reader_picture_request wanted;

    (void)fds, (void)fd_count;
    if (!s || !s->document || request.n != sizeof wanted)
        return q_err_set(err, Q_INTERNAL, "a picture was asked for before its document");
    memcpy(&wanted, request.p, sizeof wanted);
    return q_document_picture(s->document, (size_t)wanted.index, (unsigned)wanted.width, reply,
                              err);
}

const q_worker_task q_reader_tasks[] = {
    {READER_OPEN, task_open}, {READER_READ, task_read}, {READER_PICTURE, task_picture}};
const size_t q_reader_task_count = sizeof q_reader_tasks / sizeof *q_reader_tasks;
