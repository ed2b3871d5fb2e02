/* quern model optimize --precision int8: the calibration's report, and the file. */
#include "cli/model.h"
#include "cli/table.h"
#include "engine/calibrate.h"
#include "engine/model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLES = 256, COLUMNS = 8 };

static q_str percent(q_arena *a, double part)
{
    return q_str_printf(a, "%.2f %%", 100 * part);
}

static void put_row(q_arena *a, const q_calibrated_layer *l, q_str *cell)
{
    char work[32];

    cell[0] = l->name;
    cell[1] = l->type;
    cell[2] = l->lowered ? Q_STR("int8") : Q_STR("f32");
    cell[3] = q_str_printf(a, "%.4g .. %.4g", l->low, l->high);
    cell[4] = percent(a, l->noise);
    cell[5] = q_str_printf(a, "%.5f", l->cosine);
    cell[6] = percent(a, l->effect);
    cell[7] = q_str_printf(a, "%s", cli_count_text((double)l->work, work));
}

static q_code report(const q_calibration *c, q_arena *a, q_err *err)
{
    static const q_str heads[COLUMNS] = {Q_STR_INIT("layer"),   Q_STR_INIT("type"),
                                         Q_STR_INIT("runs in"), Q_STR_INIT("input's range"),
                                         Q_STR_INIT("noise"),   Q_STR_INIT("cosine"),
                                         Q_STR_INIT("effect"),  Q_STR_INIT("work")};
    static const bool right[COLUMNS] = {[4] = true, [5] = true, [6] = true, [7] = true};
    q_str *cells = q_arena_array(a, (c->count + 1) * COLUMNS, sizeof *cells), text;
    q_buf out = q_buf_init(a, (size_t)16 << 20);
    double work = 0, lowered = 0;
    size_t i;
    q_code rc;

    if (!cells)
        return q_err_nomem(err);
    for (i = 0; i < COLUMNS; i++)
        cells[i] = heads[i];
    for (i = 0; i < c->count; i++) {
        put_row(a, &c->layers[i], cells + (i + 1) * COLUMNS);
        work += (double)c->layers[i].work;
        lowered += c->layers[i].lowered ? (double)c->layers[i].work : 0;
    }
    cli_table_print(&(cli_table){cells, c->count + 1, COLUMNS, right,
                                 isatty(STDOUT_FILENO) ? cli_width() : 200},
                    &out);
    q_buf_printf(&out,
                 "\n%zu samples. %zu of %zu layers run in int8, %.1f %% of their work.\n"
                 "Relative error of the outputs: %.2f %% with all layers in int8, %.2f %% now.\n",
                 c->sample_count, c->lowered, c->count, 100 * lowered / (work > 0 ? work : 1),
                 100 * c->full_error, 100 * c->error);
    rc = q_buf_finish(&out, &text, err);
    if (!rc)
        (void)fwrite(text.p, 1, text.n, stdout);
    return rc;
}

static q_code save(const q_calibration *c, const char *path, q_err *err)
{
    q_model_options o = {.precision = Q_PRECISION_INT8};
    model_file_stats stats;
    q_model *m = NULL;
    char bytes[32];
    q_code rc = q_model_open_bytes(c->model, &o, &m, err);

    if (!rc)
        rc = q_model_save(m, path, &stats, err);
    if (!rc)
        printf("%s: %s\n", path, cli_bytes_text((double)stats.file_bytes, bytes));
    q_model_unref(m);
    return rc;
}

static q_code options_read(const cli_calibration *c, q_calibrate_options *o, q_err *err)
{
    char *end = NULL;

    if (c->method && !q_calibrate_method(q_str_of(c->method), o))
        return q_err_set(err, Q_INVALID, "--method is %s", c->method);
    if (!c->bound)
        return Q_OK;
    o->bound = strtod(c->bound, &end);
    if (end == c->bound || *end || !(o->bound > 0 && o->bound <= 1))
        return q_err_set(err, Q_INVALID, "--bound is %s; wanted a part of 1, e.g. 0.05", c->bound);
    return Q_OK;
}

int cli_model_calibrate(const char *in, const char *out, const cli_calibration *c)
{
    q_model_options plain = {.plain = true};
    q_calibrate_options o = {0};
    q_calibration result = {0};
    q_arena *a = q_arena_new((size_t)4 << 30);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    q_sample *samples = NULL;
    q_model *m = NULL;
    size_t count = 0;
    q_err err;
    q_code rc = a ? options_read(c, &o, &err) : q_err_nomem(&err);

    if (!rc)
        rc = q_model_open(in, &plain, &m, &err);
    if (!rc)
        rc = q_samples_read(c->folder, m, SAMPLES, a, &samples, &count, &err);
    if (!rc)
        rc = q_team_new(processors > 1 ? (size_t)processors : 1, &o.team, &err);
    if (!rc)
        rc = q_calibrate(in, samples, count, &o, &result, &err);
    if (!rc)
        rc = report(&result, a, &err);
    if (!rc)
        rc = save(&result, out, &err);
    q_calibration_clear(&result);
    q_team_free(o.team);
    q_model_unref(m);
    q_arena_free(a);
    if (rc)
        cli_error("%s", err.msg);
    return rc ? CLI_FAILED : CLI_OK;
}
