/* What the console asks of the server that no public API has: api/quern.api. */
#include "base/file.h"
#include "service/app.h"
#include "service/lex_models.h"
#include "service/picture.h"
#include "service/search.h"
#include "service/searchable.h"
#include "service/services.h"
#include "service/textract.h"
#include "store/object.h"

#include <fcntl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 1200 };

static q_code open_object(q_call *call, int *fd)
{
    q_app *app = call->app;
    q_str bucket = q_value_str(call->in, Q_STR("Bucket"), Q_STR(""));
    q_str key = q_value_str(call->in, Q_STR("Key"), Q_STR(""));
    q_object found;
    q_code rc = q_object_open(app->objects, bucket, key, call->arena, &found, fd, &call->err);

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "NoSuchKey", "bucket %.*s has no object %.*s", Q_ARG(bucket),
                           Q_ARG(key));
    if (!rc && *fd < 0)
        return q_call_fail(call, "BadDocumentException", "the file is empty");
    return rc;
}

/* A document that could not be read or drawn. */
static q_code failed(q_call *call, q_code rc, const q_err *why)
{
    if (textract__error_name(rc))
        return q_call_fail(call, textract__error_name(rc), "%s", why->msg);
    call->err = *why;
    return rc;
}

static q_code get_page_picture(q_call *call)
{
    q_app *app = call->app;
    int64_t page = q_value_int(call->in, Q_STR("Page"), 1);
    int64_t width = q_value_int(call->in, Q_STR("Width"), USUAL_WIDTH);
    q_err why = {.code = Q_OK};
    q_picture picture;
    int fd = -1;
    q_code rc = open_object(call, &fd);

    if (rc)
        return rc;
    rc = q_picture_draw(app->pictures, fd, (size_t)page - 1, (unsigned)width, call->arena, &picture,
                        &why);
    q_fd_close(fd);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "NoSuchPage", "%s", why.msg);
    if (rc)
        return failed(call, rc, &why);
    call->payload = picture.jpeg;
    q_map_str(call->out, Q_STR("ContentType"), Q_STR("image/jpeg"));
    /* The address names the moment it was signed: another object has another. */
    q_map_str(call->out, Q_STR("CacheControl"), Q_STR("private, max-age=3600"));
    q_map_int(call->out, Q_STR("PageCount"), (int64_t)picture.page_count);
    return q_value_ok(call->out, &call->err);
}

/* The document with what was recognised as its text; pages that have text stay as they are. */
static q_code get_searchable_pdf(q_call *call)
{
    q_app *app = call->app;
    q_searchable_options options = {.text = Q_SEARCHABLE_SKIP, .limits = app->limits.document};
    q_searchable_input input = {.fd = -1};
    q_err why = {.code = Q_OK};
    int out = -1;
    off_t size;
    q_code rc = open_object(call, &input.fd);

    if (rc)
        return rc;
    out = open(app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    rc = out < 0 ? q_err_errno(&why, "make a file in %s", app->data_dir)
                 : q_searchable_write(app->workers, app->writers, &input, 1, &options, out, &why);
    q_fd_close(input.fd);
    size = rc ? 0 : lseek(out, 0, SEEK_END);
    if (rc || size <= 0) {
        q_fd_close(out);
        return rc ? failed(call, rc, &why) : q_err_set(&call->err, Q_IO, "no PDF was written");
    }
    call->file = out;
    call->file_length = (uint64_t)size;
    q_map_str(call->out, Q_STR("ContentType"), Q_STR("application/pdf"));
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "SearchDocuments", .run = search__documents},
    /* Not among those that wait for readers: they may wait for long. */
    {.operation = "GetPagePicture", .run = get_page_picture, .waits = Q_WAITS_DISK},
    {.operation = "GetBotExport", .run = lex__get_bot_export},
    {.operation = "GetSearchablePdf", .run = get_searchable_pdf, .waits = Q_WAITS_WORKER},
};

const q_service q_service_quern = {"quern", handlers, sizeof handlers / sizeof *handlers};
