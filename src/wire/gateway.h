/* wire/gateway.h - from HTTP requests to calls of handlers, and back.
 *
 *     head    find the operation, verify the signature, look at the limits
 *     body    undo codings and verify checksums; buffer it for the input, or
 *             hand it to the handler's `write` where the payload streams
 *     end     read and check the input, run the handler (on the loop thread if
 *             it is quick, else on a compute pool), write its output or fault
 *
 * One log line a request tells how it ended.
 */
#ifndef Q_WIRE_GATEWAY_H
#define Q_WIRE_GATEWAY_H

#include "base/pool.h"
#include "net/server.h"
#include "wire/api.h"
#include "wire/call.h"
#include "wire/sign.h"

typedef struct q_gateway q_gateway;

typedef struct q_gateway_config {
    const q_service *const *services; /* ends with NULL; borrowed, static */
    void *app;                        /* q_call.app */
    const char *account;              /* twelve digits; borrowed */
    /* They run what is not quick, by what it waits for; NULL: the loop threads do. */
    q_pool *compute[Q_WAITS_KINDS];

    /* The secret of an access key, into *secret, which must stay as long as the
     * gateway or be in the arena; false when the key is not known. Called on
     * loop threads, so it must not wait.
     */
    bool (*secret)(void *ctx, q_str access_key, q_arena *a, q_str *secret);
    void *secret_ctx;

    /* The same for a temporary key, whose session token came along: its secret,
     * and the visitor (q_call.visitor) that it was made for. Q_SIGN_OK,
     * Q_SIGN_BAD_TOKEN, Q_SIGN_OLD_TOKEN. NULL: there are no such keys.
     */
    q_sign_fault (*temporary)(void *ctx, q_str access_key, q_str token, int64_t now_ms, q_arena *a,
                              q_str *secret, q_str *visitor, q_err *err);
    void *temporary_ctx;

    /* Before everything else: true when the request is for a page and the reply
     * was filled. May be NULL.
     */
    bool (*page)(void *ctx, const q_request *req, q_reply *reply);
    void *page_ctx;

    /* Milliseconds since 1970 UTC. NULL: q_now_ms. */
    int64_t (*now_ms)(void *ctx);
    void *now_ctx;

    /* Host names under which BUCKET.NAME is virtual-host style, ending with
     * NULL; "localhost" and this machine's own name always are. May be NULL.
     */
    const char *const *domains;

    size_t body_limit;     /* bytes of one buffered body; 0: 16 MiB */
    size_t form_limit;     /* of a form or XML; 0: 2 MiB */
    size_t buffered_limit; /* of all buffered bodies at a time; 0: 1 GiB */
} q_gateway_config;

/* Fails with Q_INVALID when a service or operation is not in api/, Q_NOMEM. */
Q_MUST_USE q_code q_gateway_new(const q_gateway_config *config, q_gateway **out, q_err *err);
/* After the server and the pool have gone. NULL is fine. */
void q_gateway_free(q_gateway *g);

/* For q_server_config.handler. */
q_server_handler q_gateway_handler(q_gateway *g);

#endif
