#include "cli/texts.h"

#include "base/file.h"
#include "cli/command.h"
#include "cli/reading.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t memory = (size_t)2 << 30, output = (size_t)1 << 30;

typedef struct run {
    const cli_texts *reader;
    q_language *language;
    bool many;
} run;

static q_code text_take(const run *r, const char *path, q_str text, q_arena *a, q_buf *out,
                        q_err *err)
{
    cli_text t = {.language = r->language, .path = path, .many = r->many, .arena = a};
    q_code rc = q_tokens_of(text, a, &t.tokens, err);

    return rc ? rc : r->reader->text(r->reader->ctx, &t, out, err);
}

/* The lines of a PDF or picture as a text. */
static q_code pages_take(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                         q_err *err)
{
    q_buf b = q_buf_init(a, output);
    q_str text;

    for (size_t p = 0; p < pages->count; p++)
        for (size_t i = 0; i < pages->pages[p].line_count; i++) {
            q_buf_put(&b, pages->pages[p].lines[i].text);
            q_buf_char(&b, '\n');
        }
    if (q_buf_finish(&b, &text, err))
        return err->code;
    return text_take(ctx, path, text, a, out, err);
}

static bool is_document(q_str s)
{
    static const q_str HEADS[] = {Q_STR_INIT("%PDF-"), Q_STR_INIT("\x89PNG\r\n"),
                                  Q_STR_INIT("\xFF\xD8\xFF"), Q_STR_INIT("II*\0"),
                                  Q_STR_INIT("MM\0*")};

    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++)
        if (q_str_starts(s, HEADS[i]))
            return true;
    return false;
}

static q_code file_read(const char *path, q_arena *a, q_str *out, q_err *err)
{
    if (strcmp(path, "-") == 0)
        return q_fd_read_all(a, STDIN_FILENO, Q_TOKEN_TEXT_MAX, out, err);
    return q_file_read(a, path, Q_TOKEN_TEXT_MAX, out, err);
}

static int file_take(run *r, char *path)
{
    q_arena *a = q_arena_new(memory);
    q_buf out = q_buf_init(a, output);
    int status = CLI_FAILED;
    q_str text, said;
    q_err err;
    q_code rc;

    rc = a ? file_read(path, a, &text, &err) : q_err_nomem(&err);
    if (!rc && is_document(text) && strcmp(path, "-") != 0) {
        cli_reading_options options = {.no_index = true};

        q_arena_free(a);
        return cli_reading(&(cli_reader){pages_take, r}, &options, &path, 1);
    }
    if (!rc)
        rc = text_take(r, path, text, a, &out, &err);
    if (!rc)
        rc = q_buf_finish(&out, &said, &err);
    if (!rc)
        rc = q_fd_write(STDOUT_FILENO, said, &err);
    if (rc)
        cli_error("%s: %s", path, err.msg);
    else
        status = CLI_OK;
    q_arena_free(a);
    return status;
}

int cli_texts_read(const cli_texts *reader, char **files, int count)
{
    char input[] = "-", *standard[] = {input};
    run r = {.reader = reader, .many = count > 1};
    int status = CLI_OK;
    q_err err;

    if (q_language_open(&r.language, &err)) {
        cli_error("%s", err.msg);
        return CLI_FAILED;
    }
    if (count == 0) {
        files = standard;
        count = 1;
    }
    for (int i = 0; i < count; i++)
        if (file_take(&r, files[i]))
            status = CLI_FAILED;
    q_language_free(r.language);
    return status;
}

q_code cli_text_json(const cli_text *t, q_text_feature feature, q_buf *out, q_err *err)
{
    q_value *reply = q_value_map(t->arena);
    q_code rc;

    if (!reply)
        return q_err_nomem(err);
    rc = q_text_reply(t->language, feature, t->tokens.text, reply, err);
    return rc ? rc : cli_put_reply(reply, t->many, out, err);
}
