#include "work/function.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "work/runtime.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_REGISTERED = 16, MAX_DEFINITION = 16384, MAX_TIMEOUT_MS = 900000, PAGE = 100 };

#define SPACE Q_STR("function")

/* A function in this process. */
typedef struct registered {
    const char *name;
    q_function_fn fn;
    void *ctx;
} registered;

/* A function with processes. A changed definition retires its entry: the last
 * caller that still uses it frees it.
 */
typedef struct entry {
    struct entry *next;
    char name[65];
    int64_t version; /* of the definition's record */
    runtime *runtime;
    size_t users; /* under mu */
    bool retired; /* under mu; not in the list any more */
} entry;

struct q_functions {
    q_catalog *catalog;
    char *endpoint_url, *access_key, *secret_key, *region;
    registered registered[MAX_REGISTERED]; /* complete before requests come */
    size_t registered_count;
    pthread_mutex_t mu;
    entry *entries; /* under mu */
    bool closing;   /* under mu */
};

q_code q_functions_new(const q_functions_config *config, q_functions **out, q_err *err)
{
    q_functions *f = calloc(1, sizeof *f);

    if (!f)
        return q_err_nomem(err);
    pthread_mutex_init(&f->mu, NULL);
    f->catalog = config->catalog;
    f->endpoint_url = strdup(config->endpoint_url);
    f->access_key = strdup(config->access_key);
    f->secret_key = strdup(config->secret_key);
    f->region = strdup(config->region);
    if (!f->endpoint_url || !f->access_key || !f->secret_key || !f->region) {
        q_functions_free(f);
        return q_err_nomem(err);
    }
    *out = f;
    return Q_OK;
}

static void entry_free(entry *e)
{
    if (!e)
        return;
    runtime__free(e->runtime);
    free(e);
}

static bool is_busy(q_functions *f)
{
    bool busy = false;

    pthread_mutex_lock(&f->mu);
    f->closing = true;
    for (const entry *e = f->entries; e; e = e->next)
        busy = busy || e->users;
    pthread_mutex_unlock(&f->mu);
    return busy;
}

void q_functions_stop(q_functions *f, unsigned ms)
{
    int64_t until = q_monotonic_ns() + ms * 1000000LL;

    if (!f)
        return;
    while (is_busy(f) && q_monotonic_ns() < until)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    pthread_mutex_lock(&f->mu);
    for (entry *e = f->entries; e; e = e->next)
        runtime__stop(e->runtime);
    pthread_mutex_unlock(&f->mu);
}

void q_functions_free(q_functions *f)
{
    if (!f)
        return;
    while (f->entries) {
        entry *e = f->entries;

        f->entries = e->next;
        entry_free(e);
    }
    pthread_mutex_destroy(&f->mu);
    free(f->endpoint_url);
    free(f->access_key);
    if (f->secret_key)
        explicit_bzero(f->secret_key, strlen(f->secret_key));
    free(f->secret_key);
    free(f->region);
    free(f);
}

/* ---- definitions ------------------------------------------------------- */

static bool name_valid(q_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!q_is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
            return false;
    return name.n >= 1 && name.n <= 64;
}

static q_code spec_check(q_arena *a, const q_function_spec *spec, q_err *err)
{
    q_str program = q_str_printf(a, "%.*s/bootstrap", Q_ARG(spec->folder));

    if (!name_valid(spec->name))
        return q_err_set(err, Q_INVALID,
                         "function name \"%.*s\": 1 to 64 letters, digits, - and _ are allowed",
                         Q_ARG(spec->name));
    if (!q_str_starts(spec->folder, Q_STR("/")))
        return q_err_set(err, Q_INVALID, "function folder %.*s is no absolute path",
                         Q_ARG(spec->folder));
    if (!program.p)
        return q_err_nomem(err);
    if (access(program.p, X_OK))
        return q_err_errno(err, "%s", program.p);
    if (spec->timeout_ms < 1 || spec->timeout_ms > MAX_TIMEOUT_MS)
        return q_err_set(err, Q_INVALID, "function time limit %d ms; 1 to %d", spec->timeout_ms,
                         MAX_TIMEOUT_MS);
    if (spec->prefix.n && !spec->bucket.n)
        return q_err_set(err, Q_INVALID, "prefix %.*s is without a bucket", Q_ARG(spec->prefix));
    return Q_OK;
}

