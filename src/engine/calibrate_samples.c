/* Samples from a folder of NumPy arrays. */
#include "engine/calibrate.h"

#include "base/file.h"
#include "engine/npy.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_LIMIT ((size_t)1 << 30)
#define ENTRIES 65536

typedef struct listing {
    q_arena *arena;
    char **names;
    size_t count, cap;
} listing;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static q_code list(const char *folder, listing *l, q_err *err)
{
    DIR *d = opendir(folder);
    const struct dirent *e;
    q_code rc = d ? Q_OK : q_err_errno(err, "open %s", folder);

    while (!rc && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        if (l->count == ENTRIES)
            rc = q_err_set(err, Q_LIMIT, "%s has more than %d entries", folder, ENTRIES);
        else if (q_arena_grow(l->arena, &l->names, &l->cap, l->count + 1, sizeof *l->names))
            rc = q_err_nomem(err);
        else if (!(l->names[l->count++] = q_str_cstr(l->arena, q_str_of(e->d_name))))
            rc = q_err_nomem(err);
    }
    if (d)
        closedir(d);
    if (!rc && l->count)
        qsort(l->names, l->count, sizeof *l->names, by_name);
    return rc;
}

static void clear(void *t)
{
    q_tensor_clear(t, NULL);
}

static q_code array_read(const char *path, q_arena *a, q_tensor *out, q_err *err)
{
    q_arena *file = q_arena_new(FILE_LIMIT + 4096);
    q_str bytes;
    q_code rc = file ? q_file_read(file, path, FILE_LIMIT, &bytes, err) : q_err_nomem(err);

    if (!rc)
        rc = q_npy_read(bytes, NULL, out, err);
    if (!rc && q_arena_defer(a, clear, out))
        rc = q_err_nomem(err);
    q_arena_free(file);
    return rc ? q_err_add(err, rc, "%s", path) : Q_OK;
}

/* NAME.npy, or a folder with an array for each input. */
static q_code sample_read(const char *path, bool folder, const q_model *m, q_arena *a, q_sample *s,
                          q_err *err)
{
    size_t inputs = q_model_input_count(m), i;
    q_tensor *in = q_arena_array(a, inputs, sizeof *in);
    q_code rc = in ? Q_OK : q_err_nomem(err);

    if (!rc && !folder && inputs != 1)
        rc = q_err_set(err, Q_INVALID,
                       "%s is one array; the model has %zu inputs, which want a "
                       "folder each run",
                       path, inputs);
    for (i = 0; i < inputs && !rc; i++) {
        q_str file = q_str_printf(a, "%s/%.*s.npy", path, Q_ARG(q_model_input(m, i).name));

        rc = file.p ? array_read(folder ? file.p : path, a, &in[i], err) : q_err_nomem(err);
    }
    *s = (q_sample){in, inputs};
    return rc;
}

q_code q_samples_read(const char *folder, const q_model *m, size_t cap, q_arena *a, q_sample **out,
                      size_t *count, q_err *err)
{
    listing l = {.arena = a};
    size_t i;
    q_code rc = list(folder, &l, err);

    *count = 0;
    *out = rc ? NULL : q_arena_array(a, l.count + 1, sizeof **out);
    if (!rc && !*out)
        rc = q_err_nomem(err);
    for (i = 0; i < l.count && *count < cap && !rc; i++) {
        q_str path = q_str_printf(a, "%s/%s", folder, l.names[i]);
        struct stat st;
        bool is_folder;

        if (!path.p || stat(path.p, &st))
            return path.p ? q_err_errno(err, "stat %s", path.p) : q_err_nomem(err);
        is_folder = S_ISDIR(st.st_mode);
        if (is_folder || q_str_ends(path, Q_STR(".npy")))
            rc = sample_read(path.p, is_folder, m, a, &(*out)[(*count)++], err);
    }
    if (!rc && *count == 0)
        rc = q_err_set(err, Q_INVALID, "%s has no .npy arrays", folder);
    return rc;
}
