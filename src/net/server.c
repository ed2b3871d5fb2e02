#include "net/server.h"

#include "base/file.h"
#include "base/log.h"
#include "base/pool.h"
#include "net/exchange.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* ---- what libmicrohttpd calls for a connection ---- */

static q_str remote_of(const struct sockaddr *addr, char *text, size_t size)
{
    const void *ip = addr->sa_family == AF_INET6
                         ? (const void *)&((const struct sockaddr_in6 *)addr)->sin6_addr
                         : (const void *)&((const struct sockaddr_in *)addr)->sin_addr;

    return q_str_of(inet_ntop(addr->sa_family, ip, text, (socklen_t)size));
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    q_server *s = ctx;
    char remote[INET6_ADDRSTRLEN];

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        const struct sockaddr *addr =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;

        *context = watch__add(s->watch, fd, remote_of(addr, remote, sizeof remote));
    } else if (*context) {
        watch__remove(s->watch, *context);
        *context = NULL;
    }
}

/* Targets reach us undecoded by exchange__target; this keeps the library from work. */
static size_t no_unescape(void *ctx, struct MHD_Connection *mhd, char *text)
{
    (void)ctx, (void)mhd;
    return strlen(text);
}

static void __attribute__((format(printf, 2, 0))) on_log(void *ctx, const char *fmt, va_list ap)
{
    char line[512];

    (void)ctx;
    vsnprintf(line, sizeof line, fmt, ap);
    q_log(Q_LOG_DEBUG, "http", "%s", q_str_trim(q_str_of(line)).n ? line : "?");
}

/* ---- start and stop ---- */

static size_t or_default(uint64_t value, size_t otherwise)
{
    return value ? (size_t)value : otherwise;
}

/* A connection needs its socket and perhaps a file; some are ours. */
static size_t connections_possible(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    return files.rlim_cur > 256 ? (size_t)(files.rlim_cur - 128) / 2 : 64;
}

static q_server_limits limits_of(const q_server_limits *l)
{
    q_server_limits r = {
        .head_bytes = or_default(l->head_bytes, 32 << 10),
        .headers = or_default(l->headers, 128),
        .connections = (unsigned)or_default(l->connections, 4096),
        .connections_per_ip = (unsigned)or_default(l->connections_per_ip, 1024),
        .idle_s = (unsigned)or_default(l->idle_s, 60),
        .head_ms = (unsigned)or_default(l->head_ms, 20000),
        .body_window_ms = (unsigned)or_default(l->body_window_ms, 20000),
        .body_window_bytes = or_default(l->body_window_bytes, 20480),
        .discard_bytes = or_default(l->discard_bytes, 1 << 20),
        .arena_bytes = or_default(l->arena_bytes, 256 << 20),
    };

    if (r.connections > connections_possible())
        r.connections = (unsigned)connections_possible();
    return r;
}

static q_code listen_on(q_server *s, const struct addrinfo *at, q_err *err)
{
    int on = 1;

    s->listener = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listener < 0)
        return q_err_errno(err, "socket");
    if (setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(s->listener, at->ai_addr, at->ai_addrlen) || listen(s->listener, SOMAXCONN))
        return q_err_errno(err, "listen");
    return Q_OK;
}

