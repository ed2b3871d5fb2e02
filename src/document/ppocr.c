#include "document/ppocr.h"

#include "document/ppocr_models.h"
#include "document/ppocr_order.h"
#include "document/ppocr_resample.h"
#include "document/ppocr_turn.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAGE_MEMORY = 256 << 20,
    LINE_MEMORY = 16 << 20,
    PROBES = 5 /* long lines that are read from both ends where reading was unsure */
};
static const float line_least = 0.5F; /* confidence; less is not text, or not to be read */
/* A page that stands upright is read with .9 and more, one on its head with .4 to .8. */
static const float sure = 0.85F;

struct ppocr {
    ppocr_models *models;
};

q_code ppocr__new(const char *folder, ppocr **out, q_err *err)
{
    ppocr *r = calloc(1, sizeof *r);
    q_code rc = r ? ppocr__models_open(folder, &r->models, err) : q_err_nomem(err);

    if (rc) {
        free(r);
        return rc;
    }
    *out = r;
    return Q_OK;
}

void ppocr__free(ppocr *r)
{
    if (!r)
        return;
    ppocr__models_close(r->models);
    free(r);
}

q_code ppocr__threads(ppocr *r, size_t threads, q_err *err)
{
    return ppocr__models_threads(r->models, threads, err);
}

/* ---- Reading lines, on all threads -------------------------------------- */

typedef struct job {
    ppocr_line line;
    ppocr_text text;
    q_arena *arena; /* of the text */
    q_code rc;
    q_err err;
} job;

typedef struct jobs {
    ppocr_models *models;
    struct Pix *picture;
    job *items;
    job **queue; /* the longest first: none is left for the end */
    size_t count;
} jobs;

static void job_run(void *ctx, size_t task)
{
    jobs *all = ctx;
    job *j = all->queue[task];

    j->arena = q_arena_new(LINE_MEMORY);
    j->rc = j->arena ? ppocr__models_read(all->models, all->picture, &j->line, j->arena, &j->text,
                                          &j->err)
                     : q_err_nomem(&j->err);
}

static int longer(const void *x, const void *y)
{
    const job *a = *(job *const *)x, *b = *(job *const *)y;
    double u = ppocr__line_width(&a->line) / ppocr__line_height(&a->line);
    double v = ppocr__line_width(&b->line) / ppocr__line_height(&b->line);

    if (u != v)
        return u > v ? -1 : 1;
    return a < b ? -1 : a > b; /* one array: their order */
}

static void jobs_clear(jobs *all)
{
    for (size_t i = 0; i < all->count; i++)
        q_arena_free(all->items[i].arena);
    all->count = 0;
}

/* Read `count` lines of the picture. The jobs are in the arena, and cleared by the caller, however
 * it ends.
 */
static q_code read_lines(jobs *all, const ppocr_line *lines, size_t count, q_arena *a, q_err *err)
{
    all->items = q_arena_array(a, count, sizeof *all->items);
    all->queue = q_arena_array(a, count, sizeof(job *));
    if (!all->items || !all->queue)
        return q_err_nomem(err);
    all->count = count;
    for (size_t i = 0; i < count; i++) {
        all->items[i].line = lines[i];
        all->queue[i] = &all->items[i];
    }
    qsort(all->queue, count, sizeof(job *), longer);
    q_team_run(ppocr__models_team(all->models), count, job_run, all);
    for (size_t i = 0; i < count; i++)
        if (all->items[i].rc) {
            if (err)
                *err = all->items[i].err;
            return all->items[i].rc;
        }
    return Q_OK;
}

/* The characters' mean confidence. */
static float confidence(job *const *queue, size_t count)
{
    double sum = 0, n = 0;

    for (size_t i = 0; i < count; i++) {
        sum += (double)queue[i]->text.confidence * (double)queue[i]->text.characters;
        n += (double)queue[i]->text.characters;
    }
    return n > 0 ? (float)(sum / n) : 0;
}

/* ---- The page ----------------------------------------------------------- */

/* Whether the page's longest lines are read more surely from their other ends. */
static q_code is_upside_down(const jobs *read, q_arena *a, bool *out, q_err *err)
{
    jobs probe = {.models = read->models, .picture = read->picture};
    size_t n = read->count < PROBES ? read->count : PROBES;
    ppocr_line lines[PROBES];
    q_code rc = Q_OK;

    *out = false;
    if (n == 0 || confidence(read->queue, read->count) >= sure)
        return Q_OK;
    for (size_t i = 0; i < n; i++) {
        lines[i] = read->queue[i]->line;
        ppocr__flip(&lines[i]);
    }
    rc = read_lines(&probe, lines, n, a, err);
    if (!rc)
        *out = confidence(probe.queue, n) > confidence(read->queue, n);
    jobs_clear(&probe);
    return rc;
}

