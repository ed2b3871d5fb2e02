/* Document classifiers and entity recognizers as resources: made, described, stopped, deleted. */
#include "service/comprehend_model.h"

#include "wire/api.h"

const comprehend_model_kind comprehend__model_kinds[COMPREHEND_MODEL_KINDS] = {
    {"DocumentClassifier", "document-classifier", "comprehend-classifier",
     "document-classifier-endpoint", "DocumentClassifierName", "DocumentClassifierArn",
     "ClassifierMetadata", "en es fr de it pt", true},
    {"EntityRecognizer", "entity-recognizer", "comprehend-recognizer", "entity-recognizer-endpoint",
     "RecognizerName", "EntityRecognizerArn", "RecognizerMetadata", "en", false},
};

const comprehend_model_kind *comprehend__model_kind_of(q_str noun)
{
    for (size_t i = 0; i < COMPREHEND_MODEL_KINDS; i++)
        if (q_str_is(noun, comprehend__model_kinds[i].noun))
            return &comprehend__model_kinds[i];
    return NULL;
}

const comprehend_model_kind *comprehend__endpoint_kind_of(q_str noun)
{
    for (size_t i = 0; i < COMPREHEND_MODEL_KINDS; i++)
        if (q_str_is(noun, comprehend__model_kinds[i].endpoint_noun))
            return &comprehend__model_kinds[i];
    return NULL;
}

/* By the operation: CreateDocumentClassifier, ListEntityRecognizerSummaries. */
static const comprehend_model_kind *kind_for(const q_call *call)
{
    bool classifier = q_str_find(call->op->name, Q_STR("DocumentClassifier")) != SIZE_MAX;

    return &comprehend__model_kinds[classifier ? 0 : 1];
}

/* ---- Create... ------------------------------------------------------------------- */

static bool has_word(const char *words, q_str word)
{
    q_str rest = q_str_of(words), head;
    bool more = true;

    while (more) {
        more = q_str_cut(rest, ' ', &head, &rest);
        if (q_str_eq(head, word))
            return true;
    }
    return false;
}

static q_code check_url(q_call *call, const q_value *map, const char *what, const char *member)
{
    q_str url = q_value_str(map, q_str_of(member), Q_STR(""));
    q_str name = q_str_printf(call->arena, "%s%s", what, member);

    if (!name.p)
        return q_err_nomem(&call->err);
    return url.n ? comprehend__check_bucket(call, name.p, url) : Q_OK;
}

static q_code missing(q_call *call, const char *what)
{
    return q_call_fail(call, "InvalidRequestException", "InputDataConfig has no %s", what);
}

/* The manifests of Ground Truth: each a file, with the names of the attributes that count. */
static q_code check_manifests(q_call *call, const q_value *list)
{
    q_code rc = Q_OK;

    if (!q_value_count(list))
        return missing(call, "AugmentedManifests; DataFormat AUGMENTED_MANIFEST wants them");
    for (const q_value *m = q_value_first(list); m && !rc; m = m->next) {
        if (q_str_is(q_value_str(m, Q_STR("DocumentType"), Q_STR("")), "SEMI_STRUCTURED_DOCUMENT"))
            return q_call_fail(call, "InvalidRequestException",
                               "DocumentType is SEMI_STRUCTURED_DOCUMENT; this server learns from "
                               "PLAIN_TEXT_DOCUMENT");
        rc = check_url(call, m, "AugmentedManifests.", "S3Uri");
    }
    return rc;
}

static q_code check_recognizer_data(q_call *call, const q_value *config)
{
    const q_value *documents = q_value_get(config, Q_STR("Documents"));
    const q_value *annotations = q_value_get(config, Q_STR("Annotations"));
    const q_value *list = q_value_get(config, Q_STR("EntityList"));
    q_code rc;

    if (!documents)
        return missing(call, "Documents");
    if (!annotations == !list)
        return q_call_fail(call, "InvalidRequestException",
                           "InputDataConfig wants either Annotations or EntityList");
    if (q_value_get(documents, Q_STR("TestS3Uri")) && !q_value_get(annotations, Q_STR("TestS3Uri")))
        return q_call_fail(call, "InvalidRequestException",
                           "Documents has a TestS3Uri and Annotations has none");
    rc = check_url(call, documents, "Documents.", "S3Uri");
    if (!rc)
        rc = check_url(call, documents, "Documents.", "TestS3Uri");
    if (!rc)
        rc = check_url(call, annotations, "Annotations.", "S3Uri");
    if (!rc)
        rc = check_url(call, annotations, "Annotations.", "TestS3Uri");
    return rc ? rc : check_url(call, list, "EntityList.", "S3Uri");
}

