#include "service/searchable.h"

#include "service/searchable_wire.h"

#include "base/file.h"
#include "document/page_codec.h"

#include <string.h>
#include <sys/mman.h>

enum {
    WRITER_CPU_SECONDS = 3600,
    CALL_MS = 900 * 1000, /* for one thing asked of a writer */
    MEMORY = 64 << 20,
    PAGE_BYTES = 256 << 20
};

q_code q_searchable_workers_new(size_t slots, q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_WRITER_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = slots,
                               .memory_bytes = (size_t)3 << 30,
                               .cpu_seconds = WRITER_CPU_SECONDS};

    return q_workers_new(&config, out, err);
}

typedef struct input {
    size_t pages;
    bool is_pdf;
    bool *skip;   /* by page: not to be read */
    size_t first; /* of its pages, in `changed` */
} input;

/* One output on its way. */
typedef struct writing {
    q_workers *readers;
    const q_searchable_input *given;
    const q_searchable_options *options;
    q_document_limits limits;
    q_worker *writer;
    q_arena *arena;
    input *inputs;
    size_t count;
    size_t total; /* pages of all */
    size_t done;  /* written: by one thread at a time, as q_read_options.page promises */
    int changed;  /* the PDFs as they were changed or joined; -1: they were not */
} writing;

static q_code call(writing *w, const char *task, q_str request, int fd, q_arena *a, q_str *reply,
                   q_err *err)
{
    q_str ignored;

    return q_worker_call(w->writer, task, request, &fd, fd >= 0, CALL_MS, a,
                         reply ? reply : &ignored, err);
}

/* In front of a sentence goes the file that it is about. */
static q_code of_input(const writing *w, size_t i, q_code rc, q_err *err)
{
    return rc && w->given[i].name ? q_err_add(err, rc, "%s", w->given[i].name) : rc;
}

static q_code judge_text(const writing *w, size_t i, q_str has_text, q_err *err)
{
    input *in = &w->inputs[i];

    for (size_t p = 0; p < in->pages; p++) {
        if (!has_text.p[p] || w->options->text >= Q_SEARCHABLE_REDO)
            continue;
        if (w->options->text == Q_SEARCHABLE_REFUSE)
            return q_err_set(err, Q_EXISTS,
                             "page %zu has text already: leave such pages as they are "
                             "(--skip-text), read them again in place of hidden text (--redo), or "
                             "make pictures of all pages (--force)",
                             p + 1);
        in->skip[p] = true;
    }
    return Q_OK;
}

static q_code add(writing *w, size_t i, q_err *err)
{
    searchable_added added;
    q_str reply = {NULL, 0};
    q_code rc = call(w, SEARCHABLE_ADD, Q_STR(""), w->given[i].fd, w->arena, &reply, err);

    if (rc)
        return rc;
    if (reply.n >= sizeof added)
        memcpy(&added, reply.p, sizeof added);
    if (reply.n < sizeof added || added.pages != reply.n - sizeof added ||
        added.pages > w->limits.max_pages)
        return q_err_set(err, Q_CRASHED, "a worker answered nonsense");
    w->inputs[i] = (input){.pages = (size_t)added.pages, .is_pdf = added.is_pdf != 0};
    w->inputs[i].skip = q_arena_array(w->arena, w->inputs[i].pages, sizeof(bool));
    if (!w->inputs[i].skip)
        return q_err_nomem(err);
    w->total += w->inputs[i].pages;
    return judge_text(w, i, q_str_sub(reply, sizeof added, reply.n), err);
}

static q_code start(writing *w, q_err *err)
{
    const q_searchable_options *o = w->options;
    searchable_new wanted = {.options = {.deskew = o->deskew,
                                         .rotate = o->rotate,
                                         .redo = o->text == Q_SEARCHABLE_REDO,
                                         .force = o->text == Q_SEARCHABLE_FORCE,
                                         .archive = o->archive},
                             .limits = w->limits};
    q_code rc = call(w, SEARCHABLE_NEW, (q_str){(const char *)&wanted, sizeof wanted}, -1, w->arena,
                     NULL, err);

    for (size_t i = 0; i < w->count && !rc; i++)
        rc = of_input(w, i, add(w, i, err), err);
    return rc;
}

