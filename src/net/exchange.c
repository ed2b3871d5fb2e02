#include "net/exchange.h"

#include "base/clock.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

enum { SMALL_FILE = 32 << 10 }; /* bytes */

struct q_exchange {
    q_server *server;
    struct MHD_Connection *mhd;
    watched *watched;
    q_arena *arena;
    q_request request;
    q_reply reply;
    void *state;
    int64_t start_ns;
    uint64_t received, discarded;
    bool headed;                     /* the head was read ... */
    bool has_body, chunked, expects; /* ... and said this */
    bool begun, ended;               /* the handler's begin and end were called */
    bool later;                      /* another thread replies */
    bool replied, queued;
};

/* ---- the exchange, for its handler ---- */

const q_request *q_exchange_request(const q_exchange *x)
{
    return &x->request;
}

q_arena *q_exchange_arena(const q_exchange *x)
{
    return x->arena;
}

void *q_exchange_state(const q_exchange *x)
{
    return x->state;
}

void q_exchange_set_state(q_exchange *x, void *state)
{
    x->state = state;
}

int64_t q_exchange_start_ns(const q_exchange *x)
{
    return x->start_ns;
}

uint64_t q_exchange_received(const q_exchange *x)
{
    return x->received;
}

bool q_exchange_has_body(const q_exchange *x)
{
    return x->has_body;
}

void q_exchange_later(q_exchange *x)
{
    q_server *s = x->server;

    pthread_mutex_lock(&s->mu);
    s->away++;
    pthread_mutex_unlock(&s->mu);
    x->later = true;
    MHD_suspend_connection(x->mhd);
}

void q_exchange_reply(q_exchange *x, const q_reply *reply)
{
    q_server *s = x->server;

    x->reply = *reply;
    x->replied = true;
    if (!x->later)
        return;
    MHD_resume_connection(x->mhd); /* x may be gone right after */
    pthread_mutex_lock(&s->mu);
    if (--s->away == 0)
        pthread_cond_broadcast(&s->answered);
    pthread_mutex_unlock(&s->mu);
}

/* ---- the reply ---- */

/* A HEAD reply's length is stated and its body never asked for. */
static ssize_t no_bytes(void *ctx, uint64_t pos, char *buf, size_t max)
{
    (void)ctx, (void)pos, (void)buf, (void)max;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* A small file goes out with its head in one piece, which costs less than a
 * second call for sendfile. False: send the file as it is.
 */
static bool file_read(q_reply *r)
{
    char *p;

    if (r->file_length > SMALL_FILE)
        return false;
    p = q_arena_alloc(r->arena, r->file_length);
    if (!p || pread(r->file, p, r->file_length, (off_t)r->file_offset) != (ssize_t)r->file_length)
        return false;
    r->body = (q_str){p, r->file_length};
    return true;
}

static struct MHD_Response *response_of(q_reply *r)
{
    struct MHD_Response *made;

    if (r->head_only)
        return MHD_create_response_from_callback(r->head_length, 1024, no_bytes, NULL, NULL);
    if (r->file < 0 || file_read(r))
        return MHD_create_response_from_buffer(r->body.n, (void *)r->body.p,
                                               MHD_RESPMEM_PERSISTENT);
    made = MHD_create_response_from_fd_at_offset64(r->file_length, r->file, r->file_offset);
    if (made)
        r->file = -1; /* the response closes it */
    return made;
}

static bool add_headers(struct MHD_Response *made, const q_reply *r)
{
    for (size_t i = 0; i < r->header_count; i++) {
        const q_header *h = &r->headers[i];

        if (q_str_is_nocase(h->name, "content-length"))
            continue; /* that of the body is what counts */
        if (MHD_add_response_header(made, h->name.p, h->value.p) != MHD_YES && h->value.n)
            return false;
    }
    return true;
}

static enum MHD_Result queue(q_exchange *x)
{
    struct MHD_Response *made = response_of(&x->reply);
    enum MHD_Result ok = MHD_NO;

    x->queued = true;
    watched__phase(x->watched, WATCH_SEND);
    if (made && add_headers(made, &x->reply) &&
        (!atomic_load(&x->server->stopping) ||
         MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES))
        ok = MHD_queue_response(x->mhd, (unsigned)x->reply.status, made);
    if (made)
        MHD_destroy_response(made);
    return ok;
}

static void reply_plain(q_exchange *x, int status, const char *text)
{
    q_reply r;

    q_reply_init(&r, x->arena);
    r.status = status;
    r.body = q_str_of(text);
    if (q_reply_header(&r, "Content-Type", Q_STR("text/plain")))
        r.header_count = 0;
    q_exchange_reply(x, &r);
}

/* ---- the head ---- */

static enum MHD_Result header_add(void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_n,
                                  const char *value, size_t value_n)
{
    q_exchange *x = ctx;
    q_header *h = (q_header *)&x->request.headers[x->request.header_count++];

    (void)kind;
    h->name = (q_str){key, key_n};
    h->value = q_str_trim((q_str){value ? value : "", value_n});
    return MHD_YES;
}

static bool headers_read(q_exchange *x)
{
    int n = MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, NULL, NULL);

    if (n < 0 || (size_t)n > x->server->limits.headers)
        return false;
    x->request.headers = q_arena_array(x->arena, (size_t)n, sizeof *x->request.headers);
    if (!x->request.headers)
        return false;
    MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, header_add, x);
    return true;
}

