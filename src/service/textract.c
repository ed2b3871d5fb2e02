#include "service/textract.h"

#include "base/file.h"
#include "service/reader.h"
#include "service/search.h"
#include "service/services.h"
#include "service/textract_block.h"
#include "store/object.h"

const char *textract__error_name(q_code code)
{
    switch (code) {
    case Q_UNSUPPORTED:
    case Q_DENIED: /* encrypted */
        return "UnsupportedDocumentException";
    case Q_INVALID:
    case Q_CRASHED:
    case Q_TIMEOUT:
        return "BadDocumentException";
    case Q_LIMIT:
        return "DocumentTooLargeException";
    default:
        return NULL;
    }
}

static q_code open_object(q_call *call, const q_value *object, int *fd)
{
    q_app *app = call->app;
    q_str bucket = q_value_str(object, Q_STR("Bucket"), Q_STR(""));
    q_str name = q_value_str(object, Q_STR("Name"), Q_STR(""));
    q_str version = q_value_str(object, Q_STR("Version"), Q_STR("null"));
    q_object found;
    q_code rc;

    if (bucket.n == 0 || name.n == 0)
        return q_call_fail(call, "InvalidParameterException",
                           "S3Object needs both Bucket and Name");
    if (!q_str_is(version, "null"))
        return q_call_fail(call, "InvalidS3ObjectException",
                           "%.*s in bucket %.*s has no version %.*s", Q_ARG(name), Q_ARG(bucket),
                           Q_ARG(version));
    rc = q_object_open(app->objects, bucket, name, call->arena, &found, fd, &call->err);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "InvalidS3ObjectException", "bucket %.*s has no object %.*s",
                           Q_ARG(bucket), Q_ARG(name));
    if (!rc && *fd < 0)
        return q_call_fail(call, "BadDocumentException", "the file is empty");
    return rc;
}

/* The documented limit of a document in a request, unless configured. */
static q_code open_bytes(q_call *call, q_str bytes, int *fd)
{
    const q_app *app = call->app;
    size_t most = app->document_bytes ? app->document_bytes : (size_t)10 << 20;

    if (bytes.n > most)
        return q_call_fail(call, "DocumentTooLargeException",
                           "the document has %zu bytes; at most %zu in a request, more in a bucket",
                           bytes.n, most);
    return q_fd_of_bytes("document", bytes, fd, &call->err);
}

q_code textract__open(q_call *call, const q_value *document, int *fd)
{
    const q_value *bytes = q_value_get(document, Q_STR("Bytes"));
    const q_value *object = q_value_get(document, Q_STR("S3Object"));

    if (bytes && object)
        return q_call_fail(call, "InvalidParameterException",
                           "the document has both Bytes and S3Object; give one");
    if (bytes)
        return open_bytes(call, bytes->s, fd);
    if (object)
        return open_object(call, object, fd);
    return q_call_fail(call, "InvalidParameterException",
                       "the document has neither Bytes nor S3Object");
}

q_code textract__read_document(q_call *call, const q_value *document, bool marks, q_pages *out)
{
    q_app *app = call->app;
    q_read_options options = {.limits = app->limits.document, .marks = marks};
    const q_value *object = q_value_get(document, Q_STR("S3Object"));
    int fd = -1;
    q_err why = {.code = Q_OK};
    q_code rc = textract__open(call, document, &fd);

    if (rc)
        return rc;
    rc = q_read_document(app->workers, fd, &options, call->arena, out, &why);
    if (!rc && object)
        q_search_index_object(app, object, fd, out);
    q_fd_close(fd);
    if (!rc)
        return Q_OK;
    if (textract__error_name(rc))
        return q_call_fail(call, textract__error_name(rc), "%s", why.msg);
    call->err = why;
    return rc;
}

q_code textract__read(q_call *call, bool marks, q_pages *out)
{
    return textract__read_document(call, q_value_get(call->in, Q_STR("Document")), marks, out);
}

void q_textract_text(const q_pages *pages, q_value *out)
{
    textract_document d = {pages, NULL, NULL, pages->count > 1, textract__seed(pages)};

    q_map_int(q_map_map(out, Q_STR("DocumentMetadata")), Q_STR("Pages"), (int64_t)pages->count);
    textract__blocks(&d, q_map_list(out, Q_STR("Blocks")));
    q_map_str(out, Q_STR("DetectDocumentTextModelVersion"), Q_STR("1.0"));
}

static q_code detect(q_call *call)
{
    q_pages pages;
    q_code rc = textract__read(call, false, &pages);

    if (rc)
        return rc;
    q_textract_text(&pages, call->out);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "DetectDocumentText", .run = detect, .waits = Q_WAITS_WORKER},
    {.operation = "AnalyzeDocument", .run = textract__analyze, .waits = Q_WAITS_WORKER},
    {.operation = "AnalyzeExpense", .run = textract__analyze_expense, .waits = Q_WAITS_WORKER},
    {.operation = "AnalyzeID", .run = textract__analyze_id, .waits = Q_WAITS_WORKER},
    {.operation = "StartDocumentTextDetection", .run = textract__start_detection},
    {.operation = "GetDocumentTextDetection", .run = textract__get_detection},
    {.operation = "StartDocumentAnalysis", .run = textract__start_analysis},
    {.operation = "GetDocumentAnalysis", .run = textract__get_analysis},
    {.operation = "StartExpenseAnalysis", .run = textract__start_expense},
    {.operation = "GetExpenseAnalysis", .run = textract__get_expense},
};

const q_service q_service_textract = {"textract", handlers, sizeof handlers / sizeof *handlers};