static q_code check_data(q_call *call, const comprehend_model_kind *kind)
{
    const q_value *config = q_value_get(call->in, Q_STR("InputDataConfig"));
    q_code rc;

    if (q_str_is(q_value_str(config, Q_STR("DataFormat"), Q_STR("")), "AUGMENTED_MANIFEST"))
        return check_manifests(call, q_value_get(config, Q_STR("AugmentedManifests")));
    if (!kind->classifier)
        return check_recognizer_data(call, config);
    if (q_str_is(q_value_str(config, Q_STR("DocumentType"), Q_STR("")), "SEMI_STRUCTURED_DOCUMENT"))
        return q_call_fail(call, "InvalidRequestException",
                           "DocumentType is SEMI_STRUCTURED_DOCUMENT; this server learns from "
                           "PLAIN_TEXT_DOCUMENT");
    if (!q_value_get(config, Q_STR("S3Uri")))
        return missing(call, "S3Uri");
    rc = check_url(call, config, "InputDataConfig.", "S3Uri");
    return rc ? rc : check_url(call, config, "InputDataConfig.", "TestS3Uri");
}

static q_code check(q_call *call, const comprehend_model_kind *kind)
{
    const q_value *output = q_value_get(call->in, Q_STR("OutputDataConfig"));
    q_str language = q_value_str(call->in, Q_STR("LanguageCode"), Q_STR(""));
    q_code rc = comprehend__refuse(call, call->in);

    if (!rc)
        rc = comprehend__refuse(call, output);
    if (!rc && !has_word(kind->languages, language))
        return q_call_fail(call, "UnsupportedLanguageException",
                           "LanguageCode is %.*s; models are made for %s", Q_ARG(language),
                           kind->languages);
    if (!rc)
        rc = comprehend__check_tags(call);
    if (!rc)
        rc = check_url(call, output, "OutputDataConfig.", "S3Uri");
    return rc ? rc : check_data(call, kind);
}

static q_str key_of(const q_call *call, const comprehend_model_kind *kind)
{
    q_str name = q_value_str(call->in, q_str_of(kind->name), Q_STR(""));
    q_str version = q_value_str(call->in, Q_STR("VersionName"), Q_STR(""));

    return version.n ? q_str_printf(call->arena, "%.*s/version/%.*s", Q_ARG(name), Q_ARG(version))
                     : name;
}

static void put_wanted(const q_call *call, const comprehend_model_kind *kind, q_value *doc)
{
    static const char *const kept[] = {"VersionName",       "Tags",         "InputDataConfig",
                                       "DataAccessRoleArn", "LanguageCode", NULL};
    q_str output =
        q_value_str(q_value_get(call->in, Q_STR("OutputDataConfig")), Q_STR("S3Uri"), Q_STR(""));

    q_map_copy(doc, q_str_of(kind->name), q_value_get(call->in, q_str_of(kind->name)));
    comprehend__copy_these(doc, call->in, kept);
    if (kind->classifier)
        q_map_str(doc, Q_STR("Mode"), q_value_str(call->in, Q_STR("Mode"), Q_STR("MULTI_CLASS")));
    while (q_str_ends(output, Q_STR("/")))
        output.n--;
    if (output.n)
        q_map_str(doc, Q_STR("OutputPrefix"), output);
}

