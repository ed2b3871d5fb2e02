#include "document/ppocr_models.h"

#include "base/file.h"
#include "document/ppocr_ink.h"
#include "document/ppocr_lower.h"
#include "document/ppocr_resample.h"
#include "document/ppocr_trim.h"
#include "engine/kernel.h"
#include "engine/model_kept.h"
#include "engine/runner.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAP_SIDE = 960,    /* pixels, the longer side of a detection map */
    LINE_HEIGHT = 48,  /* pixels, as the recogniser was trained */
    WIDTH_GRAIN = 32,  /* lines are padded to multiples, so that plans are used again */
    LEAST_WIDTH = 64,  /* narrower ones are padded too */
    MOST_WIDTH = 3200, /* longer lines are squeezed */
    PLANS = 48,        /* of a recogniser's runner */
    MAX_THREADS = 8,   /* in a worker, whose address space is limited */
    MAX_CHARACTERS = 100000,
    MAX_LIST = 4 << 20 /* bytes of a list of characters */
};

/* Lines are narrowed by this: what tight lines (ppocr_detect.c) cost in width, they read as well
 * without. At .8 words are lost.
 */
static const double narrowed = 0.9;

struct ppocr_models {
    q_arena *arena;
    q_model *detector, *recogniser;
    ppocr_alphabet alphabet;
    q_team *team;
    q_runner *detecting;
    pthread_mutex_t mu;
    q_runner *idle[MAX_THREADS]; /* recogniser's runners; under mu */
    size_t idle_count;           /* under mu */
};

/* ---- Opening ------------------------------------------------------------ */

/* FOLDER/NAME.onnx, which is kept optimised beside it. */
static q_code open_one(const char *folder, const char *name, const q_model_options *options,
                       q_arena *a, q_model **out, q_err *err)
{
    q_str path = q_str_printf(a, "%s/%s.onnx", folder, name);
    q_str kept = q_str_printf(a, "%s/%s.q", folder, name);

    return path.p && kept.p ? q_model_open_kept(path.p, kept.p, options, out, err)
                            : q_err_nomem(err);
}

/* One input and one output of floats, both of the rank. */
static q_code check_ports(const q_model *m, size_t out_rank, const char *what, q_err *err)
{
    q_port in, out;

    if (q_model_input_count(m) != 1 || q_model_output_count(m) != 1)
        return q_err_set(err, Q_INVALID, "the %s model has %zu inputs and %zu outputs, not 1 and 1",
                         what, q_model_input_count(m), q_model_output_count(m));
    in = q_model_input(m, 0);
    out = q_model_output(m, 0);
    if (in.dtype != Q_F32 || (in.has_shape && in.shape.rank != 4))
        return q_err_set(err, Q_INVALID, "the %s model's input is no picture of floats", what);
    if (out.dtype != Q_F32 || (out.has_shape && out.shape.rank != out_rank))
        return q_err_set(err, Q_INVALID, "the %s model's output has not %zu dimensions of floats",
                         what, out_rank);
    return Q_OK;
}

typedef struct opening {
    ppocr_models *models;
    const char *folder;
} opening;

/* The characters, from the model's metadata or the list beside it. */
static q_code read_alphabet(const q_model *model, ppocr_models *m, const char *folder, q_err *err)
{
    q_str list, path;
    q_code rc = Q_OK;

    if (q_model_metadata(model, Q_STR("character"), &list)) {
        list = q_str_copy(m->arena, list);
        rc = list.p ? Q_OK : q_err_nomem(err);
    } else {
        path = q_str_printf(m->arena, "%s/rec.txt", folder);
        rc = path.p ? q_file_read(m->arena, path.p, MAX_LIST, &list, err) : q_err_nomem(err);
    }
    if (!rc)
        rc = ppocr__alphabet(list, m->arena, &m->alphabet, err);
    if (!rc && m->alphabet.count > MAX_CHARACTERS)
        rc = q_err_set(err, Q_LIMIT, "%zu characters; at most %d", m->alphabet.count,
                       MAX_CHARACTERS);
    return rc;
}

/* The model without the characters that are not read, its heavy layers in eight bits where their
 * ranges are known and the processor has products of bytes.
 */
static q_code edit_recogniser(const q_model *model, struct q_graph *g, void *ctx, q_err *err)
{
    const opening *o = ctx;
    q_str path = q_str_printf(o->models->arena, "%s/rec.onnx", o->folder);
    q_code rc = read_alphabet(model, o->models, o->folder, err);

    if (!rc && !path.p)
        rc = q_err_nomem(err);
    if (!rc)
        rc = ppocr__trim(g, &o->models->alphabet, err);
    if (!rc && kernel__isa() >= KERNEL_AVX512 && ppocr__ranges_fit(path.p))
        rc = ppocr__lower(g, ppocr__ranges, ppocr__range_count, err);
    return rc;
}

