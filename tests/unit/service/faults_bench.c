/* The gateway and all rooms behind it, with the network room's part played
 * here: what it calls, in its order, on one thread. The linker sends the calls of
 * its functions to those named __wrap_ (--wrap); it is there itself for the
 * functions' runtime.
 */
#include "faults.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "service/comprehend_model.h"
#include "service/lex_archive.h"
#include "service/lex_bots.h"
#include "service/lex_build.h"
#include "service/picture.h"
#include "service/reader.h"
#include "service/sagemaker.h"
#include "service/searchable.h"
#include "service/services.h"
#include "service/textract.h"
#include "service/visitors.h"
#include "store/credentials.h"
#include "store/object.h"
#include "wire/gateway.h"
#include "wire/sign.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static const int64_t NOW = 1795336200000;

/* Pieces a body arrives in. */
enum { PIECE = 1000 };

struct bench {
    q_app app;
    q_gateway *gateway;
    q_temporary_keys *temporary;
    char upload[128], job[80], identity[64]; /* the latest ids */
};

/* ---- the network room's part ---- */

struct q_exchange {
    q_request request;
    q_arena *arena;
    void *state;
    q_reply reply;
    bool replied, body;
    uint64_t received;
};

const q_request *__wrap_q_exchange_request(const q_exchange *x);
q_arena *__wrap_q_exchange_arena(const q_exchange *x);
void *__wrap_q_exchange_state(const q_exchange *x);
void __wrap_q_exchange_set_state(q_exchange *x, void *state);
int64_t __wrap_q_exchange_start_ns(const q_exchange *x);
uint64_t __wrap_q_exchange_received(const q_exchange *x);
bool __wrap_q_exchange_has_body(const q_exchange *x);
void __wrap_q_exchange_later(q_exchange *x);
void __wrap_q_exchange_reply(q_exchange *x, const q_reply *reply);

const q_request *__wrap_q_exchange_request(const q_exchange *x)
{
    return &x->request;
}

q_arena *__wrap_q_exchange_arena(const q_exchange *x)
{
    return x->arena;
}

void *__wrap_q_exchange_state(const q_exchange *x)
{
    return x->state;
}

void __wrap_q_exchange_set_state(q_exchange *x, void *state)
{
    x->state = state;
}

int64_t __wrap_q_exchange_start_ns(const q_exchange *x)
{
    (void)x;
    return 0;
}

uint64_t __wrap_q_exchange_received(const q_exchange *x)
{
    return x->received;
}

bool __wrap_q_exchange_has_body(const q_exchange *x)
{
    return x->body;
}

void __wrap_q_exchange_later(q_exchange *x)
{
    (void)x;
}

void __wrap_q_exchange_reply(q_exchange *x, const q_reply *reply)
{
    CHECK(!x->replied);
    x->replied = true;
    x->reply = *reply;
}

static void exchange_run(q_exchange *x, const q_server_handler *h, q_str body)
{
    h->begin(h->ctx, x);
    while (!x->replied && body.n) {
        q_str piece = q_str_sub(body, 0, PIECE);

        x->received += piece.n;
        h->body(h->ctx, x, piece);
        body = q_str_sub(body, piece.n, body.n);
    }
    if (!x->replied)
        h->end(h->ctx, x);
    h->gone(h->ctx, x, x->replied);
}

/* ---- the rooms ---- */

static bool secret_of(void *ctx, q_str key, q_arena *a, q_str *secret)
{
    (void)ctx, (void)a;
    *secret = Q_STR(SECRET);
    return q_str_is(key, KEY);
}

static int64_t now(void *ctx)
{
    (void)ctx;
    return NOW;
}

static void bench_close(void *arg)
{
    bench *b = arg;

    q_jobs_stop(b->app.jobs);
    q_jobs_free(b->app.jobs);
    q_gateway_free(b->gateway);
    q_bots_free(b->app.bots);
    q_language_free(b->app.language);
    q_visitors_free(b->app.visitors);
    q_temporary_keys_free(b->temporary);
    q_events_free(b->app.events);
    q_endpoints_free(b->app.endpoints);
    q_comprehend_free(b->app.comprehend);
    q_workers_free(b->app.hosts);
    q_workers_free(b->app.archives);
    q_credentials_free(b->app.credentials);
    q_workers_free(b->app.writers);
    q_workers_free(b->app.pictures);
    q_workers_free(b->app.workers);
    q_objects_close(b->app.objects);
    q_catalog_close(b->app.catalog);
}