/* Lines that run across the page, and were not read surely, from their other ends too. */
static q_code read_across(jobs *all, double degrees, q_arena *a, q_err *err)
{
    jobs other = {.models = all->models, .picture = all->picture};
    double ux = cos(degrees * M_PI / 180), uy = sin(degrees * M_PI / 180);
    ppocr_line *lines = q_arena_array(a, all->count, sizeof *lines);
    size_t *which = q_arena_array(a, all->count, sizeof *which), n = 0;
    q_code rc;

    if (!lines || !which)
        return q_err_nomem(err);
    for (size_t i = 0; i < all->count; i++) {
        const job *j = &all->items[i];

        if (j->text.confidence < sure &&
            fabs(j->line.ax * ux + j->line.ay * uy) < fabs(j->line.ay * ux - j->line.ax * uy)) {
            lines[n] = j->line;
            ppocr__flip(&lines[n]);
            which[n++] = i;
        }
    }
    rc = read_lines(&other, lines, n, a, err);
    for (size_t i = 0; i < n && !rc; i++) {
        job *j = &all->items[which[i]];

        if (other.items[i].text.confidence > j->text.confidence) {
            job swap = *j;

            *j = other.items[i];
            other.items[i] = swap;
        }
    }
    jobs_clear(&other);
    return rc;
}

/* A line's words, in the caller's arena. */
static q_code put_words(const job *j, const page__frame *frame, size_t number, page__words *words,
                        q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < j->text.count && !rc; i++) {
        const ppocr_word *from = &j->text.words[i];
        page__word w = {.line = number, .confidence = 100 * from->confidence};
        q_box part;

        w.text = q_str_copy(words->arena, from->text);
        if (!w.text.p)
            return q_err_nomem(err);
        part = (q_box){fmin(from->from, 1), from->top, 0, from->bottom - from->top};
        part.width = fmin(from->to, 1) - part.left;
        w.box = ppocr__box(&j->line, part, frame);
        rc = page__words_add(words, w, err);
    }
    return rc;
}

static q_code put_lines(const jobs *all, const page__frame *frame, q_arena *a, page__words *words,
                        q_err *err)
{
    q_box *boxes = q_arena_array(a, all->count, sizeof *boxes);
    size_t *order = q_arena_array(a, all->count, sizeof *order), *which, n = 0;
    q_code rc;

    which = q_arena_array(a, all->count, sizeof *which);
    if (!boxes || !order || !which)
        return q_err_nomem(err);
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].text.characters && all->items[i].text.confidence >= line_least) {
            q_box b = ppocr__box(&all->items[i].line, (q_box){0, 0, 1, 1}, frame);

            boxes[n] = (q_box){b.left * frame->width, b.top * frame->height, b.width * frame->width,
                               b.height * frame->height};
            which[n++] = i;
        }
    rc = ppocr__order(boxes, n, a, order, err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_words(&all->items[which[order[i]]], frame, i, words, err);
    return rc;
}

q_code ppocr__picture(ppocr *r, struct Pix *picture, page__words *words, page__frame *frame,
                      q_err *err)
{
    jobs all = {.models = r->models, .picture = picture};
    q_arena *a = q_arena_new(PAGE_MEMORY);
    size_t width, height;
    bool upside_down = false;
    double degrees = 0;
    ppocr_lines lines;
    q_code rc;

    ppocr__picture_size(picture, &width, &height);
    rc = a ? ppocr__models_detect(r->models, picture, a, &lines, err) : q_err_nomem(err);
    if (!rc)
        rc = ppocr__angle(&lines, a, &degrees, err);
    if (rc)
        goto done;
    ppocr__align(&lines, degrees);
    rc = read_lines(&all, lines.items, lines.count, a, err);
    if (!rc)
        rc = is_upside_down(&all, a, &upside_down, err);
    if (!rc && upside_down) {
        jobs_clear(&all);
        degrees += 180;
        ppocr__align(&lines, degrees);
        rc = read_lines(&all, lines.items, lines.count, a, err);
    }
    if (!rc)
        rc = read_across(&all, degrees, a, err);
    *frame = ppocr__frame((double)width, (double)height, degrees);
    if (!rc)
        rc = put_lines(&all, frame, a, words, err);
done:
    jobs_clear(&all);
    q_arena_free(a);
    return rc;
}