/* The characters of a recogniser that was kept, of which it has all or those that are read. */
static bool alphabet_of_kept(ppocr_models *m, const char *folder)
{
    ppocr_alphabet *all = &m->alphabet;
    q_port out = q_model_output(m->recogniser, 0);
    size_t classes = out.has_shape ? out.shape.dims[2] : 0, kept = 0;

    if (read_alphabet(m->recogniser, m, folder, NULL))
        return false;
    if (classes == all->count + 2)
        return true;
    for (size_t i = 0; i < all->count; i++)
        if (ppocr__is_read(all->characters[i]))
            all->characters[kept++] = all->characters[i];
    all->count = kept;
    return classes == kept + 2;
}

/* Bfloat16 reads as well as float32 (words of receipts, forms and pages within a thousandth) in
 * two thirds of the time, where the processor has products of it.
 */
static q_precision precision(void)
{
    return kernel__isa() == KERNEL_AVX512_BF16 ? Q_PRECISION_BF16 : Q_PRECISION_F32;
}

static q_code open_recogniser(ppocr_models *m, const char *folder, q_err *err)
{
    opening o = {m, folder};
    q_model_options options = {.precision = precision(), .edit = edit_recogniser, .edit_ctx = &o};
    q_str path;
    q_code rc = open_one(folder, "rec", &options, m->arena, &m->recogniser, err);

    if (!rc)
        rc = check_ports(m->recogniser, 3, "recognition", err);
    if (rc || m->alphabet.count > 0 || alphabet_of_kept(m, folder))
        return rc;
    q_model_unref(m->recogniser); /* it does not tell its classes: read its ONNX file each time */
    m->recogniser = NULL;
    path = q_str_printf(m->arena, "%s/rec.onnx", folder);
    return path.p ? q_model_open(path.p, &options, &m->recogniser, err) : q_err_nomem(err);
}

q_code ppocr__models_open(const char *folder, ppocr_models **out, q_err *err)
{
    ppocr_models *m = calloc(1, sizeof *m);
    q_model_options detector = {.precision = precision()};
    q_code rc;

    if (!m)
        return q_err_nomem(err);
    pthread_mutex_init(&m->mu, NULL);
    m->arena = q_arena_new((size_t)12 * MAX_LIST);
    rc = m->arena ? open_one(folder, "det", &detector, m->arena, &m->detector, err)
                  : q_err_nomem(err);
    if (!rc)
        rc = check_ports(m->detector, 4, "detection", err);
    if (!rc)
        rc = open_recogniser(m, folder, err);
    if (rc) {
        ppocr__models_close(m);
        return q_err_add(err, rc, "models in %s", folder);
    }
    *out = m;
    return Q_OK;
}

static void runners_free(ppocr_models *m)
{
    q_runner_free(m->detecting);
    m->detecting = NULL;
    while (m->idle_count)
        q_runner_free(m->idle[--m->idle_count]);
}

void ppocr__models_close(ppocr_models *m)
{
    if (!m)
        return;
    runners_free(m);
    q_team_free(m->team);
    q_model_unref(m->detector);
    q_model_unref(m->recogniser);
    q_arena_free(m->arena);
    pthread_mutex_destroy(&m->mu);
    free(m);
}

q_code ppocr__models_threads(ppocr_models *m, size_t threads, q_err *err)
{
    threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
    if (threads == q_team_threads(m->team))
        return Q_OK;
    runners_free(m);
    q_team_free(m->team);
    m->team = NULL;
    return threads > 1 ? q_team_new(threads, &m->team, err) : Q_OK;
}

q_team *ppocr__models_team(const ppocr_models *m)
{
    return m->team;
}

const ppocr_alphabet *ppocr__models_alphabet(const ppocr_models *m)
{
    return &m->alphabet;
}

/* ---- Detection ---------------------------------------------------------- */

static q_tensor picture_tensor(float *data, size_t height, size_t width)
{
    return (q_tensor){Q_F32, {4, {1, 3, height, width}}, data};
}

