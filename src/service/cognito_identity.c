/* Amazon Cognito Identity, as pages for visitors use it: an identity, and a
 * temporary key for it. An identity pool is whatever a page names; what its
 * visitors may do the operator says (service/visitors.h).
 */
#include "service/app.h"
#include "service/services.h"
#include "service/visitors.h"

/* Those who signed in elsewhere are not known here. */
static q_code strangers_only(q_call *call)
{
    const q_app *app = call->app;

    if (!q_visitors_welcome(app->visitors))
        return q_call_fail(call, "NotAuthorizedException",
                           "Unauthenticated access is not supported for this identity pool: "
                           "start quern serve with --visitors BOT:ALIAS to open a bot");
    if (q_value_count(q_value_get(call->in, Q_STR("Logins"))))
        return q_call_fail(call, "NotAuthorizedException",
                           "Token is not from a supported provider of this identity pool: there "
                           "are none here, leave Logins out");
    return Q_OK;
}

static q_code get_id(q_call *call)
{
    const q_app *app = call->app;
    q_str region, rest, identity;
    q_code rc = strangers_only(call);

    if (rc)
        return rc;
    q_str_cut(q_value_str(call->in, Q_STR("IdentityPoolId"), Q_STR("")), ':', &region, &rest);
    if (region.n > 18)
        return q_call_fail(call, "ResourceNotFoundException",
                           "IdentityPool '%.*s:%.*s' not found: %zu characters are no region",
                           Q_ARG(region), Q_ARG(rest), region.n);
    rc = q_visitor_identity(app->visitors, region, call->arena, &identity, &call->err);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("IdentityId"), identity);
    return q_value_ok(call->out, &call->err);
}

static q_code get_credentials_for_identity(q_call *call)
{
    const q_app *app = call->app;
    q_str identity = q_value_str(call->in, Q_STR("IdentityId"), Q_STR(""));
    q_temporary_key key;
    q_err why = {.code = Q_OK};
    q_value *out;
    q_code rc = strangers_only(call);

    if (rc)
        return rc;
    if (q_value_get(call->in, Q_STR("CustomRoleArn")))
        return q_call_fail(call, "InvalidParameterException",
                           "Visitors have no role to choose; leave CustomRoleArn out");
    rc = q_visitor_key(app->visitors, identity, call->now_ms, call->arena, &key, &why);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "ResourceNotFoundException", "%s", why.msg);
    if (rc) {
        call->err = why;
        return rc;
    }
    q_map_str(call->out, Q_STR("IdentityId"), identity);
    out = q_map_map(call->out, Q_STR("Credentials"));
    q_map_str(out, Q_STR("AccessKeyId"), key.access_key);
    q_map_str(out, Q_STR("SecretKey"), key.secret);
    q_map_str(out, Q_STR("SessionToken"), key.token);
    q_map_time(out, Q_STR("Expiration"), (double)key.expires_ms / 1000);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "GetId", .run = get_id, .quick = true},
    {.operation = "GetCredentialsForIdentity", .run = get_credentials_for_identity, .quick = true},
};

const q_service q_service_cognito_identity = {"cognito-identity", handlers,
                                              sizeof handlers / sizeof *handlers};
