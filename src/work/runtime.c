#include "work/runtime_parts.h"

#include "base/digest.h"
#include "base/file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static q_code settings_make(runtime *r, const runtime_config *c, q_err *err)
{
    const char *const pairs[][2] = {
        {"_HANDLER", "function.handler"},
        {"LAMBDA_TASK_ROOT", r->folder},
        {"AWS_LAMBDA_FUNCTION_NAME", r->name},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_ENDPOINT_URL", c->endpoint_url},
        {"AWS_REGION", c->region},
        {"AWS_DEFAULT_REGION", c->region},
        {"AWS_ACCESS_KEY_ID", c->access_key},
        {"AWS_SECRET_ACCESS_KEY", c->secret_key},
        {"AWS_EC2_METADATA_DISABLED", "true"}, /* SDKs would look for it on the network */
        {"NO_PROXY", "127.0.0.1,localhost,::1"},
        {"no_proxy", "127.0.0.1,localhost,::1"},
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!runtime__is_setting(pairs[i][0]) && getenv(pairs[i][0])) /* the operator's own word */
            continue;
        if (asprintf(&r->settings[n], "%s=%s", pairs[i][0], pairs[i][1]) < 0) {
            r->settings[n] = NULL;
            return q_err_nomem(err);
        }
        n++;
    }
    return Q_OK;
}

q_code runtime__new(const runtime_config *config, runtime **out, q_err *err)
{
    runtime *r = calloc(1, sizeof *r);
    q_code rc = Q_OK;

    if (!r)
        return q_err_nomem(err);
    pthread_mutex_init(&r->mu, NULL);
    pthread_cond_init(&r->done, NULL);
    pthread_cond_init(&r->start, NULL);
    r->timeout_ms = config->timeout_ms;
    r->name = strndup(config->name.p, config->name.n);
    r->folder = strndup(config->folder.p, config->folder.n);
    for (size_t i = 0; i < RUNTIME_INSTANCES; i++)
        r->instances[i] = (instance){.owner = r, .wake = -1};
    if (asprintf(&r->arn, "arn:aws:lambda:%s:000000000000:function:%.*s", config->region,
                 Q_ARG(config->name)) < 0)
        r->arn = NULL;
    if (!r->name || !r->folder || !r->arn)
        rc = q_err_nomem(err);
    if (!rc)
        rc = settings_make(r, config, err);
    if (rc) {
        runtime__free(r);
        return rc;
    }
    *out = r;
    return Q_OK;
}

void runtime__stop(runtime *r)
{
    pthread_mutex_lock(&r->mu);
    r->closing = true;
    pthread_cond_broadcast(&r->start);
    for (size_t i = 0; i < r->count; i++)
        runtime__wake(&r->instances[i]);
    pthread_mutex_unlock(&r->mu);
    runtime__dispatch(r);
}

void runtime__free(runtime *r)
{
    if (!r)
        return;
    assert(!r->first);
    runtime__stop(r);
    for (size_t i = 0; i < r->count; i++) {
        pthread_join(r->instances[i].thread, NULL);
        q_fd_close(r->instances[i].wake);
    }
    for (size_t i = 0; r->settings[i]; i++)
        free(r->settings[i]);
    free(r->name);
    free(r->folder);
    free(r->arn);
    pthread_cond_destroy(&r->done);
    pthread_cond_destroy(&r->start);
    pthread_mutex_destroy(&r->mu);
    free(r);
}

q_code runtime__invoke(runtime *r, q_str event, int limit_ms, q_arena *a, q_str *result, q_err *err)
{
    invocation v = {.event = event,
                    .timeout_ms = limit_ms && limit_ms < r->timeout_ms ? limit_ms : r->timeout_ms};
    q_code rc = Q_OK;
    char *copy;

    if (event.n > RUNTIME_PAYLOAD)
        return q_err_set(err, Q_LIMIT, "an event of %zu bytes; at most %d", event.n,
                         RUNTIME_PAYLOAD);
    if (!q_uuid(v.id))
        return q_err_set(err, Q_INTERNAL, "the kernel gave no random bytes");
    pthread_mutex_lock(&r->mu);
    runtime__push(r, &v);
    pthread_mutex_unlock(&r->mu);
    runtime__dispatch(r);
    pthread_mutex_lock(&r->mu);
    while (!v.done)
        pthread_cond_wait(&r->done, &r->mu);
    pthread_mutex_unlock(&r->mu);
    if (v.err.code) {
        rc = q_err_set(err, v.err.code, "%s", v.err.msg);
    } else {
        copy = q_str_cstr(a, (q_str){v.result, v.result_n});
        *result = (q_str){copy, v.result_n};
        rc = copy ? Q_OK : q_err_nomem(err);
    }
    free(v.result);
    return rc;
}
