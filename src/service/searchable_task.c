/* The worker's side of service/searchable.h: one output a lease. */
#include "service/searchable.h"

#include "service/searchable_wire.h"

#include "document/page_codec.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MEMORY = 256 << 20 };

static q_code out_of_order(q_err *err)
{
    return q_err_set(err, Q_INTERNAL, "a writer was asked in the wrong order");
}

static q_code task_new(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    searchable_new wanted;
    q_pdf *p = NULL;
    q_code rc;

    (void)fds, (void)fd_count, (void)reply;
    if (*state || request.n != sizeof wanted)
        return out_of_order(err);
    memcpy(&wanted, request.p, sizeof wanted);
    rc = q_pdf_new(&wanted.options, &wanted.limits, &p, err);
    *state = p;
    return rc;
}

static q_code task_add(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    searchable_added added = {0};
    bool is_pdf = false, *has = NULL;
    size_t pages = 0;
    q_code rc;

    (void)request;
    if (!*state || fd_count != 1)
        return out_of_order(err);
    rc = q_pdf_add(*state, fds[0], &pages, &is_pdf, err);
    if (rc)
        return rc;
    has = calloc(pages + 1, sizeof *has);
    rc = has ? q_pdf_has_text(*state, has, err) : q_err_nomem(err);
    added = (searchable_added){pages, is_pdf};
    q_buf_put(reply, (q_str){(const char *)&added, sizeof added});
    for (size_t i = 0; i < pages && !rc; i++)
        q_buf_char(reply, has[i]);
    free(has);
    return rc;
}

static q_code task_prepare(q_str request, const int *fds, size_t fd_count, void **state,
                           q_buf *reply, q_err *err)
{
    bool used = false;
    q_code rc;

    (void)request;
    if (!*state || fd_count != 1)
        return out_of_order(err);
    rc = q_pdf_prepare(*state, fds[0], &used, err);
    q_buf_char(reply, used);
    return rc;
}

static q_code task_begin(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                         q_err *err)
{
    int out;

    (void)request, (void)reply;
    if (!*state || fd_count != 1)
        return out_of_order(err);
    out = fcntl(fds[0], F_DUPFD_CLOEXEC, 0); /* lent for the call only; goes with the process */
    if (out < 0)
        return q_err_errno(err, "keep the output");
    return q_pdf_begin(*state, out, err);
}

static q_code task_page(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                        q_err *err)
{
    q_arena *a = NULL;
    q_page page;
    q_code rc = Q_OK;

    (void)fds, (void)fd_count, (void)reply;
    if (!*state)
        return out_of_order(err);
    if (request.n == 0)
        return q_pdf_page(*state, NULL, err);
    a = q_arena_new(PAGE_MEMORY);
    rc = a ? q_page_decode(request, a, &page, err) : q_err_nomem(err);
    if (!rc)
        rc = q_pdf_page(*state, &page, err);
    q_arena_free(a);
    return rc;
}

static q_code task_end(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                       q_err *err)
{
    (void)request, (void)fds, (void)fd_count, (void)reply;
    return *state ? q_pdf_end(*state, err) : out_of_order(err);
}

const q_worker_task q_searchable_tasks[] = {
    {SEARCHABLE_NEW, task_new},         {SEARCHABLE_ADD, task_add},
    {SEARCHABLE_PREPARE, task_prepare}, {SEARCHABLE_BEGIN, task_begin},
    {SEARCHABLE_PAGE, task_page},       {SEARCHABLE_END, task_end},
};
const size_t q_searchable_task_count = sizeof q_searchable_tasks / sizeof *q_searchable_tasks;