q_code comprehend__create_model(q_call *call)
{
    const comprehend_model_kind *kind = kind_for(call);
    comprehend_submission s = {.call = call, .space = kind->space, .job = COMPREHEND_TRAIN};
    q_value *doc = q_value_map(call->arena);
    q_code rc = check(call, kind);

    if (rc)
        return rc;
    put_wanted(call, kind, doc);
    rc = comprehend__digest(call, doc, &s.digest);
    s.key = key_of(call, kind);
    if (!rc && !s.key.p)
        rc = q_err_nomem(&call->err);
    if (rc)
        return rc;
    q_map_str(doc, Q_STR("Arn"), comprehend__arn(call, kind->noun, s.key));
    q_map_str(doc, Q_STR("Status"), Q_STR("SUBMITTED"));
    q_map_int(doc, Q_STR("SubmitMs"), call->now_ms);
    s.doc = doc;
    rc = comprehend__submit(&s);
    if (rc == Q_BUSY)
        return q_call_fail(call, "ResourceInUseException",
                           "there is a %s %.*s; give another name or VersionName, or delete it",
                           kind->noun, Q_ARG(s.key));
    if (rc)
        return rc;
    q_map_str(call->out, q_str_of(kind->arn), comprehend__arn(call, kind->noun, s.key));
    return q_value_ok(call->out, &call->err);
}

/* ---- by ARN ------------------------------------------------------------------------ */

static q_code not_found(q_call *call, const comprehend_model_kind *kind)
{
    return q_call_fail(call, "ResourceNotFoundException", "there is no %.*s",
                       Q_ARG(q_value_str(call->in, q_str_of(kind->arn), Q_STR(""))));
}

/* The key of the record that the call's ARN names; empty when it names none of this kind. */
static q_str arn_key(const q_call *call, const comprehend_model_kind *kind)
{
    q_str noun = {NULL, 0}, key = {NULL, 0};

    if (!comprehend__arn_parts(q_value_str(call->in, q_str_of(kind->arn), Q_STR("")), &noun,
                               &key) ||
        !q_str_is(noun, kind->noun))
        return Q_STR("");
    return key;
}

static void put_properties(const q_call *call, const q_record *r, const q_value *doc, q_value *list)
{
    static const char *const kept[] = {"LanguageCode",     "Status",      "Message",
                                       "InputDataConfig",  "Mode",        "DataAccessRoleArn",
                                       "OutputDataConfig", "VersionName", NULL};
    const comprehend_model_kind *kind = kind_for(call);
    q_value *map = list && list->kind == Q_VALUE_LIST ? q_list_map(list) : list;

    (void)r;
    q_map_str(map, q_str_of(kind->arn), q_value_str(doc, Q_STR("Arn"), Q_STR("")));
    comprehend__copy_these(map, doc, kept);
    q_map_copy(map, q_str_of(kind->metadata), q_value_get(doc, q_str_of(kind->metadata)));
    comprehend__time(map, "SubmitTime", doc, "SubmitMs");
    comprehend__time(map, "EndTime", doc, "EndMs");
    comprehend__time(map, "TrainingStartTime", doc, "TrainingStartMs");
    comprehend__time(map, "TrainingEndTime", doc, "TrainingEndMs");
}

q_code comprehend__describe_model(q_call *call)
{
    const q_app *app = call->app;
    const comprehend_model_kind *kind = kind_for(call);
    q_str member = q_str_printf(call->arena, "%sProperties", kind->operation);
    q_value *doc = NULL;
    q_code rc = comprehend__load(app->catalog, kind->space, arn_key(call, kind), call->arena, &doc,
                                 NULL, &call->err);

    if (rc == Q_NOTFOUND)
        return not_found(call, kind);
    if (rc)
        return rc;
    if (!member.p)
        return q_err_nomem(&call->err);
    put_properties(call, NULL, doc, q_map_map(call->out, member));
    return q_value_ok(call->out, &call->err);
}

q_code comprehend__list_models(q_call *call)
{
    const comprehend_model_kind *kind = kind_for(call);
    q_str list = q_str_printf(call->arena, "%sPropertiesList", kind->operation);

    if (!list.p)
        return q_err_nomem(&call->err);
    return comprehend__list(call, &(comprehend_listing){.space = kind->space,
                                                        .list = list.p,
                                                        .put = put_properties,
                                                        .name = kind->name,
                                                        .status = "Status",
                                                        .time = "SubmitTime"});
}

/* ---- stopping ------------------------------------------------------------------------ */