q_code ppocr__models_detect(ppocr_models *m, struct Pix *picture, q_arena *a, ppocr_lines *out,
                            q_err *err)
{
    q_runner_options options = {.team = m->team};
    size_t width, height, old_width, old_height;
    q_tensor in, map;
    float *x = NULL;
    q_code rc = Q_OK;

    ppocr__picture_size(picture, &old_width, &old_height);
    ppocr__map_size(old_width, old_height, MAP_SIDE, &width, &height);
    if (!m->detecting)
        rc = q_runner_new(m->detector, &options, &m->detecting, err);
    if (rc)
        goto done;
    x = calloc(3 * height, width * sizeof *x);
    if (!x) {
        rc = q_err_nomem(err);
        goto done;
    }
    rc = ppocr__map_input(picture, width, height, x, err);
    if (rc)
        goto done;
    in = picture_tensor(x, height, width);
    rc = q_runner_run(m->detecting, &in, 1, &map, 1, err);
    if (rc)
        goto done;
    if (map.dtype != Q_F32 || q_shape_count(&map.shape) != width * height) {
        rc = q_err_set(err, Q_INVALID, "the detection model's map is not of its picture's size");
        goto done;
    }
    rc = ppocr__find_lines(map.data, width, height, a, out, err);
    if (!rc)
        ppocr__scale_lines(out, (double)old_width / (double)width,
                           (double)old_height / (double)height);
done:
    free(x);
    return rc;
}

/* ---- Recognition -------------------------------------------------------- */

static q_code runner_take(ppocr_models *m, q_runner **out, q_err *err)
{
    q_runner_options options = {.plans = PLANS};

    pthread_mutex_lock(&m->mu);
    *out = m->idle_count ? m->idle[--m->idle_count] : NULL;
    pthread_mutex_unlock(&m->mu);
    return *out ? Q_OK : q_runner_new(m->recogniser, &options, out, err);
}

static void runner_put(ppocr_models *m, q_runner *r)
{
    pthread_mutex_lock(&m->mu);
    if (r && m->idle_count < MAX_THREADS) {
        m->idle[m->idle_count++] = r;
        r = NULL;
    }
    pthread_mutex_unlock(&m->mu);
    q_runner_free(r);
}

/* The line as the recogniser wants it: 48 rows, grey in three channels from -1 to 1, and 0 behind
 * its end.
 */
static void line_input(struct Pix *picture, const ppocr_line *line, size_t width, size_t padded,
                       float *x)
{
    size_t n = LINE_HEIGHT * padded;

    ppocr__crop(picture, line, width, LINE_HEIGHT, padded, x);
    for (size_t y = 0; y < LINE_HEIGHT; y++)
        for (size_t i = 0; i < width; i++)
            x[y * padded + i] = x[y * padded + i] / 127.5F - 1;
    memcpy(x + n, x, n * sizeof *x);
    memcpy(x + 2 * n, x, n * sizeof *x);
}

static size_t width_of(const ppocr_line *line)
{
    double w = ceil(narrowed * LINE_HEIGHT * ppocr__line_width(line) / ppocr__line_height(line));

    return w < 8 ? 8 : w > MOST_WIDTH ? MOST_WIDTH : (size_t)w;
}

static size_t padded_width(size_t width)
{
    size_t padded = (width + WIDTH_GRAIN - 1) / WIDTH_GRAIN * WIDTH_GRAIN;

    return padded < LEAST_WIDTH ? LEAST_WIDTH : padded;
}

static q_code decode(const ppocr_models *m, const q_tensor *y, double steps_to_width, q_arena *a,
                     ppocr_text *out, q_err *err)
{
    q_code rc;

    if (y->dtype != Q_F32 || y->shape.rank != 3 || y->shape.dims[0] != 1 ||
        y->shape.dims[2] != m->alphabet.count + 2)
        return q_err_set(
            err, Q_INVALID, "the recognition model has %zu classes; its %zu characters want %zu",
            y->shape.rank == 3 ? y->shape.dims[2] : 0, m->alphabet.count, m->alphabet.count + 2);
    rc = ppocr__read(y->data, y->shape.dims[1], &m->alphabet, a, out, err);
    for (size_t i = 0; !rc && i < out->count; i++) {
        out->words[i].from *= steps_to_width / (double)y->shape.dims[1];
        out->words[i].to *= steps_to_width / (double)y->shape.dims[1];
    }
    return rc;
}

q_code ppocr__models_read(ppocr_models *m, struct Pix *picture, const ppocr_line *line, q_arena *a,
                          ppocr_text *out, q_err *err)
{
    size_t width = width_of(line), padded = padded_width(width);
    q_runner *runner = NULL;
    q_tensor in, y;
    float *x = calloc((size_t)3 * LINE_HEIGHT, padded * sizeof *x);
    q_code rc = x ? runner_take(m, &runner, err) : q_err_nomem(err);

    if (rc)
        goto done;
    line_input(picture, line, width, padded, x);
    in = picture_tensor(x, LINE_HEIGHT, padded);
    rc = q_runner_run(runner, &in, 1, &y, 1, err);
    if (!rc)
        rc = decode(m, &y, (double)padded / (double)width, a, out, err);
    if (!rc)
        ppocr__ink_fit(x, width, LINE_HEIGHT, padded, out);
done:
    runner_put(m, runner);
    free(x);
    return rc;
}
