#include "cli/pdf.h"

#include "base/file.h"
#include "base/pool.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY = 1 << 28, STDIN_BYTES = 1 << 27 };

/* The command at work. */
typedef struct job {
    cli_pdf_words words;
    const char *out, *sidecar;
    char **files;
    int count;
    q_arena *arena;
    q_workers *readers, *writers;
    cli_progress *progress;
    FILE *text; /* the sidecar, NULL without one */
} job;

/* ---- the text beside ------------------------------------------------------------ */

static q_code put_text(void *ctx, size_t index, const q_page *page, q_err *err)
{
    FILE *out = ctx;

    if (index)
        fputc('\f', out);
    if (!page)
        fprintf(out, "[OCR skipped on page(s) %zu]\n", index + 1);
    for (size_t i = 0; page && i < page->line_count; i++) {
        fwrite(page->lines[i].text.p, 1, page->lines[i].text.n, out);
        fputc('\n', out);
    }
    return ferror(out) ? q_err_set(err, Q_IO, "the text could not be written") : Q_OK;
}

static q_code sidecar_open(job *j, q_err *err)
{
    if (!j->sidecar)
        return Q_OK;
    j->text = strcmp(j->sidecar, "-") == 0 ? stdout : fopen(j->sidecar, "we");
    return j->text ? Q_OK : q_err_errno(err, "%s", j->sidecar);
}

static q_code sidecar_close(job *j, q_err *err)
{
    int failed;

    if (!j->text)
        return Q_OK;
    failed = j->text == stdout ? fflush(stdout) : fclose(j->text);
    j->text = NULL;
    return failed ? q_err_errno(err, "%s", j->sidecar) : Q_OK;
}

/* ---- one output ------------------------------------------------------------------ */

/* Standard input may be a pipe; documents are read by seeking. */
static q_code input_open(job *j, const char *path, q_searchable_input *in, q_err *err)
{
    q_str content;
    q_code rc;

    in->name = path;
    if (strcmp(path, "-") == 0) {
        in->name = "standard input";
        rc = q_fd_read_all(j->arena, STDIN_FILENO, STDIN_BYTES, &content, err);
        return rc ? rc : q_fd_of_bytes("stdin", content, &in->fd, err);
    }
    in->fd = open(path, O_RDONLY | O_CLOEXEC);
    return in->fd < 0 ? q_err_errno(err, "%s", path) : Q_OK;
}

/* A file beside the one that is to be, so that no half PDF is ever under its name. */
static q_code output_open(job *j, const char *path, const char **part, int *fd, q_err *err)
{
    mode_t mask = umask(0);
    char *name;

    umask(mask);
    *part = NULL;
    if (strcmp(path, "-") == 0) {
        *fd = STDOUT_FILENO;
        return Q_OK;
    }
    name = (char *)(uintptr_t)q_str_printf(j->arena, "%s.XXXXXX", path).p;
    if (!name)
        return q_err_nomem(err);
    *fd = mkostemp(name, O_CLOEXEC);
    if (*fd < 0)
        return q_err_errno(err, "%s", path);
    *part = name;
    return fchmod(*fd, 0666 & ~mask) ? q_err_errno(err, "%s", path) : Q_OK;
}

static q_code output_close(const char *path, const char *part, int fd, q_code rc, q_err *err)
{
    if (fd == STDOUT_FILENO || fd < 0)
        return rc;
    if (close(fd) && !rc)
        rc = q_err_errno(err, "%s", path);
    if (!rc && rename(part, path))
        rc = q_err_errno(err, "%s", path);
    if (rc && part)
        unlink(part);
    return rc;
}

static void advance(void *ctx, size_t done, size_t total)
{
    cli_progress_set(ctx, done, total);
}

/* Some of the files as one PDF. */
static q_code write_one(job *j, char **files, int count, const char *path, q_err *err)
{
    q_searchable_input *inputs = q_arena_array(j->arena, (size_t)count, sizeof *inputs);
    q_searchable_options options = j->words.options;
    const char *part = NULL;
    int out = -1;
    q_code rc = inputs ? Q_OK : q_err_nomem(err);

    for (int i = 0; i < count && inputs; i++)
        inputs[i].fd = -1;
    for (int i = 0; i < count && !rc; i++)
        rc = input_open(j, files[i], &inputs[i], err);
    if (!rc)
        rc = sidecar_open(j, err);
    if (!rc)
        rc = output_open(j, path, &part, &out, err);
    if (!rc) {
        options.page = j->text ? put_text : NULL;
        options.page_ctx = j->text;
        options.progress = advance;
        options.progress_ctx = j->progress;
        rc = q_searchable_write(j->readers, j->writers, inputs, (size_t)count, &options, out, err);
    }
    rc = output_close(path, part, out, rc, err);
    if (sidecar_close(j, rc ? NULL : err) && !rc)
        rc = Q_IO;
    for (int i = 0; i < count && inputs; i++)
        q_fd_close(inputs[i].fd);
    return rc;
}

