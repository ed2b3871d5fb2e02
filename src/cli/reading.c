#include "cli/reading.h"

#include "base/file.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "service/reader.h"
#include "work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t memory_limit = (size_t)1 << 30, output_limit = (size_t)1 << 30;

typedef struct run {
    cli_progress *progress;
    size_t file, files;
} run;

static void advance(void *ctx, size_t done, size_t total)
{
    run *r = ctx;

    if (r->files == 1)
        cli_progress_set(r->progress, done, total);
    else
        cli_progress_set(r->progress, r->file, r->files);
}

/* Standard input may be a pipe; documents are read by seeking. */
static q_code open_file(const char *path, q_arena *a, int *fd, q_err *err)
{
    q_str content;
    q_code rc;

    if (strcmp(path, "-") == 0) {
        rc = q_fd_read_all(a, STDIN_FILENO, memory_limit / 4, &content, err);
        return rc ? rc : q_fd_of_bytes("stdin", content, fd, err);
    }
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return q_err_set(err, Q_IO, "%s", strerror(errno));
    return Q_OK;
}

static q_code read_file(const cli_reader *reader, q_workers *workers, run *r, const char *path,
                        q_err *err)
{
    q_arena *a = q_arena_new(memory_limit);
    q_buf out = q_buf_init(a, output_limit);
    q_pages pages;
    q_str text;
    q_code rc;
    int fd = -1;

    if (!a)
        return q_err_nomem(err);
    rc = open_file(path, a, &fd, err);
    if (!rc)
        rc = q_read_document(workers, fd, &(q_read_options){.progress = advance, .progress_ctx = r},
                             a, &pages, err);
    if (!rc)
        rc = reader->file(reader->ctx, path, &pages, a, &out, err);
    if (!rc)
        rc = q_buf_finish(&out, &text, err);
    if (!rc) {
        cli_progress_hide(r->progress);
        rc = q_fd_write(STDOUT_FILENO, text, err);
    }
    q_fd_close(fd);
    q_arena_free(a);
    return rc;
}

int cli_reading(const cli_reader *reader, const char *recogniser, char **files, int count)
{
    run r = {.files = (size_t)count};
    q_workers *workers = NULL;
    int status = CLI_OK;
    q_err err;

    if (q_reader_workers_new(q_cpu_count(), recogniser, &workers, &err)) {
        cli_error("%s", err.msg);
        return CLI_FAILED;
    }
    r.progress = cli_progress_new("reading", count == 1 ? "pages" : "files");
    for (int i = 0; i < count; i++) {
        r.file = (size_t)i;
        if (read_file(reader, workers, &r, files[i], &err)) {
            cli_progress_hide(r.progress);
            cli_error("%s: %s", files[i], err.msg);
            status = CLI_FAILED;
        }
    }
    cli_progress_free(r.progress);
    q_workers_free(workers);
    return status;
}

q_code cli_put_reply(const q_value *reply, bool many, q_buf *out, q_err *err)
{
    q_code rc = q_value_ok(reply, err);

    if (rc)
        return rc;
    if (many) {
        q_json_write(out, reply);
        q_buf_char(out, '\n');
    } else {
        q_json_write_pretty(out, reply);
    }
    return Q_OK;
}
