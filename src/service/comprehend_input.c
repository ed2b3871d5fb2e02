/* The documents of a job, one after the other, out of all objects with a prefix. */
#include "service/comprehend.h"

#include "base/file.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

struct comprehend_input {
    comprehend_objects *objects;
    bool lines;
    size_t most; /* bytes of a document */

    comprehend_object object; /* while open */
    bool open;
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
    q_code rc;

    if (!in)
        return q_err_nomem(err);
    *in = (comprehend_input){.lines = lines, .most = document_max, .object = {.fd = -1}};
    in->text = malloc(document_max + 1);
    rc = in->text ? comprehend__objects_open(app, url, &in->objects, err) : q_err_nomem(err);
    if (rc)
        comprehend__input_close(in);
    else
        *out = in;
    return rc;
}

void comprehend__input_close(comprehend_input *in)
{
    if (!in)
        return;
    q_fd_close(in->object.fd);
    comprehend__objects_close(in->objects);
    free(in->text);
    free(in);
}

size_t comprehend__input_files(const comprehend_input *in)
{
    return in->files;
}

static q_code open_next(comprehend_input *in, bool *more, q_err *err)
{
    q_code rc = comprehend__objects_next(in->objects, &in->object, more, err);

    if (rc || !*more)
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
    q_fd_close(in->object.fd);
    in->object.fd = -1;
    in->open = false;
}

/* Some bytes of the object at hand; none at its end. */
static q_code fill(comprehend_input *in, q_err *err)
{
    ssize_t n = 0;

    if (in->at < in->filled || in->object.fd < 0)
        return Q_OK;
    in->at = in->filled = 0;
    do
        n = read(in->object.fd, in->piece, PIECE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return q_err_errno(err, "read %.*s", Q_ARG(in->object.name));
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

    *out = (comprehend_document){
        .file = in->object.name, .line = in->lines ? in->line++ : -1, .text = Q_STR("")};
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