q_code q_function_put(q_catalog *c, const q_function_spec *spec, int64_t now_ms, q_err *err)
{
    q_arena *a = q_arena_new(1 << 20);
    q_buf json = q_buf_init(a, MAX_DEFINITION);
    q_value *map;
    q_str text;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = spec_check(a, spec, err);
    if (rc)
        goto done;
    map = q_value_map(a);
    q_map_str(map, Q_STR("folder"), spec->folder);
    q_map_str(map, Q_STR("bucket"), spec->bucket);
    q_map_str(map, Q_STR("prefix"), spec->prefix);
    q_map_str(map, Q_STR("topic"), spec->topic);
    q_map_int(map, Q_STR("timeout_ms"), spec->timeout_ms);
    q_json_write(&json, map);
    rc = q_buf_finish(&json, &text, err);
    if (!rc)
        rc = q_record_put(c, SPACE, spec->name, text, now_ms, 0, err);
done:
    q_arena_free(a);
    return rc;
}

static q_code spec_read(q_arena *a, const q_record *record, q_function_spec *out, q_err *err)
{
    q_value *map = NULL;
    q_code rc = q_json_parse(a, record->value, &map, err);

    if (rc)
        return q_err_add(err, rc, "function %.*s", Q_ARG(record->key));
    *out = (q_function_spec){.name = record->key,
                             .folder = q_value_str(map, Q_STR("folder"), Q_STR("")),
                             .bucket = q_value_str(map, Q_STR("bucket"), Q_STR("")),
                             .prefix = q_value_str(map, Q_STR("prefix"), Q_STR("")),
                             .topic = q_value_str(map, Q_STR("topic"), Q_STR("")),
                             .timeout_ms = (int)q_value_int(map, Q_STR("timeout_ms"), 60000)};
    return Q_OK;
}

q_code q_function_list(q_catalog *c, q_arena *a, q_function_spec **out, size_t *count, q_err *err)
{
    q_function_spec *specs = NULL;
    size_t n = 0, cap = 0, got = PAGE;
    q_str after = Q_STR("");
    q_code rc = Q_OK;

    while (!rc && got == PAGE) {
        q_record *records = NULL;

        rc = q_record_list(c, SPACE, after, PAGE, q_now_ms(), a, &records, &got, err);
        if (!rc && q_arena_grow(a, &specs, &cap, n + got, sizeof *specs))
            rc = q_err_nomem(err);
        for (size_t i = 0; i < got && !rc; i++)
            rc = spec_read(a, &records[i], &specs[n++], err);
        if (!rc && got)
            after = records[got - 1].key;
    }
    *out = specs;
    *count = n;
    return rc;
}

q_code q_function_register(q_functions *f, const char *name, q_function_fn fn, void *ctx,
                           q_err *err)
{
    if (f->registered_count == MAX_REGISTERED)
        return q_err_set(err, Q_LIMIT, "more than %d functions in this process", MAX_REGISTERED);
    f->registered[f->registered_count++] = (registered){name, fn, ctx};
    return Q_OK;
}

/* ---- calling ----------------------------------------------------------- */

/* The name in NAME, NAME:ALIAS or arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]. */
static q_str name_of(q_str text)
{
    q_str head;

    if (q_str_starts(text, Q_STR("arn:")))
        for (int i = 0; i < 6; i++)
            q_str_cut(text, ':', &head, &text);
    q_str_cut(text, ':', &head, &text);
    return head;
}

