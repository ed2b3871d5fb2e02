/* The documents of a job, one after the other, out of all objects with a prefix. */
#include "service/comprehend.h"

#include "base/file.h"
#include "base/utf8.h"
#include "store/listing.h"
#include "store/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16, PAGE = 1000, LISTING = 16 << 20, KEY = 1025 };

struct comprehend_input {
    q_app *app;
    q_arena *arena; /* of bucket, prefix and folder */
    q_str bucket, prefix;
    size_t folder; /* bytes of a key that no document's name has */
    bool lines;
    size_t most; /* bytes of a document */

    q_arena *page;
    q_listing listing;
    size_t next; /* of the listing */
    bool listed;

    int fd; /* of the open object; -1: none, or it is empty */
    bool open;
    char key[KEY];
    size_t files;
    int64_t line;
    bool after_cr; /* a line feed that comes now ends nothing */

    char piece[PIECE];
    size_t at, filled;
    char *text; /* most + 1 bytes */
    size_t length;
};

q_code comprehend__input_open(q_app *app, q_str url, bool lines, size_t document_max,
                              comprehend_input **out, q_err *err)
{
    comprehend_input *in = calloc(1, sizeof *in);

    if (!in)
        return q_err_nomem(err);
    *in = (comprehend_input){.app = app, .lines = lines, .most = document_max, .fd = -1};
    in->arena = q_arena_new(KEY * 4);
    in->text = malloc(document_max + 1);
    if (!in->arena || !in->text || !(url = q_str_copy(in->arena, url)).p) {
        comprehend__input_close(in);
        return q_err_nomem(err);
    }
    if (!comprehend__url(url, &in->bucket, &in->prefix)) {
        comprehend__input_close(in);
        return q_err_set(err, Q_INVALID, "%.*s is no s3://BUCKET/PREFIX", Q_ARG(url));
    }
    for (size_t i = 0; i < in->prefix.n; i++)
        if (in->prefix.p[i] == '/')
            in->folder = i + 1;
    *out = in;
    return Q_OK;
}

void comprehend__input_close(comprehend_input *in)
{
    if (!in)
        return;
    q_fd_close(in->fd);
    q_arena_free(in->page);
    q_arena_free(in->arena);
    free(in->text);
    free(in);
}

size_t comprehend__input_files(const comprehend_input *in)
{
    return in->files;
}

/* ---- objects ------------------------------------------------------------------- */

/* The next thousand names. */
static q_code list_page(comprehend_input *in, q_err *err)
{
    q_listing_query query = {.bucket = in->bucket,
                             .prefix = in->prefix,
                             .delimiter = Q_STR(""),
                             .after = q_str_of(in->key),
                             .limit = PAGE};

    q_arena_free(in->page);
    in->page = q_arena_new(LISTING);
    in->next = 0;
    in->listing.count = 0;
    if (!in->page)
        return q_err_nomem(err);
    return q_listing_read(in->app->objects, &query, in->page, &in->listing, err);
}

/* Open the next object that is there; *more is false behind the last. */
static q_code open_next(comprehend_input *in, bool *more, q_err *err)
{
    q_code rc = Q_NOTFOUND;

    *more = true;
    while (rc == Q_NOTFOUND) { /* one that was deleted meanwhile is passed over */
        q_object object;

        if (in->next == in->listing.count) {
            *more = !in->listed || in->listing.truncated;
            rc = *more ? list_page(in, err) : Q_OK;
            in->listed = true;
            if (rc || !*more)
                return rc;
            rc = Q_NOTFOUND;
            continue;
        }
        object = in->listing.items[in->next++].object;
        memcpy(in->key, object.key.p, object.key.n);
        in->key[object.key.n] = 0;
        if (q_str_ends(object.key, Q_STR("/"))) /* stands for a folder */
            continue;
        rc = q_object_open(in->app->objects, in->bucket, object.key, in->page, &object, &in->fd,
                           err);
    }
    if (rc)
        return rc;
    in->open = true;
    in->files++;
    in->line = 0;
    in->after_cr = false;
    in->at = in->filled = 0;
    return Q_OK;
}

static void close_object(comprehend_input *in)
{
    q_fd_close(in->fd);
    in->fd = -1;
    in->open = false;
}

/* ---- documents ----------------------------------------------------------------- */

/* Some bytes of the object at hand; none at its end. */
static q_code fill(comprehend_input *in, q_err *err)
{
    ssize_t n = 0;

    if (in->at < in->filled || in->fd < 0)
        return Q_OK;
    in->at = in->filled = 0;
    do
        n = read(in->fd, in->piece, PIECE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return q_err_errno(err, "read s3://%.*s/%s", Q_ARG(in->bucket), in->key);
    in->filled = (size_t)n;
    return Q_OK;
}

/* What does not fit is counted, so that it shows. */
static void keep(comprehend_input *in, const char *p, size_t n)
{
    size_t room = in->length < in->most ? in->most - in->length : 0;

    memcpy(in->text + (in->length < in->most ? in->length : in->most), p, n < room ? n : room);
    in->length += n;
}

/* A line, or what is behind the last line end; *more is false when nothing is. */
static q_code read_line(comprehend_input *in, bool *more, q_err *err)
{
    in->length = 0;
    *more = false;
    for (;;) {
        size_t from;
        q_code rc = fill(in, err);

        if (rc || in->at == in->filled)
            return rc;
        if (in->after_cr && in->piece[in->at] == '\n')
            in->at++;
        in->after_cr = false;
        from = in->at;
        while (in->at < in->filled && in->piece[in->at] != '\n' && in->piece[in->at] != '\r')
            in->at++;
        keep(in, in->piece + from, in->at - from);
        *more = *more || in->at > from;
        if (in->at == in->filled)
            continue;
        in->after_cr = in->piece[in->at++] == '\r';
        *more = true;
        return Q_OK;
    }
}

static q_code read_whole(comprehend_input *in, q_err *err)
{
    q_code rc = Q_OK;

    in->length = 0;
    while (!rc && in->length <= in->most) {
        rc = fill(in, err);
        if (rc || in->at == in->filled)
            break;
        keep(in, in->piece + in->at, in->filled - in->at);
        in->at = in->filled;
    }
    return rc;
}

static void judge(comprehend_input *in, comprehend_document *out)
{
    size_t n = in->length < in->most ? in->length : in->most;
    q_str text = {in->text, n};

    *out = (comprehend_document){.file = q_str_of(in->key + in->folder),
                                 .line = in->lines ? in->line++ : -1,
                                 .text = Q_STR("")};
    if (in->length > in->most)
        out->trouble = COMPREHEND_TOO_LONG;
    else if (!q_utf8_valid(text))
        out->trouble = COMPREHEND_NO_UTF8;
    else if (!q_str_trim(text).n)
        out->trouble = COMPREHEND_EMPTY;
    else
        out->text = text;
}

q_code comprehend__input_next(comprehend_input *in, comprehend_document *out, bool *more,
                              q_err *err)
{
    for (;;) {
        q_code rc = Q_OK;
        bool there = true;

        if (!in->open) {
            rc = open_next(in, more, err);
            if (rc || !*more)
                return rc;
        }
        rc = in->lines ? read_line(in, &there, err) : read_whole(in, err);
        if (rc)
            return rc;
        if (there) {
            judge(in, out);
            if (!in->lines || out->trouble == COMPREHEND_NO_UTF8)
                close_object(in);
            return Q_OK;
        }
        close_object(in);
    }
}
