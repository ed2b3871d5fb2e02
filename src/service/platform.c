#include "service/platform.h"

#include "base/clock.h"
#include "base/file.h"
#include "net/server.h"
#include "service/comprehend_learn.h"
#include "service/comprehend_model.h"
#include "service/lex_archive.h"
#include "service/lex_bots.h"
#include "service/lex_build.h"
#include "service/notices.h"
#include "service/pages.h"
#include "service/picture.h"
#include "service/reader.h"
#include "service/sagemaker.h"
#include "service/search.h"
#include "service/searchable_rule.h"
#include "service/services.h"
#include "service/textract.h"
#include "service/uploads.h"
#include "service/visitors.h"
#include "store/credentials.h"
#include "store/object.h"
#include "store/temporary.h"
#include "wire/gateway.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUERIES = 200 }; /* of one document, unless configured */

struct q_platform {
    q_platform_config config;
    q_app app;
    q_temporary_keys *temporary;
    q_gateway *gateway;
    q_server *server;
    char endpoint[128];
};

/* Calls wait, so there are more threads for them than processors; and more of
 * those that wait for a model, which answers many at once.
 */
static size_t compute_threads(q_waits waits)
{
    return waits == Q_WAITS_MODEL ? 64 : 4 * q_cpu_count() + 4;
}

static q_code rooms_open(q_platform *p, q_err *err)
{
    const char *dir = p->config.data_dir;
    q_app *app = &p->app;
    q_code rc = q_dir_make(dir, 0700, err);

    if (!rc)
        rc = q_credentials_open(dir, &p->app.credentials, err);
    if (!rc)
        rc = q_temporary_keys_open(dir, &p->temporary, err);
    if (!rc)
        rc = q_visitors_new(p->config.visitors, p->temporary, &app->visitors, err);
    if (!rc)
        rc = q_catalog_open(dir, &app->catalog, err);
    if (!rc)
        rc = q_objects_open(dir, app->catalog, &app->objects, err);
    if (!rc)
        rc = q_events_new(&app->events, err);
    if (!rc)
        rc = q_reader_workers_new(q_cpu_count(), p->config.recogniser, &app->workers, err);
    if (!rc)
        rc = q_picture_workers_new(q_cpu_count(), &app->pictures, err);
    if (!rc)
        rc = q_searchable_workers_new(q_cpu_count() + 2, &app->writers, err);
    if (!rc)
        rc = q_archive_workers_new(q_cpu_count(), &app->archives, err);
    if (!rc)
        rc = q_jobs_new(app->catalog, q_cpu_count() + 2, &app->jobs, err);
    if (!rc)
        rc = q_language_open(&app->language, err);
    if (!rc)
        rc = q_bots_new(&app->bots, err);
    if (!rc)
        rc = q_bots_adopt(app->catalog, q_now_ms(), err);
    if (!rc)
        rc = q_hosts_new(&app->hosts, err);
    if (!rc)
        rc = q_learners_new(&app->learners, err);
    if (!rc)
        rc = q_comprehend_new(&app->comprehend, err);
    if (!rc)
        rc = q_endpoints_new(&app->endpoints, err);
    for (size_t i = 0; i < Q_WAITS_KINDS && !rc; i++)
        rc = q_pool_new(compute_threads((q_waits)i), &app->compute[i], err);
    return rc;
}

q_code q_platform_open(const q_platform_config *config, q_platform **out, q_err *err)
{
    q_platform *p = calloc(1, sizeof *p);
    q_code rc;

    if (!p)
        return q_err_nomem(err);
    p->config = *config;
    p->app.data_dir = config->data_dir;
    p->app.document_bytes = config->document_bytes;
    p->app.limits.document = q_document_default_limits;
    if (config->pages)
        p->app.limits.document.max_pages = config->pages;
    p->app.limits.queries = config->queries ? config->queries : QUERIES;
    snprintf(p->app.account, sizeof p->app.account, "000000000000");
    rc = rooms_open(p, err);
    if (rc) {
        q_platform_close(p, 0);
        return rc;
    }
    *out = p;
    return Q_OK;
}

static bool secret_of(void *ctx, q_str access_key, q_arena *a, q_str *secret)
{
    (void)a;
    return q_credentials_secret(ctx, access_key, secret);
}

static q_sign_fault temporary_of(void *ctx, q_str access_key, q_str token, int64_t now_ms,
                                 q_arena *a, q_str *secret, q_str *visitor, q_err *err)
{
    q_temporary_key key;
    q_code rc = q_temporary_key_read(ctx, access_key, token, now_ms, a, &key, err);

    if (rc)
        return rc == Q_DENIED ? Q_SIGN_OLD_TOKEN : Q_SIGN_BAD_TOKEN;
    *secret = key.secret;
    *visitor = key.subject;
    return Q_SIGN_OK;
}

static bool page_reply(void *ctx, const q_request *req, q_reply *reply)
{
    const q_page_file *file = q_page_wanted(req);

    (void)ctx;
    return file && q_page_reply(file, req, reply) == Q_OK;
}