static q_code entry_new(q_functions *f, q_arena *a, const q_record *record, entry **out, q_err *err)
{
    runtime_config config = {.endpoint_url = f->endpoint_url,
                             .access_key = f->access_key,
                             .secret_key = f->secret_key,
                             .region = f->region};
    q_function_spec spec = {.timeout_ms = 0};
    q_code rc = spec_read(a, record, &spec, err);
    entry *e = rc ? NULL : calloc(1, sizeof *e);

    if (rc)
        return rc;
    if (!e)
        return q_err_nomem(err);
    snprintf(e->name, sizeof e->name, "%.*s", Q_ARG(spec.name));
    e->version = record->version;
    config.name = spec.name;
    config.folder = spec.folder;
    config.timeout_ms = spec.timeout_ms;
    rc = runtime__new(&config, &e->runtime, err);
    if (rc) {
        free(e);
        return rc;
    }
    *out = e;
    return Q_OK;
}

static void entry_leave(q_functions *f, entry *e)
{
    bool last;

    pthread_mutex_lock(&f->mu);
    last = --e->users == 0 && e->retired;
    pthread_mutex_unlock(&f->mu);
    if (last)
        entry_free(e);
}

/* Under mu: the entry of this name, out of the list when it is outdated. */
static entry *entry_find(q_functions *f, q_str name, int64_t version, entry **outdated)
{
    for (entry **at = &f->entries; *at; at = &(*at)->next) {
        entry *e = *at;

        if (!q_str_is(name, e->name))
            continue;
        if (e->version >= version)
            return e;
        *at = e->next;
        e->retired = true;
        *outdated = e->users ? NULL : e;
        return NULL;
    }
    return NULL;
}

/* The running function of this definition, used by one more caller. */
static q_code entry_enter(q_functions *f, q_arena *a, const q_record *record, entry **out,
                          q_err *err)
{
    entry *outdated = NULL, *e;
    q_code rc = Q_OK;

    pthread_mutex_lock(&f->mu);
    e = entry_find(f, record->key, record->version, &outdated);
    if (f->closing) {
        rc = q_err_set(err, Q_CANCELLED, "function %.*s: the server is stopping",
                       Q_ARG(record->key));
        e = NULL;
    } else if (!e) {
        rc = entry_new(f, a, record, &e, err);
        if (e) {
            e->next = f->entries;
            f->entries = e;
        }
    }
    if (e)
        e->users++;
    *out = e;
    pthread_mutex_unlock(&f->mu);
    entry_free(outdated);
    return rc;
}

q_code q_function_invoke(q_functions *f, q_str name, q_str event, q_arena *a, q_str *result,
                         q_err *err)
{
    return q_function_invoke_within(f, name, event, 0, a, result, err);
}

q_code q_function_invoke_within(q_functions *f, q_str name, q_str event, int limit_ms, q_arena *a,
                                q_str *result, q_err *err)
{
    int64_t start = q_monotonic_ns();
    q_str plain = name_of(name);
    entry *e = NULL;
    q_err own;
    q_record record;
    q_code rc;

    if (!err)
        err = &own;
    for (size_t i = 0; i < f->registered_count; i++)
        if (q_str_is(plain, f->registered[i].name))
            return f->registered[i].fn(f->registered[i].ctx, event, a, result, err);
    rc = q_record_get(f->catalog, SPACE, plain, q_now_ms(), a, &record, err);
    if (rc == Q_NOTFOUND)
        return q_err_set(err, Q_NOTFOUND, "there is no function %.*s", Q_ARG(name));
    if (!rc)
        rc = entry_enter(f, a, &record, &e, err);
    if (rc)
        return rc;
    rc = runtime__invoke(e->runtime, event, limit_ms, a, result, err);
    entry_leave(f, e);
    q_log(rc ? Q_LOG_WARN : Q_LOG_INFO, "invoke", "name=%.*s ms=%.1f%s%s", Q_ARG(plain),
          (double)(q_monotonic_ns() - start) / 1e6, rc ? " failed: " : "", rc ? err->msg : "");
    return rc;
}
