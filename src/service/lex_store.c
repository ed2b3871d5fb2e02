#include "service/lex_store.h"

#include "base/digest.h"
#include "base/json.h"

static const char *const slot_type_members[] = {
    "description",
    "enumerationValues",
    "valueSelectionStrategy",
    "parentSlotTypeSignature",
    "slotTypeConfigurations",
    NULL,
};

static const char *const intent_members[] = {
    "description",         "slots",
    "sampleUtterances",    "confirmationPrompt",
    "rejectionStatement",  "followUpPrompt",
    "conclusionStatement", "dialogCodeHook",
    "fulfillmentActivity", "parentIntentSignature",
    "kendraConfiguration", "inputContexts",
    "outputContexts",      NULL,
};

static const char *const bot_members[] = {
    "description",
    "intents",
    "enableModelImprovements",
    "nluIntentConfidenceThreshold",
    "clarificationPrompt",
    "abortStatement",
    "idleSessionTTLInSeconds",
    "voiceId",
    "locale",
    "childDirected",
    "detectSentiment",
    NULL,
};

static const char *const alias_members[] = {
    "description", "botName", "botVersion", "conversationLogs", NULL,
};

static const lex_kind kinds[] = {
    {LEX_SLOT_TYPE, "slot type", "SLOT_TYPE", slot_type_members},
    {LEX_INTENT, "intent", "INTENT", intent_members},
    {LEX_BOT, "bot", "BOT", bot_members},
    {LEX_ALIAS, "alias", "BOTALIAS", alias_members},
};

const lex_kind *lex__kind(int kind)
{
    return &kinds[kind - LEX_SLOT_TYPE];
}

int lex__kind_of(q_str resource)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (q_str_is(resource, kinds[i].resource))
            return kinds[i].kind;
    return 0;
}

q_str lex__version_name(q_arena *a, int64_t version)
{
    return version == Q_LATEST ? Q_STR("$LATEST") : q_str_printf(a, "%lld", (long long)version);
}

bool lex__version_of(q_str text, int64_t *out)
{
    if (q_str_is(text, "$LATEST")) {
        *out = Q_LATEST;
        return true;
    }
    return q_str_i64(text, out) && *out > 0;
}

q_str lex__built_key(q_arena *a, q_str name, int64_t version)
{
    return version == Q_LATEST ? q_str_copy(a, name)
                               : q_str_printf(a, "%.*s:%lld", Q_ARG(name), (long long)version);
}

q_str lex__alias_name(q_arena *a, q_str bot, q_str alias)
{
    return q_str_printf(a, "%.*s:%.*s", Q_ARG(bot), Q_ARG(alias));
}

/* ---- reading ------------------------------------------------------------ */

static q_code not_found(q_definition_ref ref, q_arena *a, q_err *err)
{
    q_str bot, alias;

    if (ref.kind == LEX_ALIAS && q_str_cut(ref.name, ':', &bot, &alias))
        return q_err_set(err, Q_NOTFOUND, "bot %.*s has no alias %.*s", Q_ARG(bot), Q_ARG(alias));
    return q_err_set(err, Q_NOTFOUND, "there is no %s %.*s of version %.*s",
                     lex__kind(ref.kind)->noun, Q_ARG(ref.name),
                     Q_ARG(lex__version_name(a, ref.version)));
}

static q_code parsed(const q_definition *d, q_arena *a, lex_part *out, q_err *err)
{
    q_value *body;
    q_code rc = q_json_parse(a, d->body, &body, err);

    if (rc)
        return q_err_add(err, rc == Q_NOMEM ? rc : Q_INTERNAL, "%s %.*s",
                         lex__kind(d->ref.kind)->noun, Q_ARG(d->ref.name));
    *out = (lex_part){*d, body};
    return Q_OK;
}