bench *bench_open(void)
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
    bench *b = q_arena_alloc(q_test_arena(), sizeof *b);
    q_app *app = &b->app;
    q_gateway_config config = {.services = services,
                               .app = app,
                               .account = app->account,
                               .secret = secret_of,
                               .now_ms = now};

    app->data_dir = q_test_dir();
    snprintf(app->account, sizeof app->account, "000000000000");
    CHECK_EQ(q_arena_defer(q_test_arena(), bench_close, b), Q_OK);
    CHECK_EQ(q_catalog_open(app->data_dir, &app->catalog, NULL), Q_OK);
    CHECK_EQ(q_objects_open(app->data_dir, app->catalog, &app->objects, NULL), Q_OK);
    CHECK_EQ(q_events_new(&app->events, NULL), Q_OK);
    CHECK_EQ(q_reader_workers_new(1, "tesseract", &app->workers, NULL), Q_OK);
    CHECK_EQ(q_picture_workers_new(1, &app->pictures, NULL), Q_OK);
    CHECK_EQ(q_searchable_workers_new(1, &app->writers, NULL), Q_OK);
    CHECK_EQ(q_archive_workers_new(1, &app->archives, NULL), Q_OK);
    CHECK_EQ(q_credentials_open(app->data_dir, &app->credentials, NULL), Q_OK);
    CHECK_EQ(q_jobs_new(app->catalog, 1, &app->jobs, NULL), Q_OK);
    CHECK_EQ(q_language_open(&app->language, NULL), Q_OK);
    CHECK_EQ(q_bots_new(&app->bots, NULL), Q_OK);
    CHECK_EQ(q_temporary_keys_open(app->data_dir, &b->temporary, NULL), Q_OK);
    CHECK_EQ(q_visitors_new("Tea:$LATEST", b->temporary, &app->visitors, NULL), Q_OK);
    CHECK_EQ(q_textract_register(app, NULL), Q_OK);
    CHECK_EQ(lex__build_register(app, NULL), Q_OK);
    CHECK_EQ(q_comprehend_new(&app->comprehend, NULL), Q_OK);
    CHECK_EQ(lex__import_register(app, NULL), Q_OK);
    CHECK_EQ(q_comprehend_register(app, NULL), Q_OK);
    CHECK_EQ(q_hosts_new(&app->hosts, NULL), Q_OK);
    CHECK_EQ(q_endpoints_new(&app->endpoints, NULL), Q_OK);
    CHECK_EQ(q_endpoints_start(app, NULL), Q_OK);
    CHECK_EQ(q_gateway_new(&config, &b->gateway, NULL), Q_OK);
    return b;
}

q_app *bench_app(bench *b)
{
    return &b->app;
}

/* ---- asking ---- */

static q_str filled(const bench *b, q_str s)
{
    static const char *const names[] = {"{upload}", "{job}", "{identity}"};
    const char *const values[] = {b->upload, b->job, b->identity};

    for (size_t i = 0; i < 3; i++) {
        size_t at = q_str_find(s, q_str_of(names[i]));

        if (at != SIZE_MAX)
            s = q_str_printf(q_test_arena(), "%.*s%s%.*s", Q_ARG(q_str_sub(s, 0, at)), values[i],
                             Q_ARG(q_str_sub(s, at + strlen(names[i]), s.n)));
    }
    return s;
}

/* The text between two marks, into `out`. */
static void keep(q_str s, const char *before, char after, char *out, size_t size)
{
    size_t at = q_str_find(s, q_str_of(before)), end;

    if (at == SIZE_MAX)
        return;
    at += strlen(before);
    for (end = at; end < s.n && s.p[end] != after;)
        end++;
    snprintf(out, size, "%.*s", Q_ARG(q_str_sub(s, at, end - at)));
}

/* The request, signed; all in the arena `a`. */
static void sign(q_request *r, const ask *asked, q_str body, q_arena *a)
{
    q_signer with = {Q_STR(KEY), Q_STR(SECRET), Q_STR("us-east-1"), q_str_of(asked->service), NOW};
    q_header *h = q_arena_array(a, 12, sizeof *h);
    char *date = q_arena_alloc(a, 17), *hash = q_arena_alloc(a, 65);
    q_str authorization;

    q_time_basic(NOW, date);
    CHECK(q_sha256_hex(body, hash));
    h[r->header_count++] = (q_header){Q_STR("Host"), Q_STR("127.0.0.1:8470")};
    h[r->header_count++] = (q_header){Q_STR("X-Amz-Date"), q_str_of(date)};
    h[r->header_count++] = (q_header){Q_STR("X-Amz-Content-Sha256"), q_str_of(hash)};
    for (int i = 0; i < 6 && asked->headers[i]; i += 2)
        h[r->header_count++] =
            (q_header){q_str_of(asked->headers[i]), q_str_of(asked->headers[i + 1])};
    r->headers = h;
    CHECK_EQ(q_sign_request(r, &with, q_str_of(hash), a, &authorization, NULL), Q_OK);
    h[r->header_count++] = (q_header){Q_STR("Authorization"), authorization};
}

