/* wire/transaction.h - inside wire/: one request on its way through the
 * gateway, and the steps it takes (wire/gateway.h draws them).
 */
#ifndef Q_WIRE_TRANSACTION_H
#define Q_WIRE_TRANSACTION_H

#include "base/buf.h"
#include "wire/fault.h"
#include "wire/gateway.h"
#include "wire/payload.h"
#include "wire/sign.h"

#include <stdatomic.h>

struct q_gateway {
    q_gateway_config config;
    q_sign_keys *keys;
    const char **domains;        /* ends with NULL */
    const q_handler ***handlers; /* [api][operation], NULL where there is none */
    size_t api_count;
    char machine[256];
    _Atomic size_t buffered; /* bytes of bodies held */
};

typedef struct transaction {
    q_gateway *gateway;
    q_exchange *exchange;
    q_request request; /* a copy: its headers may be changed once verified */
    q_str path;        /* with the bucket of a virtual host in front */
    q_arena *arena;
    char request_id[37];

    const q_api *api;          /* the one that was meant; NULL: none of ours */
    const q_api *speaks;       /* whose protocol the reply follows; never NULL */
    const q_api_operation *op; /* NULL: unknown */
    const q_handler *handler;  /* NULL: not implemented */
    bool form;                 /* the body says which operation is meant */

    q_signature signature;
    q_str secret;
    q_str visitor; /* whose temporary key signed; empty: the account's own key */
    bool verified;

    q_payload *payload; /* NULL: no body */
    q_buf body;         /* on the heap */
    size_t buffered;    /* of gateway.buffered */
    bool streams;       /* the body goes to handler->write */

    q_call call;
    q_fault fault;

    bool replied;
    int status;
    const char *error;
    uint64_t sent;
    double ms;
} transaction;

/* ---- wire/transaction.c: the steps, on the loop thread ---- */

void transaction__head(transaction *t);
void transaction__body(transaction *t, q_str bytes);
void transaction__end(transaction *t);

/* ---- wire/transaction_run.c ---- */

/* Run t's handler, here if it is quick, else on a compute pool; replies. */
void transaction__run(transaction *t);
/* Set up t->call, and for a streamed body open its handler. Q_OK, or t->fault
 * is set.
 */
Q_MUST_USE q_code transaction__open(transaction *t);
/* t->fault as a handler's error says; of its q_code. */
q_code transaction__call_failed(transaction *t, q_code rc);

/* ---- wire/transaction_reply.c ---- */

void transaction__reply(transaction *t, q_reply *reply);
/* Reply with t->fault. */
void transaction__refuse(transaction *t);
/* A pseudo API for what is none of ours: its protocol is a guess from the head. */
const q_api *transaction__stranger(const q_request *req, bool form);
/* One line; `sent`: the reply reached the socket whole. */
void transaction__log(const transaction *t, bool sent);

#endif