static q_code ask_to_stop(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", NULL};
    q_str status = q_value_str(doc, Q_STR("Status"), Q_STR(""));

    *(bool *)ctx = q_str_is(status, "SUBMITTED") || q_str_is(status, "TRAINING") ||
                   q_str_is(status, "STOP_REQUESTED");
    if (!*(bool *)ctx || q_str_is(status, "STOP_REQUESTED"))
        return q_err_set(err, Q_CANCELLED, "it is %.*s", Q_ARG(status));
    q_map_str(to, Q_STR("Status"), Q_STR("STOP_REQUESTED"));
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

q_code comprehend__stop_training(q_call *call)
{
    const q_app *app = call->app;
    const comprehend_model_kind *kind = kind_for(call);
    bool trains = false;
    q_code rc = comprehend__change(app->catalog, kind->space, arn_key(call, kind), ask_to_stop,
                                   &trains, &call->err);

    if (rc == Q_NOTFOUND)
        return not_found(call, kind);
    if (!rc && !trains)
        return q_call_fail(call, "InvalidRequestException", "%.*s is not being trained",
                           Q_ARG(q_value_str(call->in, q_str_of(kind->arn), Q_STR(""))));
    return rc;
}

/* ---- deleting ------------------------------------------------------------------------ */

typedef struct deletion {
    q_call *call;
    const comprehend_model_kind *kind;
    q_str key, status;
    q_str endpoint; /* that uses the model */
} deletion;

/* Inside the transaction: an endpoint that serves the model, or is about to. */
static q_code find_user(q_catalog *c, deletion *d, q_err *err)
{
    q_call *call = d->call;
    q_str quoted = q_str_printf(call->arena, "\"%.*s\"",
                                Q_ARG(q_value_str(call->in, q_str_of(d->kind->arn), Q_STR("")))),
          after = Q_STR("");
    enum { PAGE = 100 };
    size_t count = PAGE;
    q_code rc = quoted.p ? Q_OK : q_err_nomem(err);

    while (!rc && count == PAGE && !d->endpoint.n) {
        q_record *r;

        rc = q_record_list(c, Q_STR(COMPREHEND_ENDPOINTS), after, PAGE, call->now_ms, call->arena,
                           &r, &count, err);
        for (size_t i = 0; i < count && !rc; i++) {
            after = r[i].key;
            if (q_str_find(r[i].value, quoted) != SIZE_MAX)
                d->endpoint = r[i].key;
        }
    }
    return rc;
}

static q_code remove_all(q_catalog *c, void *arg, q_err *err)
{
    deletion *d = arg;
    q_value *doc = NULL;
    bool existed;
    q_code rc = comprehend__load(c, d->kind->space, d->key, d->call->arena, &doc, NULL, err);

    if (rc)
        return rc;
    d->status = q_value_str(doc, Q_STR("Status"), Q_STR(""));
    if (!q_str_is(d->status, "TRAINED") && !q_str_is(d->status, "IN_ERROR") &&
        !q_str_is(d->status, "STOPPED"))
        return q_err_set(err, Q_BUSY, "it is %.*s", Q_ARG(d->status));
    rc = find_user(c, d, err);
    if (!rc && d->endpoint.n)
        return q_err_set(err, Q_BUSY, "endpoint %.*s uses it", Q_ARG(d->endpoint));
    if (!rc)
        rc = comprehend__model_drop(c, d->kind, d->key, err);
    return rc ? rc : q_record_delete(c, q_str_of(d->kind->space), d->key, &existed, err);
}

q_code comprehend__delete_model(q_call *call)
{
    const q_app *app = call->app;
    deletion d = {.call = call, .kind = kind_for(call)};
    q_code rc;

    d.key = arn_key(call, d.kind);
    rc = q_catalog_transact(app->catalog, remove_all, &d, &call->err);
    if (rc == Q_NOTFOUND)
        return not_found(call, d.kind);
    if (rc == Q_BUSY && d.endpoint.n)
        return q_call_fail(call, "ResourceInUseException",
                           "endpoint %.*s serves the model; delete the endpoint first",
                           Q_ARG(d.endpoint));
    if (rc == Q_BUSY)
        return q_call_fail(call, "ResourceInUseException",
                           "%.*s is %.*s; stop its training first, and wait for it",
                           Q_ARG(q_value_str(call->in, q_str_of(d.kind->arn), Q_STR(""))),
                           Q_ARG(d.status));
    return rc;
}
