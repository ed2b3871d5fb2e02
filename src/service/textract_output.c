/* OutputConfig: a job's result as objects of the caller's bucket. */
#include "service/textract_job.h"

#include "base/json.h"
#include "service/made.h"

enum { PIECE_BYTES = 256 << 20 };

q_code textract__output_of(const q_value *request, q_str job, q_arena *a, textract_output *out,
                           q_err *err)
{
    const q_value *config = q_value_get(request, Q_STR("OutputConfig"));
    q_str prefix = q_value_str(config, Q_STR("S3Prefix"), Q_STR("textract_output"));

    *out = (textract_output){.bucket = q_value_str(config, Q_STR("S3Bucket"), Q_STR(""))};
    while (q_str_ends(prefix, Q_STR("/")))
        prefix.n--;
    out->folder = q_str_printf(a, "%.*s/%.*s", Q_ARG(prefix), Q_ARG(job));
    return out->folder.p ? Q_OK : q_err_nomem(err);
}

static q_code put(q_app *app, const textract_output *to, q_str name, q_str bytes, q_arena *a,
                  q_err *err)
{
    q_made made = {.bucket = to->bucket,
                   .key = q_str_printf(a, "%.*s/%.*s", Q_ARG(to->folder), Q_ARG(name)),
                   .type = "application/json"};

    return made.key.p ? q_made_put(app, &made, bytes, err) : q_err_nomem(err);
}

q_code textract__output_check(q_app *app, const textract_output *to, q_err *err)
{
    q_arena *a = q_arena_new(1 << 16);
    q_code rc = a ? put(app, to, Q_STR(".s3_access_check"), Q_STR(""), a, err) : q_err_nomem(err);

    q_arena_free(a);
    return rc;
}

/* As Get... replies, with the members that it leaves out as null. */
static q_code write_piece(q_app *app, const textract_output *to, const textract_kind *kind,
                          q_str job, const q_value *result, size_t number, q_arena *a, q_err *err)
{
    static const char *const optional[] = {"NextToken", "StatusMessage", "Warnings"};
    q_buf b = q_buf_init(a, PIECE_BYTES);
    q_value *reply = q_value_map(a);
    q_str text;
    q_code rc;

    q_map_str(reply, Q_STR("JobStatus"), textract__status(result));
    rc = textract__result(app->catalog, kind, job, result, number * kind->most, kind->most, reply,
                          err);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        if (!q_value_get(reply, q_str_of(optional[i])))
            q_map_null(reply, q_str_of(optional[i]));
    q_json_write(&b, reply);
    rc = q_value_ok(reply, err);
    if (!rc)
        rc = q_buf_finish(&b, &text, err);
    return rc ? rc : put(app, to, q_str_printf(a, "%zu", number + 1), text, a, err);
}

q_code textract__output_write(q_app *app, const textract_output *to, const textract_kind *kind,
                              q_str job, const q_value *result, q_err *err)
{
    size_t items = (size_t)q_value_int(result, Q_STR("Items"), 0);
    q_code rc = Q_OK;

    for (size_t i = 0; (i == 0 || i * kind->most < items) && !rc; i++) {
        q_arena *a = q_arena_new((size_t)2 * PIECE_BYTES);

        rc = a ? write_piece(app, to, kind, job, result, i, a, err) : q_err_nomem(err);
        q_arena_free(a);
    }
    return rc ? q_err_add(err, rc, "write the output to bucket %.*s", Q_ARG(to->bucket)) : Q_OK;
}
