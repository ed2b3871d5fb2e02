#include "cli/reading.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/progress.h"
#include "service/reader.h"
#include "service/search.h"
#include "work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t memory_limit = (size_t)1 << 30, output_limit = (size_t)1 << 30;

typedef struct run {
    const cli_reader *reader;
    const cli_reading_options *options;
    q_workers *workers;
    q_catalog *index; /* NULL: none */
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

/* What was read can be searched. A failure is told and harms no reading. */
static void index_file(const run *r, const char *path, int fd, const q_pages *pages, q_arena *a)
{
    char full[PATH_MAX];
    struct stat st;
    q_str version;
    q_err err;
    q_code rc;

    if (!r->index || strcmp(path, "-") == 0 || !realpath(path, full) || fstat(fd, &st))
        return;
    version = q_str_printf(a, "%" PRId64 ".%09ld-%" PRId64, (int64_t)st.st_mtim.tv_sec,
                           st.st_mtim.tv_nsec, (int64_t)st.st_size);
    rc = version.p ? q_search_index(r->index, q_str_of(full), version, pages, q_now_ms(), &err)
                   : q_err_nomem(&err);
    if (rc) {
        cli_progress_hide(r->progress);
        cli_error("%s: not indexed: %s", path, err.msg);
    }
}

static q_code read_file(run *r, const char *path, q_err *err)
{
    q_read_options reading = {.progress = advance, .progress_ctx = r, .marks = r->options->marks};
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
        rc = q_read_document(r->workers, fd, &reading, a, &pages, err);
    if (!rc)
        rc = r->reader->file(r->reader->ctx, path, &pages, a, &out, err);
    if (!rc)
        rc = q_buf_finish(&out, &text, err);
    if (!rc) {
        cli_progress_hide(r->progress);
        rc = q_fd_write(STDOUT_FILENO, text, err);
    }
    if (!rc)
        index_file(r, path, fd, &pages, a);
    q_fd_close(fd);
    q_arena_free(a);
    return rc;
}

/* The index, if it is wanted and there is a folder for it. */
static int open_index(run *r)
{
    q_arena *a = q_arena_new(1 << 16);
    bool wanted = a && !r->options->no_index && cli_data_dir(r->options->data, a);
    int status = wanted ? cli_data_open(r->options->data, &r->index) : CLI_OK;

    q_arena_free(a);
    return status;
}

int cli_reading(const cli_reader *reader, const cli_reading_options *options, char **files,
                int count)
{
    run r = {.reader = reader, .options = options, .files = (size_t)count};
    int status = open_index(&r);
    q_err err;

    if (!status && q_reader_workers_new(q_cpu_count(), options->recogniser, &r.workers, &err)) {
        cli_error("%s", err.msg);
        status = CLI_FAILED;
    }
    if (status)
        goto done;
    r.progress = cli_progress_new("reading", count == 1 ? "pages" : "files");
    for (int i = 0; i < count; i++) {
        r.file = (size_t)i;
        if (read_file(&r, files[i], &err)) {
            cli_progress_hide(r.progress);
            cli_error("%s: %s", files[i], err.msg);
            status = CLI_FAILED;
        }
    }
done:
    cli_progress_free(r.progress);
    q_workers_free(r.workers);
    q_catalog_close(r.index);
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