static q_code prepare(writing *w, q_err *err)
{
    int fd = memfd_create("changed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    q_str reply = {NULL, 0};
    size_t first = 0;
    q_code rc;

    if (fd < 0)
        return q_err_errno(err, "make a memory file");
    rc = call(w, SEARCHABLE_PREPARE, Q_STR(""), fd, w->arena, &reply, err);
    if (!rc && reply.n == 1 && reply.p[0]) {
        w->changed = fd;
        fd = -1;
    }
    q_fd_close(fd);
    for (size_t i = 0; i < w->count; i++) {
        w->inputs[i].first = first;
        first += w->inputs[i].is_pdf ? w->inputs[i].pages : 0;
    }
    return rc;
}

/* A page was read: it is written at once. */
static q_code page_write(void *ctx, size_t index, const q_page *page, q_err *err)
{
    writing *w = ctx;
    q_arena *a = q_arena_new(PAGE_BYTES);
    q_buf b = q_buf_init(a, PAGE_BYTES);
    q_str bytes = Q_STR("");
    q_code rc = a ? Q_OK : q_err_nomem(err);

    (void)index;
    if (!rc && page) {
        q_page_encode(page, &b);
        rc = q_buf_finish(&b, &bytes, err);
    }
    if (!rc)
        rc = call(w, SEARCHABLE_PAGE, bytes, -1, a, NULL, err);
    if (!rc && w->options->page)
        rc = w->options->page(w->options->page_ctx, w->done, page, err);
    if (!rc)
        w->done++;
    q_arena_free(a);
    return rc;
}

typedef struct step {
    const writing *w;
    size_t before; /* pages of the inputs before */
} step;

static void advance(void *ctx, size_t done, size_t total)
{
    const step *s = ctx;

    (void)total;
    if (s->w->options->progress)
        s->w->options->progress(s->w->options->progress_ctx, s->before + done, s->w->total);
}

static q_code read_input(writing *w, size_t i, q_err *err)
{
    const input *in = &w->inputs[i];
    /* What was taken out must not be seen as text. */
    bool from_changed = w->changed >= 0 && in->is_pdf && w->options->text == Q_SEARCHABLE_REDO;
    step s = {w, w->done};
    q_read_options o = {.limits = w->limits,
                        .progress = advance,
                        .progress_ctx = &s,
                        .how = from_changed ? Q_READ_BESIDE : Q_READ_PICTURE,
                        .page = page_write,
                        .page_ctx = w,
                        .skip = in->skip,
                        .first = from_changed ? in->first : 0,
                        .count = in->pages};
    size_t skipped = 0;
    q_pages none;
    q_code rc = Q_OK;

    while (skipped < in->pages && in->skip[skipped])
        skipped++;
    if (skipped < in->pages) {
        if (from_changed) { /* all PDFs are in it */
            o.limits.max_pages = w->total;
            o.limits.max_bytes = SIZE_MAX;
        }
        return q_read_document(w->readers, from_changed ? w->changed : w->given[i].fd, &o, w->arena,
                               &none, err);
    }
    for (size_t p = 0; p < in->pages && !rc; p++) /* nothing to read */
        rc = page_write(w, p, NULL, err);
    return rc;
}

static q_code write_all(writing *w, int out, q_err *err)
{
    q_code rc = start(w, err);

    if (!rc)
        rc = prepare(w, err);
    if (!rc)
        rc = call(w, SEARCHABLE_BEGIN, Q_STR(""), out, w->arena, NULL, err);
    for (size_t i = 0; i < w->count && !rc; i++)
        rc = of_input(w, i, read_input(w, i, err), err);
    if (!rc)
        rc = call(w, SEARCHABLE_END, Q_STR(""), -1, w->arena, NULL, err);
    if (!rc)
        advance(&(step){w, w->total}, 0, 0);
    return rc;
}

static q_document_limits limits_of(const q_searchable_options *o)
{
    const q_document_limits *d = &q_read_default_options.limits;
    q_document_limits l = o->limits;

    l.max_pages = l.max_pages ? l.max_pages : d->max_pages;
    l.max_pixels = l.max_pixels ? l.max_pixels : d->max_pixels;
    l.max_bytes = l.max_bytes ? l.max_bytes : d->max_bytes;
    return l;
}

q_code q_searchable_write(q_workers *readers, q_workers *writers, const q_searchable_input *inputs,
                          size_t count, const q_searchable_options *options, int out, q_err *err)
{
    writing w = {.readers = readers,
                 .given = inputs,
                 .options = options,
                 .limits = limits_of(options),
                 .arena = q_arena_new(MEMORY),
                 .count = count,
                 .changed = -1};
    q_code rc = w.arena ? Q_OK : q_err_nomem(err);

    if (!rc) {
        w.inputs = q_arena_array(w.arena, count, sizeof *w.inputs);
        rc = w.inputs ? q_worker_lease(writers, &w.writer, err) : q_err_nomem(err);
    }
    if (!rc)
        rc = write_all(&w, out, err);
    q_worker_release(w.writer);
    q_fd_close(w.changed);
    q_arena_free(w.arena);
    return rc;
}