/* Of "http://host:port/path?query" only what follows the host. */
static q_str origin_form(q_str target)
{
    size_t scheme = q_str_find(target, Q_STR("://")), slash;

    if (q_str_starts(target, Q_STR("/")) || scheme == SIZE_MAX)
        return target;
    target = q_str_sub(target, scheme + 3, target.n);
    slash = q_str_find(target, Q_STR("/"));
    return slash == SIZE_MAX ? Q_STR("/") : q_str_sub(target, slash, target.n);
}

static bool target_is_clean(q_str target)
{
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7F)
            return false;
    return target.n > 0;
}

/* What frames the body, and refuses what could be read in two ways. */
static const char *framing_read(q_exchange *x)
{
    size_t lengths = 0, codings = 0;
    uint64_t length = 0;

    for (size_t i = 0; i < x->request.header_count; i++) {
        const q_header *h = &x->request.headers[i];

        if (q_str_is_nocase(h->name, "content-length")) {
            if (lengths++ || !q_str_u64(h->value, &length) || length > INT64_MAX)
                return "Content-Length is no single number\n";
        } else if (q_str_is_nocase(h->name, "transfer-encoding")) {
            if (codings++ || !q_str_is_nocase(h->value, "chunked"))
                return "Transfer-Encoding is not \"chunked\"\n";
        } else if (q_str_is_nocase(h->name, "expect")) {
            x->expects = q_str_is_nocase(h->value, "100-continue");
        }
    }
    if (lengths && codings)
        return "both Content-Length and Transfer-Encoding\n";
    x->chunked = codings;
    x->has_body = codings || length;
    x->request.content_length = lengths ? (int64_t)length : -1;
    return NULL;
}

static void head_read(q_exchange *x, const char *method)
{
    const char *wrong;

    x->request.method = q_str_copy(x->arena, q_str_of(method));
    x->request.remote = watched__remote(x->watched);
    x->request.tls = x->server->tls;
    if (!x->request.method.p || !headers_read(x)) {
        reply_plain(x, 431, "too many headers\n");
        return;
    }
    q_str_cut(x->request.target, '?', &x->request.path, &x->request.query);
    wrong = target_is_clean(x->request.target) ? framing_read(x) : "the target is malformed\n";
    if (wrong)
        reply_plain(x, 400, wrong);
}

/* A reply before the body: none or a short one is read and thrown away, so
 * that the connection can serve on; before a long one, or one that waits for
 * our "100 Continue", and after a head that cannot be trusted, the reply goes
 * out at once and the connection is closed, as libmicrohttpd does whenever a reply is queued here.
 */
static enum MHD_Result refuse_early(q_exchange *x)
{
    if (x->begun && (!x->has_body || !x->expects) &&
        (x->chunked || x->request.content_length <= (int64_t)x->server->limits.discard_bytes))
        return MHD_YES;
    if (x->has_body)
        watched__linger(x->watched);
    return queue(x);
}

static enum MHD_Result begin(q_exchange *x, const char *method)
{
    x->headed = true;
    head_read(x, method);
    watched__phase(x->watched, x->has_body ? WATCH_BODY : WATCH_WORK);
    if (!x->replied) {
        x->begun = true;
        x->server->handler.begin(x->server->handler.ctx, x);
    }
    return x->replied ? refuse_early(x) : MHD_YES;
}

static enum MHD_Result body(q_exchange *x, q_str bytes)
{
    watched__bytes(x->watched, bytes.n);
    x->received += bytes.n;
    if (!x->replied)
        x->server->handler.body(x->server->handler.ctx, x, bytes);
    else if ((x->discarded += bytes.n) > x->server->limits.discard_bytes)
        return MHD_NO;
    return MHD_YES;
}

static enum MHD_Result end(q_exchange *x)
{
    if (!x->replied && !x->ended) {
        x->ended = true;
        watched__phase(x->watched, WATCH_WORK);
        x->server->handler.end(x->server->handler.ctx, x);
        if (x->later)
            return MHD_YES; /* called again once there is a reply */
    }
    if (!x->replied)
        reply_plain(x, 500, "no reply\n");
    return x->queued ? MHD_YES : queue(x);
}

/* ---- what libmicrohttpd calls ---- */

void *exchange__target(void *ctx, const char *target, struct MHD_Connection *mhd)
{
    q_server *s = ctx;
    q_arena *a = q_arena_new(s->limits.arena_bytes);
    q_exchange *x = a ? q_arena_alloc(a, sizeof *x) : NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (!x || !info || !info->socket_context)
        goto fail;
    x->server = s;
    x->mhd = mhd;
    x->watched = info->socket_context;
    x->arena = a;
    x->start_ns = q_monotonic_ns();
    x->request.target = q_str_copy(a, origin_form(q_str_of(target)));
    if (!x->request.target.p)
        goto fail;
    return x;
fail:
    q_arena_free(a);
    return NULL;
}

enum MHD_Result exchange__request(void *ctx, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    q_exchange *x = *state;

    (void)ctx, (void)mhd, (void)url, (void)version;
    if (!x)
        return MHD_NO;
    if (!x->headed)
        return begin(x, method);
    if (*size) {
        size_t n = *size;

        *size = 0;
        return body(x, (q_str){data, n});
    }
    return end(x);
}

void exchange__completed(void *ctx, struct MHD_Connection *mhd, void **state,
                         enum MHD_RequestTerminationCode how)
{
    q_exchange *x = *state;
    q_server *s = ctx;

    (void)mhd;
    *state = NULL;
    if (!x)
        return;
    watched__phase(x->watched, WATCH_IDLE);
    if (x->begun && s->handler.gone)
        s->handler.gone(s->handler.ctx, x, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    if (x->replied)
        q_fd_close(x->reply.file);
    q_arena_free(x->arena);
}