told bench_ask(bench *b, const ask *asked, size_t limit, size_t nth, size_t *count)
{
    q_server_handler h = q_gateway_handler(b->gateway);
    q_arena *a = q_arena_new(1 << 20);
    q_str body = filled(b, asked->body);
    q_exchange x = {.arena = q_arena_new(limit), .body = body.n > 0};
    told out;

    x.request = (q_request){.method = q_str_of(asked->method),
                            .target = filled(b, q_str_of(asked->target)),
                            .remote = Q_STR("127.0.0.1"),
                            .content_length = body.n ? (int64_t)body.n : -1};
    q_str_cut(x.request.target, '?', &x.request.path, &x.request.query);
    sign(&x.request, asked, body, a);
    faults_arm(nth);
    exchange_run(&x, &h, body);
    *count = faults_disarm();
    out = (told){x.replied, x.reply.status, q_str_copy(q_test_arena(), x.reply.body),
                 x.reply.file >= 0 ? x.reply.file_length : 0};
    if (x.replied)
        q_fd_close(x.reply.file);
    q_arena_free(x.arena);
    q_arena_free(a);
    keep(out.body, "<UploadId>", '<', b->upload, sizeof b->upload);
    keep(out.body, "\"JobId\":\"", '"', b->job, sizeof b->job);
    keep(out.body, "\"importId\":\"", '"', b->job, sizeof b->job);
    keep(out.body, "\"IdentityId\":\"", '"', b->identity, sizeof b->identity);
    return out;
}

told bench_do(bench *b, const ask *a)
{
    size_t count;
    told t = bench_ask(b, a, (size_t)64 << 20, 0, &count);

    if (!t.replied || t.status / 100 != 2)
        q_test_fail(__FILE__, __LINE__, "%s %s answers %d: %.*s", a->method, a->target, t.status,
                    Q_ARG(t.body));
    return t;
}

/* ---- the store ---- */

static size_t entries(const bench *b, const char *folder)
{
    char path[512];
    size_t n = 0;
    DIR *d;

    snprintf(path, sizeof path, "%s/objects/%s", b->app.data_dir, folder);
    d = opendir(path);
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Files that rows name; each must be there and as long as they say. */
static size_t named(bench *b)
{
    q_arena *a = q_arena_new(1 << 20);
    q_rows *rows = NULL;
    bool more = false;
    size_t n = 0;

    CHECK_EQ(
        q_catalog_query(b->app.catalog,
                        "SELECT file, max(size) FROM (SELECT file, size FROM object UNION ALL"
                        " SELECT file, start + size FROM part UNION ALL SELECT file, 0 FROM upload)"
                        " WHERE file <> '' GROUP BY file",
                        Q_NO_PARAMS, &rows, NULL),
        Q_OK);
    while (q_rows_next(rows, &more, NULL) == Q_OK && more) {
        q_str id = q_rows_text(rows, 0, a);
        char path[512];
        struct stat st;

        snprintf(path, sizeof path, "%s/objects/%.2s/%.*s", b->app.data_dir, id.p, Q_ARG(id));
        if (stat(path, &st)) {
            CHECK_EQ(q_rows_int(rows, 1), 0); /* an upload that has no part yet */
            continue;
        }
        CHECK(st.st_size >= q_rows_int(rows, 1));
        n++;
    }
    q_rows_close(rows);
    q_arena_free(a);
    return n;
}

static size_t kept(const bench *b)
{
    size_t n = 0;

    for (unsigned i = 0; i < 256; i++) {
        char name[3];

        snprintf(name, sizeof name, "%02x", i);
        n += entries(b, name);
    }
    return n;
}

void bench_check(bench *b)
{
    size_t want = named(b), removed;

    CHECK_EQ(entries(b, "tmp"), 0);
    if (kept(b) == want)
        return;
    CHECK_EQ(q_objects_sweep(b->app.objects, &removed, NULL), Q_OK);
    CHECK_EQ(kept(b), want);
}
