/* service/comprehend_model.h - models of one's own: classifiers, recognizers, their endpoints.
 *
 *     Create..., Describe..., ...   a record, and a job that trains         comprehend_model.c
 *     training                      objects to a worker, a model back       comprehend_train.c
 *     the worker's side             rows, classes, measures                 comprehend_learn*.c
 *     stored and loaded             bytes beside the record, once in memory comprehend_kept.c
 *     endpoints                     names under which they answer           comprehend_endpoint.c
 *
 * A model's record is named "NAME" or "NAME/version/VERSION", as ARNs have it, and holds beside the
 * API's properties
 *
 *     {"Model": {"Parts": 3, "Bytes": 9000000, "Sha256": "..."}}
 *
 * An endpoint's: {"ModelArn", "DesiredModelArn", "DesiredInferenceUnits", "CurrentInferenceUnits"}.
 */
#ifndef SERVICE_COMPREHEND_MODEL_H
#define SERVICE_COMPREHEND_MODEL_H

#include "service/comprehend.h"

typedef struct comprehend_model_kind {
    const char *operation; /* "DocumentClassifier", as operations have it */
    const char *noun, *space;
    const char *endpoint_noun;
    const char *name, *arn; /* members: "DocumentClassifierName", "DocumentClassifierArn" */
    const char *metadata;   /* "ClassifierMetadata" */
    const char *languages;  /* "en es"; that a model may be of */
    bool classifier;
} comprehend_model_kind;

enum { COMPREHEND_MODEL_KINDS = 2 };
extern const comprehend_model_kind comprehend__model_kinds[COMPREHEND_MODEL_KINDS];
/* By an ARN's noun, of the model or of its endpoint. NULL for others. */
const comprehend_model_kind *comprehend__model_kind_of(q_str noun);
const comprehend_model_kind *comprehend__endpoint_kind_of(q_str noun);

/* -- Kept -- */

/* The models that are in memory; q_app.comprehend. */
Q_MUST_USE q_code q_comprehend_new(q_comprehend **out, q_err *err);
void q_comprehend_free(q_comprehend *c); /* when nothing is called any more; NULL is fine */

/* A model in this process's memory. Shared and counted. */
typedef struct comprehend_model {
    bool multi_label;
    struct q_classifier *classifier; /* or NULL */
    struct q_recognizer *recognizer; /* or NULL */
} comprehend_model;

/* The trained model of this record; loaded when it is not in memory. *out is one reference. Fails
 * with Q_NOTFOUND, Q_INVALID (not trained, or damaged).
 */
Q_MUST_USE q_code comprehend__model_get(q_app *app, const comprehend_model_kind *kind, q_str key,
                                        comprehend_model **out, q_err *err);
void comprehend__model_unref(q_app *app, comprehend_model *m); /* NULL is fine */
/* Inside a transaction: keep a model's bytes beside the record, in place of what was there; what
 * the record says of them goes to `about`.
 */
Q_MUST_USE q_code comprehend__model_put(q_catalog *c, const comprehend_model_kind *kind, q_str key,
                                        q_str bytes, q_value *about, q_err *err);
/* Inside a transaction: they go. */
Q_MUST_USE q_code comprehend__model_drop(q_catalog *c, const comprehend_model_kind *kind, q_str key,
                                         q_err *err);

/* -- Endpoints -- */

#define COMPREHEND_DEPLOY "comprehend.deploy"
#define COMPREHEND_ENDPOINTS "comprehend-endpoint" /* the space; keys: "NOUN/NAME" */

/* The model that the call's EndpointArn serves. *out is one reference. Fails as a handler does:
 * ResourceUnavailableException when there is no such endpoint in service.
 */
Q_MUST_USE q_code comprehend__endpoint_model(q_call *call, const comprehend_model_kind *kind,
                                             comprehend_model **out);
Q_MUST_USE q_code comprehend__register_endpoints(q_app *app, q_err *err);
q_code comprehend__create_endpoint(q_call *call);
q_code comprehend__describe_endpoint(q_call *call);
q_code comprehend__update_endpoint(q_call *call);
q_code comprehend__delete_endpoint(q_call *call);
q_code comprehend__list_endpoints(q_call *call);

/* With the model of an endpoint: ClassifyDocument, DetectEntities. */
q_code comprehend__classify(q_call *call);
q_code comprehend__custom_detect(q_call *call);
extern const comprehend_feature comprehend__classes, comprehend__custom_entities;

/* -- Models -- */

#define COMPREHEND_TRAIN "comprehend.train"

Q_MUST_USE q_code comprehend__register_training(q_app *app, q_err *err);
q_code comprehend__create_model(q_call *call);
q_code comprehend__describe_model(q_call *call);
q_code comprehend__delete_model(q_call *call);
q_code comprehend__stop_training(q_call *call);
q_code comprehend__list_models(q_call *call);
q_code comprehend__list_summaries(q_call *call);

#endif