/* ---- a folder of outputs ---------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat st;
    size_t n = strlen(path);

    return (n && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* FOLDER/NAME.pdf; in the arena. */
static const char *output_of(job *j, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    const char *dot = strrchr(name, '.');
    int n = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    size_t end = strlen(j->out);

    return q_str_printf(j->arena, "%s%s%.*s.pdf", j->out, end && j->out[end - 1] == '/' ? "" : "/",
                        n, name)
        .p;
}

static int write_each(job *j)
{
    const char **outputs = q_arena_array(j->arena, (size_t)j->count, sizeof *outputs);
    int status = CLI_OK;
    q_err err = {.code = Q_OK};

    if (!outputs || q_dir_make(j->out, 0777, &err)) {
        cli_error("%s", outputs ? err.msg : "out of memory");
        return CLI_FAILED;
    }
    for (int i = 0; i < j->count; i++) {
        outputs[i] = output_of(j, j->files[i]);
        for (int k = 0; k < i && outputs[i]; k++)
            if (outputs[k] && strcmp(outputs[i], outputs[k]) == 0)
                return cli_usage(&cli_pdf, "%s and %s would both be %s", j->files[k], j->files[i],
                                 outputs[i]);
    }
    for (int i = 0; i < j->count; i++) {
        if (!outputs[i] || write_one(j, &j->files[i], 1, outputs[i], &err)) {
            cli_progress_hide(j->progress);
            cli_error("%s", outputs[i] ? err.msg : "out of memory");
            status = CLI_FAILED;
        }
    }
    return status;
}

static int write_joined(job *j)
{
    q_err err;

    if (!write_one(j, j->files, j->count, j->out, &err))
        return CLI_OK;
    cli_progress_hide(j->progress);
    cli_error("%s", err.msg);
    return CLI_FAILED;
}

static int write_files(job *j, const char *recogniser)
{
    bool folder = is_folder(j->out);
    int status = CLI_FAILED;
    q_err err;

    if (folder && j->sidecar && j->count > 1)
        return cli_usage(&cli_pdf, "--sidecar takes the text of one PDF; OUT is a folder");
    if (strcmp(j->out, "-") == 0 && isatty(STDOUT_FILENO))
        return cli_usage(&cli_pdf, "a PDF is not for the terminal: -o FILE");
    if (q_reader_workers_new(q_cpu_count(), recogniser, &j->readers, &err) ||
        q_searchable_workers_new(1, &j->writers, &err)) {
        cli_error("%s", err.msg);
    } else {
        j->progress = cli_progress_new("reading", "pages");
        status = folder ? write_each(j) : write_joined(j);
        cli_progress_free(j->progress);
    }
    q_workers_free(j->writers);
    q_workers_free(j->readers);
    return status;
}

/* ---- the command ------------------------------------------------------------------ */

enum {
    OUT,
    DESKEW,
    ROTATE,
    SKIP_TEXT,
    REDO,
    FORCE,
    SIDECAR,
    PDFA,
    RECOGNISER,
    ON,
    TO,
    OFF,
    LIST,
    DATA,
    OPTIONS
};