/* A body holds a document in base64. What is somewhat larger than allowed is
 * still taken, so that the service can say what is wrong with it.
 */
static size_t body_limit(const q_platform *p)
{
    size_t most = p->config.document_bytes, usual = (size_t)32 << 20;

    return most > usual / 2 ? 2 * most : usual;
}

static q_code gateway_open(q_platform *p, q_err *err)
{
    static const q_service *const services[] = {
        &q_service_s3,
        &q_service_sts,
        &q_service_cognito_identity,
        &q_service_textract,
        &q_service_comprehend,
        &q_service_lex_models,
        &q_service_lex_runtime,
        &q_service_lexv2_runtime,
        &q_service_sagemaker,
        &q_service_sagemaker_runtime,
        &q_service_quern,
        NULL,
    };
    q_gateway_config config = {
        .services = services,
        .app = &p->app,
        .account = p->app.account,
        .secret = secret_of,
        .secret_ctx = p->app.credentials,
        .temporary = temporary_of,
        .temporary_ctx = p->temporary,
        .page = page_reply,
        .body_limit = body_limit(p),
    };

    for (size_t i = 0; i < Q_WAITS_KINDS; i++)
        config.compute[i] = p->app.compute[i];
    return q_gateway_new(&config, &p->gateway, err);
}

/* Functions call this server, so they are set up once its address is known
 * and before the first request can reach them.
 */
static q_code on_listening(void *ctx, const q_server *s, q_err *err)
{
    q_platform *p = ctx;
    q_functions_config functions = {
        .catalog = p->app.catalog,
        .endpoint_url = p->endpoint,
        .access_key = q_credentials_root(p->app.credentials),
        .secret_key = q_credentials_root_secret(p->app.credentials),
        .region = "us-east-1",
    };
    q_code rc;

    snprintf(p->endpoint, sizeof p->endpoint, "%s://%s", p->config.tls_cert ? "https" : "http",
             q_server_address(s));
    rc = q_functions_new(&functions, &p->app.functions, err);
    if (!rc)
        rc = q_uploads_start(&p->app, err);
    if (!rc)
        rc = q_searchable_start(&p->app, err);
    if (!rc)
        rc = q_notices_start(&p->app, err);
    if (!rc)
        rc = q_textract_register(&p->app, err);
    if (!rc)
        rc = q_comprehend_register(&p->app, err);
    if (!rc)
        rc = lex__build_register(&p->app, err);
    if (!rc)
        rc = lex__import_register(&p->app, err);
    if (!rc)
        rc = q_search_register(&p->app, err);
    if (!rc)
        rc = q_endpoints_start(&p->app, err);
    return rc ? rc : q_jobs_start(p->app.jobs, err);
}

q_code q_platform_serve(q_platform *p, const char **endpoint, q_err *err)
{
    q_server_config config = {
        .address = p->config.address,
        .port = p->config.port,
        .tls_cert = p->config.tls_cert,
        .tls_key = p->config.tls_key,
    };
    q_code rc = gateway_open(p, err);

    if (rc)
        return rc;
    config.handler = q_gateway_handler(p->gateway);
    config.listening = on_listening;
    config.listening_ctx = p;
    rc = q_server_new(&config, &p->server, err);
    if (!rc)
        *endpoint = p->endpoint;
    return rc;
}

void q_platform_close(q_platform *p, unsigned drain_ms)
{
    int64_t start = q_monotonic_ns(), used_ms;

    if (!p)
        return;
    q_jobs_stop(p->app.jobs);
    q_server_drain(p->server, drain_ms);
    q_workers_stop(p->app.workers); /* jobs that read are run again at the next start */
    used_ms = (q_monotonic_ns() - start) / 1000000;
    q_functions_stop(p->app.functions, used_ms < drain_ms ? drain_ms - (unsigned)used_ms : 0);
    q_server_free(p->server, 0);
    q_jobs_free(p->app.jobs);
    q_functions_free(p->app.functions);
    for (size_t i = 0; i < Q_WAITS_KINDS; i++)
        q_pool_free(p->app.compute[i]);
    q_gateway_free(p->gateway);
    q_endpoints_free(p->app.endpoints);
    q_workers_free(p->app.hosts);
    q_comprehend_free(p->app.comprehend);
    q_workers_free(p->app.learners);
    q_bots_free(p->app.bots);
    q_language_free(p->app.language);
    q_events_free(p->app.events);
    q_workers_free(p->app.pictures);
    q_workers_free(p->app.archives);
    q_workers_free(p->app.writers);
    q_workers_free(p->app.workers);
    q_objects_close(p->app.objects);
    q_catalog_close(p->app.catalog);
    q_visitors_free(p->app.visitors);
    q_temporary_keys_free(p->temporary);
    q_credentials_free(p->app.credentials);
    free(p);
}

q_app *q_platform_app(q_platform *p)
{
    return &p->app;
}