/* Where the kernel put it, as text. */
static q_code address_read(q_server *s, q_err *err)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof at;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    uint64_t number = 0;

    if (getsockname(s->listener, (struct sockaddr *)&at, &n))
        return q_err_errno(err, "getsockname");
    if (getnameinfo((struct sockaddr *)&at, n, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        return q_err_set(err, Q_IO, "getnameinfo");
    if (!q_str_u64(q_str_of(port), &number))
        return q_err_set(err, Q_INTERNAL, "the port is \"%s\"", port);
    s->port = (unsigned)number;
    snprintf(s->address, sizeof s->address, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
             port);
    return Q_OK;
}

static q_code listener_open(q_server *s, const q_server_config *c, q_err *err)
{
    struct addrinfo want = {.ai_family = AF_UNSPEC,
                            .ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *at = NULL;
    int e = getaddrinfo(c->address, c->port, &want, &at);
    q_code rc;

    if (e)
        return q_err_set(err, Q_INVALID, "address %s port %s: %s", c->address, c->port,
                         gai_strerror(e));
    rc = listen_on(s, at, err);
    freeaddrinfo(at);
    if (rc)
        return q_err_add(err, rc, "%s:%s", c->address, c->port);
    return address_read(s, err);
}

static q_code pem_read(q_server *s, const char *path, struct MHD_OptionItem *option, int which,
                       q_err *err)
{
    q_str pem;
    q_code rc = q_file_read(s->arena, path, 1 << 20, &pem, err);

    if (!rc)
        *option = (struct MHD_OptionItem){(enum MHD_OPTION)which, 0, (void *)pem.p};
    return rc;
}

static q_code tls_read(q_server *s, const q_server_config *c, struct MHD_OptionItem options[3],
                       q_err *err)
{
    q_code rc;

    if (!c->tls_cert && !c->tls_key)
        return Q_OK;
    if (!c->tls_cert || !c->tls_key)
        return q_err_set(err, Q_INVALID, "TLS needs both a certificate and its key");
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return q_err_set(err, Q_UNSUPPORTED, "this libmicrohttpd has no TLS");
    s->tls = true;
    rc = pem_read(s, c->tls_cert, &options[0], MHD_OPTION_HTTPS_MEM_CERT, err);
    return rc ? rc : pem_read(s, c->tls_key, &options[1], MHD_OPTION_HTTPS_MEM_KEY, err);
}

static q_code daemon_start(q_server *s, const q_server_config *c, q_err *err)
{
    const q_server_limits *l = &s->limits;
    size_t threads = c->threads ? c->threads : q_cpu_count();
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    q_code rc = tls_read(s, c, options, err);

    if (rc)
        return rc;
    if (l->connections < threads)
        threads = l->connections;
    s->mhd = MHD_start_daemon(
        flags | (s->tls ? MHD_USE_TLS : 0), 0, NULL, NULL, exchange__request, s,
        MHD_OPTION_EXTERNAL_LOGGER, on_log, s, MHD_OPTION_LISTEN_SOCKET, s->listener,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(threads > 1 ? threads : 0),
        MHD_OPTION_CONNECTION_LIMIT, l->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        l->connections_per_ip, MHD_OPTION_CONNECTION_TIMEOUT, l->idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, l->head_bytes + (8 << 10), MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_URI_LOG_CALLBACK, exchange__target, s, MHD_OPTION_UNESCAPE_CALLBACK,
        no_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, exchange__completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!s->mhd)
        return q_err_set(err, Q_INVALID, "the HTTP server does not start%s",
                         s->tls ? ": is the certificate in order?" : "");
    return Q_OK;
}

q_code q_server_new(const q_server_config *config, q_server **out, q_err *err)
{
    q_server *s = calloc(1, sizeof *s);
    watch_limits slow;
    q_code rc;

    if (!s)
        return q_err_nomem(err);
    s->listener = -1;
    s->handler = config->handler;
    s->limits = limits_of(&config->limits);
    pthread_mutex_init(&s->mu, NULL);
    pthread_cond_init(&s->answered, NULL);
    slow = (watch_limits){s->limits.idle_s * 1000, s->limits.head_ms, s->limits.body_window_ms,
                          s->limits.body_window_bytes};
    s->arena = q_arena_new(4 << 20);
    rc = s->arena ? watch__new(&slow, &s->watch, err) : q_err_nomem(err);
    if (!rc)
        rc = listener_open(s, config, err);
    if (!rc && config->listening)
        rc = config->listening(config->listening_ctx, s, err);
    if (!rc)
        rc = daemon_start(s, config, err);
    if (!rc) {
        *out = s;
        s = NULL;
    }
    q_server_free(s, 0);
    return rc;
}

const char *q_server_address(const q_server *s)
{
    return s->address;
}

unsigned q_server_port(const q_server *s)
{
    return s->port;
}

void q_server_drain(q_server *s, unsigned drain_ms)
{
    if (!s || !s->mhd)
        return;
    if (!atomic_exchange(&s->stopping, true))
        MHD_quiesce_daemon(s->mhd);
    watch__drain(s->watch);
    if (!watch__wait(s->watch, drain_ms))
        watch__cut(s->watch);
}

static void stop(q_server *s, unsigned drain_ms)
{
    q_server_drain(s, drain_ms);
    pthread_mutex_lock(&s->mu);
    while (s->away)
        pthread_cond_wait(&s->answered, &s->mu);
    pthread_mutex_unlock(&s->mu);
    MHD_stop_daemon(s->mhd);
}

void q_server_free(q_server *s, unsigned drain_ms)
{
    if (!s)
        return;
    if (s->mhd)
        stop(s, drain_ms);
    watch__free(s->watch);
    q_fd_close(s->listener);
    pthread_cond_destroy(&s->answered);
    pthread_mutex_destroy(&s->mu);
    q_arena_free(s->arena);
    free(s);
}
