#include "wire/gateway.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "wire/route.h"
#include "wire/transaction.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the table of handlers ---- */

static q_code service_add(q_gateway *g, const q_service *s, q_err *err)
{
    const q_api *api = q_api_find(q_str_of(s->name));
    size_t at = 0;

    if (!api)
        return q_err_set(err, Q_INVALID, "service %s: no such API", s->name);
    while (q_apis[at] != api)
        at++;
    assert(g->handlers[at]);
    for (size_t i = 0; i < s->count; i++) {
        const q_handler *h = &s->handlers[i];
        const q_api_operation *op = q_api_operation_find(api, q_str_of(h->operation));

        if (!op)
            return q_err_set(err, Q_INVALID, "service %s: no operation %s", s->name, h->operation);
        g->handlers[at][op - api->operations] = h;
    }
    return Q_OK;
}

static q_code handlers_make(q_gateway *g, q_err *err)
{
    q_code rc = Q_OK;

    while (q_apis[g->api_count])
        g->api_count++;
    g->handlers = calloc(g->api_count + 1, sizeof *g->handlers);
    for (size_t i = 0; g->handlers && i < g->api_count; i++) {
        g->handlers[i] = calloc(q_apis[i]->operation_count + 1, sizeof **g->handlers);
        if (!g->handlers[i])
            return q_err_nomem(err);
    }
    if (!g->handlers)
        return q_err_nomem(err);
    for (const q_service *const *s = g->config.services; !rc && s && *s; s++)
        rc = service_add(g, *s, err);
    return rc;
}

static q_code domains_make(q_gateway *g, q_err *err)
{
    size_t n = 0, k = 0;

    while (g->config.domains && g->config.domains[n])
        n++;
    g->domains = calloc(n + 3, sizeof *g->domains);
    if (!g->domains)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        g->domains[k++] = g->config.domains[i];
    g->domains[k++] = "localhost";
    if (gethostname(g->machine, sizeof g->machine - 1) == 0 && g->machine[0])
        g->domains[k++] = g->machine;
    return Q_OK;
}

q_code q_gateway_new(const q_gateway_config *config, q_gateway **out, q_err *err)
{
    q_gateway *g = calloc(1, sizeof *g);
    q_code rc;

    if (!g)
        return q_err_nomem(err);
    g->config = *config;
    g->config.body_limit = config->body_limit ? config->body_limit : 16 << 20;
    g->config.form_limit = config->form_limit ? config->form_limit : 2 << 20;
    g->config.buffered_limit = config->buffered_limit ? config->buffered_limit : 1 << 30;
    g->keys = q_sign_keys_new();
    rc = g->keys ? handlers_make(g, err) : q_err_nomem(err);
    if (!rc)
        rc = domains_make(g, err);
    if (!rc) {
        *out = g;
        g = NULL;
    }
    q_gateway_free(g);
    return rc;
}

void q_gateway_free(q_gateway *g)
{
    if (!g)
        return;
    for (size_t i = 0; g->handlers && i < g->api_count; i++)
        free(g->handlers[i]);
    free(g->handlers);
    free(g->domains);
    q_sign_keys_free(g->keys);
    free(g);
}

/* ---- what the server calls ---- */

static void refuse_bare(q_exchange *x)
{
    q_reply reply;

    q_reply_init(&reply, q_exchange_arena(x));
    reply.status = 503;
    q_exchange_reply(x, &reply);
}

static void on_begin(void *ctx, q_exchange *x)
{
    q_gateway *g = ctx;
    transaction *t = q_arena_alloc(q_exchange_arena(x), sizeof *t);

    if (!t || !q_uuid(t->request_id)) {
        refuse_bare(x);
        return;
    }
    t->gateway = g;
    t->exchange = x;
    t->arena = q_exchange_arena(x);
    t->request = *q_exchange_request(x);
    t->path = t->request.path;
    t->call.file = -1;
    t->call.now_ms = g->config.now_ms ? g->config.now_ms(g->config.now_ctx) : q_now_ms();
    q_exchange_set_state(x, t);
    transaction__head(t);
}

static void on_body(void *ctx, q_exchange *x, q_str bytes)
{
    (void)ctx;
    transaction__body(q_exchange_state(x), bytes);
}

static void on_end(void *ctx, q_exchange *x)
{
    (void)ctx;
    transaction__end(q_exchange_state(x));
}

static void on_gone(void *ctx, q_exchange *x, bool sent)
{
    transaction *t = q_exchange_state(x);
    q_gateway *g = ctx;

    if (!t)
        return;
    transaction__log(t, sent);
    atomic_fetch_sub(&g->buffered, t->buffered);
    q_buf_clear(&t->body);
    q_fd_close(t->call.file);
}

q_server_handler q_gateway_handler(q_gateway *g)
{
    return (q_server_handler){
        .begin = on_begin, .body = on_body, .end = on_end, .gone = on_gone, .ctx = g};
}
