/* GetExport, and the download that it points to.
 *
 * Nothing is kept: the address says what is wanted and is signed for a while, and the zip is made
 * when it is asked for.
 */
#include "service/lex_models.h"

#include "base/digest.h"
#include "service/lex_archive.h"
#include "service/lex_build.h"
#include "store/credentials.h"
#include "wire/sign.h"

enum { URL_SECONDS = 5 * 60 };

static q_str file_name(q_arena *a, q_definition_ref ref)
{
    static const char *const types[] = {"SlotType", "Intent", "Bot"};

    return q_str_printf(a, "%.*s_%lld_%s_LEX_V1.zip", Q_ARG(ref.name), (long long)ref.version,
                        types[ref.kind - LEX_SLOT_TYPE]);
}

/* "http://HOST/_quern/export/BOT/NAME/1/NAME_1_Bot_LEX_V1.zip?X-Amz-..." */
static q_code url_make(q_call *call, q_definition_ref ref, q_str *url)
{
    q_app *app = call->app;
    q_signer with = {.access_key = q_str_of(q_credentials_root(app->credentials)),
                     .secret = q_str_of(q_credentials_root_secret(app->credentials)),
                     .region = call->region,
                     .service = Q_STR("quern"),
                     .now_ms = call->now_ms};
    q_str path =
        q_str_printf(call->arena, "/_quern/export/%s/%.*s/%lld/%.*s", lex__kind(ref.kind)->resource,
                     Q_ARG(ref.name), (long long)ref.version, Q_ARG(file_name(call->arena, ref)));
    q_str query;
    q_code rc;

    if (!path.p)
        return q_err_nomem(&call->err);
    rc = q_sign_get(call->host, path, &with, URL_SECONDS, call->arena, &query, &call->err);
    if (rc)
        return rc;
    *url = q_str_printf(call->arena, "%s://%.*s%.*s?%.*s", call->tls ? "https" : "http",
                        Q_ARG(call->host), Q_ARG(path), Q_ARG(query));
    return url->p ? Q_OK : q_err_nomem(&call->err);
}

q_code lex__get_export(q_call *call)
{
    static const char *const members[] = {"name", "version", "resourceType", "exportType", NULL};
    q_app *app = call->app;
    q_definition_ref ref = {lex__kind_of(lex__in(call, "resourceType")), lex__in(call, "name"), 0};
    q_str json, url;
    q_code rc;

    if (!q_str_is(lex__in(call, "exportType"), "LEX"))
        return q_call_fail(call, "BadRequestException",
                           "exportType is %.*s, which this server does not write; LEX is wanted",
                           Q_ARG(lex__in(call, "exportType")));
    if (!lex__version_of(lex__in(call, "version"), &ref.version))
        return q_call_fail(call, "NotFoundException", "%s %.*s has no version %.*s",
                           lex__kind(ref.kind)->noun, Q_ARG(ref.name),
                           Q_ARG(lex__in(call, "version")));
    rc = lex__compose(app->catalog, ref, call->arena, &json, &call->err);
    if (rc == Q_INVALID) {
        q_map_str(call->out, Q_STR("failureReason"),
                  q_str_copy(call->arena, q_str_of(call->err.msg)));
    } else {
        if (!rc)
            rc = url_make(call, ref, &url);
        if (rc)
            return lex__fail(call, rc);
        q_map_str(call->out, Q_STR("url"), url);
    }
    for (const char *const *m = members; *m; m++)
        q_map_copy(call->out, q_str_of(*m), q_value_get(call->in, q_str_of(*m)));
    q_map_str(call->out, Q_STR("exportStatus"), rc ? Q_STR("FAILED") : Q_STR("READY"));
    return q_value_ok(call->out, &call->err);
}

q_code lex__get_bot_export(q_call *call)
{
    q_app *app = call->app;
    q_definition_ref ref = {lex__kind_of(lex__in(call, "ResourceType")), lex__in(call, "Name"), 0};
    q_str json;
    q_err why = {.code = Q_OK};
    q_code rc;

    if (!ref.kind || ref.kind == LEX_ALIAS ||
        !lex__version_of(lex__in(call, "Version"), &ref.version))
        return q_call_fail(call, "NoSuchKey", "there is no such export");
    rc = lex__compose(app->catalog, ref, call->arena, &json, &why);
    if (rc == Q_NOTFOUND || rc == Q_INVALID)
        return q_call_fail(call, "NoSuchKey", "%s", why.msg);
    if (!rc)
        rc = q_archive_pack(q_str_printf(call->arena, "%.*s_Export.json", Q_ARG(ref.name)), json,
                            call->arena, &call->payload, &why);
    if (rc) {
        call->err = why;
        return rc;
    }
    q_map_str(call->out, Q_STR("ContentType"), Q_STR("application/zip"));
    q_map_str(call->out, Q_STR("ContentDisposition"),
              q_str_printf(call->arena, "attachment; filename=\"%.*s\"",
                           Q_ARG(file_name(call->arena, ref))));
    return q_value_ok(call->out, &call->err);
}