static int take_words(const cli_words *w, job *j)
{
    const char *const *v = w->values;
    int texts = (v[SKIP_TEXT] != NULL) + (v[REDO] != NULL) + (v[FORCE] != NULL);

    if (texts > 1)
        return cli_usage(&cli_pdf, "--skip-text, --redo and --force exclude each other");
    j->words = (cli_pdf_words){.options = {.deskew = v[DESKEW] != NULL,
                                           .rotate = v[ROTATE] != NULL,
                                           .archive = v[PDFA] != NULL},
                               .chose_text = texts > 0,
                               .on = v[ON],
                               .to = v[TO],
                               .off = v[OFF],
                               .data = v[DATA]};
    j->words.options.text = v[FORCE]       ? Q_SEARCHABLE_FORCE
                            : v[REDO]      ? Q_SEARCHABLE_REDO
                            : v[SKIP_TEXT] ? Q_SEARCHABLE_SKIP
                                           : Q_SEARCHABLE_REFUSE;
    j->out = v[OUT];
    j->sidecar = v[SIDECAR];
    j->files = w->operands;
    j->count = w->count;
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    static const cli_option options[OPTIONS] = {[OUT] = {"o", "OUT"},
                                                [DESKEW] = {"deskew", NULL},
                                                [ROTATE] = {"rotate", NULL},
                                                [SKIP_TEXT] = {"skip-text", NULL},
                                                [REDO] = {"redo", NULL},
                                                [FORCE] = {"force", NULL},
                                                [SIDECAR] = {"sidecar", "FILE"},
                                                [PDFA] = {"pdfa", NULL},
                                                [RECOGNISER] = {"recogniser", "ppocr|tesseract"},
                                                [ON] = {"on", "s3://BUCKET/FOLDER/"},
                                                [TO] = {"to", "PREFIX"},
                                                [OFF] = {"off", "s3://BUCKET/FOLDER/"},
                                                [LIST] = {"list", NULL},
                                                [DATA] = {"data", "DIR"}};
    job j = {.files = NULL};
    cli_words words;
    int status;

    if (cli_options_read(&cli_pdf, options, OPTIONS, argc, argv, &words) || take_words(&words, &j))
        return CLI_USAGE;
    if ((words.values[LIST] != NULL) + (j.words.on != NULL) + (j.words.off != NULL) +
            (j.out != NULL) !=
        1)
        return cli_usage(&cli_pdf, "one of -o OUT, --on, --off and --list is wanted");
    if (!j.out && (j.count || j.sidecar))
        return cli_usage(&cli_pdf, "files go with -o OUT");
    if (words.values[LIST])
        return cli_pdf_rule_list(j.words.data);
    if (j.words.on)
        return cli_pdf_rule_add(&j.words);
    if (j.words.off)
        return cli_pdf_rule_remove(&j.words);
    if (j.count == 0)
        return cli_usage(&cli_pdf, "no file is named");
    j.arena = q_arena_new(MEMORY);
    status = j.arena ? write_files(&j, words.values[RECOGNISER]) : CLI_FAILED;
    q_arena_free(j.arena);
    return status;
}

const cli_command cli_pdf = {
    .name = "pdf",
    .arguments = "FILE... -o OUT [--deskew] [--rotate] [--skip-text|--redo|--force] "
                 "[--sidecar FILE] [--pdfa] | --on s3://BUCKET/FOLDER/ [--to PREFIX] | "
                 "--off s3://BUCKET/FOLDER/ | --list",
    .summary = "make PDFs of scans whose text can be searched and copied",
    .help = "Reads pictures, TIFFs and PDFs and puts their words, invisible, under the page,\n"
            "each where it is seen. Pages stay as they are: JPEG and PNG data, fax and JPEG\n"
            "in TIFF go into the PDF byte for byte, a PDF is only added to.\n"
            "\n"
            "  -o OUT          one PDF of all files, in their order; in a folder (which is\n"
            "                  there, or ends with /) one PDF a file, NAME.pdf; - is stdout\n"
            "  --deskew        set pages straight that stand askew\n"
            "  --rotate        set pages upright that stand turned\n"
            "  --skip-text     leave pages that have text as they are\n"
            "  --redo          take out hidden text, which an earlier reading left, and\n"
            "                  read again beside what text is visible\n"
            "  --force         make a picture of each page of a PDF and read that; links,\n"
            "                  outlines and forms go, and the file may grow\n"
            "                  Without these three a page that has text is refused.\n"
            "  --sidecar FILE  the text that was read as well, a form feed between pages;\n"
            "                  - is stdout\n"
            "  --pdfa          write PDF/A-2b; a PDF that holds what an archive must not is\n"
            "                  refused (--force makes it possible)\n"
            "  --recogniser NAME  ppocr or tesseract (see quern help read)\n"
            "\n"
            "In buckets: every object that is put into a folder gets its searchable PDF.\n"
            "\n"
            "  --on s3://BUCKET/FOLDER/   from now on; a running server sees it at once. The\n"
            "                  options above go with it; without one of the three it is\n"
            "                  --skip-text\n"
            "  --to PREFIX     what the PDF's key begins with in FOLDER's place (default:\n"
            "                  what is before it: documents/a.jpg becomes a.pdf)\n"
            "  --off s3://BUCKET/FOLDER/  no more\n"
            "  --list          the rules, and the objects that could not be read, with why\n"
            "  --data DIR      the server's data folder (default: see quern help serve)\n",
    .run = run,
};
