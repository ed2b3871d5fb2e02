/* AWS Security Token Service: who am I? The root key is the account's root
 * user, whose id is the account's number.
 */
#include "service/app.h"
#include "service/services.h"

static q_code get_caller_identity(q_call *call)
{
    q_str arn = q_str_printf(call->arena, "arn:aws:iam::%.*s:root", Q_ARG(call->account));

    if (!arn.p)
        return q_err_nomem(&call->err);
    q_map_str(call->out, Q_STR("UserId"), call->account);
    q_map_str(call->out, Q_STR("Account"), call->account);
    q_map_str(call->out, Q_STR("Arn"), arn);
    return Q_OK;
}

static const q_handler handlers[] = {
    {.operation = "GetCallerIdentity", .run = get_caller_identity, .quick = true},
};

const q_service q_service_sts = {"sts", handlers, sizeof handlers / sizeof handlers[0]};
