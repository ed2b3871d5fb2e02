#include "wire/input.h"
#include "wire/output.h"
#include "wire/transaction.h"

#include "base/file.h"

enum { LOOP_BODY = 64 << 10 }; /* a larger body is not parsed on the loop thread */

static void call_init(transaction *t)
{
    q_call *c = &t->call;

    c->op = t->op;
    c->arena = t->arena;
    c->app = t->gateway->config.app;
    c->out = q_value_map(t->arena);
    c->request_id = q_str_of(t->request_id);
    c->access_key = t->signature.access_key;
    c->visitor = t->visitor;
    c->account = q_str_of(t->gateway->config.account);
    c->region = t->signature.region;
    c->host = q_request_header(&t->request, "host");
    c->tls = t->request.tls;
    c->body_expected = t->payload ? q_payload_expected(t->payload) : 0;
}

/* What people must see to is said, and where a name of its own is known, not
 * with a status that makes clients send everything again: the stock ones
 * repeat 500, 502, 503 and 504, but not 507.
 */
static q_code storage_full(transaction *t)
{
    const char *name = t->speaks->protocol == Q_REST_XML ? "InsufficientStorage" : NULL;

    q_fault_set(&t->fault, name,
                "The server's storage is full. Free some of it, then send the request again.");
    return Q_FULL;
}

q_code transaction__call_failed(transaction *t, q_code rc)
{
    q_call *c = &t->call;

    if (!c->error && rc == Q_FULL)
        return storage_full(t);
    if (!c->error) {
        q_fault_set(&t->fault, NULL, "We encountered an internal error. Please try again.");
        return rc;
    }
    q_fault_set(&t->fault, c->error, "%s", c->err.msg);
    t->fault.status = c->error_status;
    t->fault.members = c->error_members;
    return rc;
}

static q_code input_read(transaction *t, q_str body)
{
    q_value *in = NULL;
    q_code rc;

    call_init(t);
    rc = q_input_read(t->op, &t->request, t->path, body, t->arena, &in, &t->fault);
    t->call.in = in;
    if (rc || !t->visitor.n)
        return rc;
    rc = t->handler->visitor(&t->call);
    return rc ? transaction__call_failed(t, rc) : Q_OK;
}

q_code transaction__open(transaction *t)
{
    q_code rc = input_read(t, Q_STR(""));

    if (!rc && t->handler->open) {
        rc = t->handler->open(&t->call);
        if (rc)
            rc = transaction__call_failed(t, rc);
    }
    return rc;
}

static q_code call_run(transaction *t, q_reply *reply)
{
    q_code rc = t->streams ? Q_OK : input_read(t, q_buf_str(&t->body));

    if (rc)
        return rc;
    rc = t->handler->run(&t->call);
    if (rc)
        return transaction__call_failed(t, rc);
    rc = q_value_ok(t->call.out, &t->call.err);
    if (!rc)
        rc = q_output_write(&t->call, reply, &t->call.err);
    if (rc)
        return transaction__call_failed(t, rc);
    t->call.file = -1; /* the reply has it */
    return Q_OK;
}

static void run(void *arg)
{
    transaction *t = arg;
    q_reply reply;

    q_reply_init(&reply, t->arena);
    if (call_run(t, &reply)) {
        if (reply.file != t->call.file)
            q_fd_close(reply.file);
        transaction__refuse(t);
    } else {
        transaction__reply(t, &reply);
    }
}

void transaction__run(transaction *t)
{
    q_pool *pool = t->gateway->config.compute[t->handler->waits];

    if (!pool || (t->handler->quick && t->body.n <= LOOP_BODY)) {
        run(t);
        return;
    }
    q_exchange_later(t->exchange);
    if (!q_pool_run(pool, run, t))
        return;
    q_fault_set(&t->fault, NULL, "out of memory");
    transaction__refuse(t);
}
