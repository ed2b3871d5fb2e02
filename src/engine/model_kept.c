#include "engine/model_kept.h"

#include "engine/kernel.h"
#include "engine/model_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char kept_key[] = "quern.kept";

enum { WORK = 64 << 10 };

/* What a kept file of the model at `path` has to say of itself. */
static q_str origin(q_arena *a, const char *path, const q_model_options *o, q_err *err)
{
    q_str none = {NULL, 0}, out;
    struct stat st;

    if (stat(path, &st) < 0) {
        (void)q_err_errno(err, "model %s: open", path);
        return none;
    }
    out = q_str_printf(a, "%" PRIdMAX " bytes of %" PRIdMAX ".%09ld in %s for %d by %s",
                       (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                       q_precision_name(o->precision), (int)kernel__isa(), model__stamp);
    if (!out.p)
        (void)q_err_nomem(err);
    return out;
}

/* The kept model, or NULL: whatever is wrong with it, it can be made again. */
static q_model *take(const char *kept, q_str from)
{
    q_model *m = NULL;
    q_str value;

    if (q_model_open(kept, NULL, &m, NULL))
        return NULL;
    if (!q_model_about(m).file || !q_model_metadata(m, q_str_of(kept_key), &value) ||
        !q_str_eq(value, from)) {
        q_model_unref(m);
        return NULL;
    }
    return m;
}

static bool keep(const q_model *m, const char *kept, q_str from, q_arena *a)
{
    q_model_facts facts = q_model_about(m);
    size_t n = facts.onnx->metadata_count;
    onnx_entry *entries = q_arena_array(a, n + 1, sizeof *entries);

    if (!entries)
        return false;
    if (n)
        memcpy(entries, facts.onnx->metadata, n * sizeof *entries);
    entries[n] = (onnx_entry){q_str_of(kept_key), from};
    return model_file__write(kept, facts.onnx->graph, facts.precision, entries, n + 1, NULL,
                             NULL) == Q_OK;
}

q_code q_model_open_kept(const char *path, const char *kept, const q_model_options *options,
                         q_model **out, q_err *err)
{
    q_model_options o = options ? *options : (q_model_options){0};
    q_arena *a = q_arena_new(WORK);
    q_str from = a ? origin(a, path, &o, err) : (q_str){NULL, 0};
    q_model *m = NULL, *made;
    q_code rc = Q_OK;

    if (!from.p) {
        q_arena_free(a);
        return q_model_open(path, &o, out, err);
    }
    m = take(kept, from);
    if (!m) {
        rc = q_model_open(path, &o, &m, err);
        if (!rc && !q_model_about(m).file && keep(m, kept, from, a)) {
            made = take(kept, from);
            if (made) {
                q_model_unref(m); /* the mapped one takes less memory */
                m = made;
            }
        }
    }
    if (!rc)
        *out = m;
    q_arena_free(a);
    return rc;
}