q_code lex__get(q_catalog *c, q_definition_ref ref, bool exactly, q_arena *a, lex_part *out,
                q_err *err)
{
    q_definition d;
    q_code rc = q_definition_get(c, ref, a, &d, err);

    if (rc == Q_NOTFOUND || (!rc && exactly && !q_str_eq(d.ref.name, ref.name)))
        return not_found(ref, a, err);
    return rc ? rc : parsed(&d, a, out, err);
}

/* ---- what uses what ----------------------------------------------------- */

typedef struct uses {
    q_arena *arena;
    q_definition_ref *v;
    size_t n, cap;
} uses;

static q_code use(uses *u, int kind, q_str name, q_str version, q_err *err)
{
    q_definition_ref ref = {kind, name, Q_LATEST};

    if (version.n && !lex__version_of(version, &ref.version))
        return q_err_set(err, Q_INVALID, "%s %.*s has version %.*s; $LATEST or a number is wanted",
                         lex__kind(kind)->noun, Q_ARG(name), Q_ARG(version));
    for (size_t i = 0; i < u->n; i++)
        if (q_str_eq_nocase(u->v[i].name, name) && u->v[i].version == ref.version)
            return Q_OK;
    if (q_arena_grow(u->arena, &u->v, &u->cap, u->n + 1, sizeof *u->v))
        return q_err_nomem(err);
    u->v[u->n++] = ref;
    return Q_OK;
}

q_code lex__uses(int kind, const q_value *body, q_arena *a, q_definition_ref **out, size_t *count,
                 q_err *err)
{
    uses u = {.arena = a};
    q_code rc = Q_OK;
    const q_value *list = kind == LEX_BOT      ? q_value_get(body, Q_STR("intents"))
                          : kind == LEX_INTENT ? q_value_get(body, Q_STR("slots"))
                                               : NULL;

    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        q_str type = q_value_str(v, Q_STR("slotType"), Q_STR(""));

        if (kind == LEX_BOT)
            rc = use(&u, LEX_INTENT, q_value_str(v, Q_STR("intentName"), Q_STR("")),
                     q_value_str(v, Q_STR("intentVersion"), Q_STR("")), err);
        else if (type.n && !q_str_starts(type, Q_STR("AMAZON.")))
            rc = use(&u, LEX_SLOT_TYPE, type, q_value_str(v, Q_STR("slotTypeVersion"), Q_STR("")),
                     err);
    }
    if (kind == LEX_ALIAS)
        rc = use(&u, LEX_BOT, q_value_str(body, Q_STR("botName"), Q_STR("")),
                 q_value_str(body, Q_STR("botVersion"), Q_STR("")), err);
    *out = u.v;
    *count = u.n;
    return rc;
}

/* ---- writing ------------------------------------------------------------ */

/* The body of the members, as text and value, and its checksum. */
static q_code body_make(int kind, q_str name, const q_value *members, q_arena *a, lex_part *out,
                        q_err *err)
{
    q_buf b = q_buf_init(a, LEX_BODY);
    q_value *body = q_value_map(a);
    char sum[65];
    q_code rc;

    q_map_str(body, Q_STR("name"), name);
    for (const char *const *m = lex__kind(kind)->members; *m; m++)
        q_map_copy(body, q_str_of(*m), q_value_get(members, q_str_of(*m)));
    rc = q_value_ok(body, err);
    if (rc)
        return rc;
    q_json_write(&b, body);
    rc = q_buf_finish(&b, &out->d.body, err);
    if (rc)
        return rc;
    if (!q_sha256_hex(out->d.body, sum))
        return q_err_nomem(err);
    out->d.checksum = q_str_copy(a, q_str_of(sum));
    out->body = body;
    return out->d.checksum.p ? Q_OK : q_err_nomem(err);
}

static q_code write(q_catalog *c, const lex_part *p, q_arena *a, q_err *err)
{
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_code rc = lex__uses(p->d.ref.kind, p->body, a, &used, &count, err);

    return rc ? rc : q_definition_put(c, &p->d, used, count, err);
}

/* May `p` replace the revision with this checksum? */
static q_code revision_check(const lex_put *p, const q_definition *old, q_err *err)
{
    const char *noun = lex__kind(p->kind)->noun;

    if (p->whatever)
        return Q_OK;
    if (!old && p->checksum.p)
        return q_err_set(err, Q_INVALID,
                         "there is no %s %.*s yet, so it has no checksum; leave checksum out", noun,
                         Q_ARG(p->name));
    if (old && !p->checksum.p)
        return q_err_set(err, Q_DENIED, "%s %.*s is there already; give its checksum to replace it",
                         noun, Q_ARG(p->name));
    if (old && !q_str_eq(old->checksum, p->checksum))
        return q_err_set(err, Q_DENIED,
                         "checksum is %.*s, but %s %.*s has changed since; get it again",
                         Q_ARG(q_str_sub(p->checksum, 0, 80)), noun, Q_ARG(p->name));
    return Q_OK;
}

/* Bots that use $LATEST of it are as they were built, no longer as they are written. */
static q_code unbuild(q_catalog *c, q_definition_ref ref, q_arena *a, q_err *err)
{
    q_definition_ref *by = NULL;
    size_t count = 0;
    q_code rc = q_definition_users(c, ref, a, &by, &count, err);

    for (size_t i = 0; i < count && !rc; i++) {
        q_definition d;
        bool changed;

        if (by[i].version != Q_LATEST || by[i].kind == LEX_ALIAS)
            continue;
        if (by[i].kind == LEX_INTENT) {
            rc = unbuild(c, by[i], a, err);
            continue;
        }
        rc = q_definition_get(c, by[i], a, &d, err);
        if (!rc)
            rc = q_definition_settle(c, by[i], d.build, Q_STR("NOT_BUILT"), Q_STR(""), NULL,
                                     &changed, err);
    }
    return rc;
}

q_code lex__put(q_catalog *c, const lex_put *p, q_arena *a, lex_part *out, q_err *err)
{
    q_definition_ref ref = {p->kind, p->name, Q_LATEST};
    q_definition old;
    bool there;
    q_code rc = q_definition_get(c, ref, a, &old, err);

    if (rc && rc != Q_NOTFOUND)
        return rc;
    there = !rc;
    rc = revision_check(p, there ? &old : NULL, err);
    if (rc)
        return rc;
    if (there)
        ref.name = old.ref.name;
    *out = (lex_part){.d = {.ref = ref,
                            .created_ms = there ? old.created_ms : p->now_ms,
                            .updated_ms = p->now_ms,
                            .published = there ? old.published : 0,
                            .build = there ? old.build + 1 : 1,
                            .flags = there ? old.flags : 0,
                            .status = q_str_of(p->status),
                            .reason = q_str_of(p->reason)}};
    rc = body_make(p->kind, ref.name, p->members, a, out, err);
    if (!rc && p->kind == LEX_BOT && q_value_bool(out->body, Q_STR("childDirected"), false))
        out->d.flags |= LEX_HIDDEN;
    if (!rc)
        rc = write(c, out, a, err);
    if (!rc && (!there || !q_str_eq(old.checksum, out->d.checksum)))
        rc = unbuild(c, ref, a, err);
    return rc;
}

/* ---- versions ----------------------------------------------------------- */

static q_code published(q_catalog *c, const lex_part *latest, const lex_part *frozen,
                        int64_t now_ms, q_arena *a, lex_part *out, bool *fresh, q_err *err)
{
    q_definition newest, counted = latest->d;
    lex_part l;
    q_code rc = q_definition_newest(c, latest->d.ref, a, &newest, err);

    *fresh = false;
    if (!rc && q_str_eq(newest.body, frozen->d.body))
        return parsed(&newest, a, out, err);
    if (rc && rc != Q_NOTFOUND)
        return rc;
    *fresh = true;
    *out = *frozen;
    out->d.ref = latest->d.ref;
    out->d.ref.version = latest->d.published + 1;
    out->d.created_ms = out->d.updated_ms = now_ms;
    out->d.status = latest->d.status;
    out->d.reason = latest->d.reason;
    out->d.build = 1;
    out->d.flags = latest->d.flags;
    rc = write(c, out, a, err);
    counted.published = out->d.ref.version;
    l = (lex_part){counted, latest->body};
    return rc ? rc : write(c, &l, a, err);
}

q_code lex__publish(q_catalog *c, const lex_part *latest, int64_t now_ms, q_arena *a, lex_part *out,
                    bool *fresh, q_err *err)
{
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_code rc = lex__uses(latest->d.ref.kind, latest->body, a, &used, &count, err);

    for (size_t i = 0; i < count && !rc; i++)
        if (used[i].version == Q_LATEST)
            rc = q_err_set(err, Q_INVALID,
                           "%s %.*s uses version $LATEST of %s %.*s; a version may use only "
                           "numbered ones: make one of it and use that",
                           lex__kind(latest->d.ref.kind)->noun, Q_ARG(latest->d.ref.name),
                           lex__kind(used[i].kind)->noun, Q_ARG(used[i].name));
    return rc ? rc : published(c, latest, latest, now_ms, a, out, fresh, err);
}

/* The user's reference to `name` says $LATEST: let it say `version`. */
static void renumber(q_value *list, const char *name_member, const char *version_member, q_str name,
                     q_str version)
{
    for (q_value *v = list ? list->first : NULL; v; v = v->next) {
        const q_value *was = q_value_get(v, q_str_of(version_member));

        if (!q_str_eq_nocase(q_value_str(v, q_str_of(name_member), Q_STR("")), name) ||
            !q_str_is(q_value_str(v, q_str_of(version_member), Q_STR("$LATEST")), "$LATEST"))
            continue;
        if (!was) {
            q_map_str(v, q_str_of(version_member), version);
            continue;
        }
        for (q_value *m = v->first; m; m = m->next)
            if (m == was)
                m->s = version;
    }
}

static q_code freeze(q_catalog *c, const lex_part *latest, int64_t now_ms, q_arena *a,
                     lex_part *out, q_err *err)
{
    bool bot = latest->d.ref.kind == LEX_BOT;
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_value *body;
    q_code rc = lex__uses(latest->d.ref.kind, latest->body, a, &used, &count, err);

    if (!rc)
        rc = q_json_parse(a, latest->d.body, &body, err);
    for (size_t i = 0; i < count && !rc; i++) {
        lex_part part = {.body = NULL}, version = {.body = NULL};
        bool fresh;

        if (used[i].version != Q_LATEST)
            continue;
        rc = lex__get(c, used[i], false, a, &part, err);
        if (!rc)
            rc = lex__publish_all(c, &part, now_ms, a, &version, &fresh, err);
        if (rc)
            continue;
        for (q_value *m = body->first; m; m = m->next)
            if (q_str_is(m->key, bot ? "intents" : "slots"))
                renumber(m, bot ? "intentName" : "slotType",
                         bot ? "intentVersion" : "slotTypeVersion", used[i].name,
                         lex__version_name(a, version.d.ref.version));
    }
    if (!rc)
        rc = q_value_ok(body, err);
    return rc ? rc : body_make(latest->d.ref.kind, latest->d.ref.name, body, a, out, err);
}

q_code lex__publish_all(q_catalog *c, const lex_part *latest, int64_t now_ms, q_arena *a,
                        lex_part *out, bool *fresh, q_err *err)
{
    lex_part frozen = *latest;
    q_code rc = freeze(c, latest, now_ms, a, &frozen, err);

    return rc ? rc : published(c, latest, &frozen, now_ms, a, out, fresh, err);
}
