/* service/sagemaker.h - what sagemaker's files share, and what it needs at start.
 *
 * Models, endpoint configurations and endpoints are records (store/record.h),
 * JSON documents by name. An endpoint's document says which deployment is in
 * force; the processes that serve it belong to the running server
 * (sagemaker_deploy.c), which brings them up from the document whenever they
 * are not there: after CreateEndpoint, after a restart.
 *
 *     {"CreatedMs", "ModifiedMs", "Status", "FailureReason",
 *      "ConfigName", "Deployment", "Variants": [variant...],   in force
 *      "Target": {"ConfigName", "Deployment", "Variants"},     being brought up
 *      "DeploymentConfig"}
 */
#ifndef Q_SERVICE_SAGEMAKER_H
#define Q_SERVICE_SAGEMAKER_H

#include "service/app.h"
#include "serving/served.h"
#include "store/record.h"

/* -- The running endpoints of this process -- */

Q_MUST_USE q_code q_endpoints_new(q_endpoints **out, q_err *err);
/* Make deployments a kind of job, and bring up in the background what was in
 * service before a restart. Before the jobs start.
 */
Q_MUST_USE q_code q_endpoints_start(q_app *app, q_err *err);
/* When nothing is called any more. NULL is fine. */
void q_endpoints_free(q_endpoints *e);

/* -- Records -- */

typedef struct sagemaker_kind {
    const char *space; /* of its records */
    const char *noun;  /* as messages name it */
    const char *arn;   /* its part of an ARN */
} sagemaker_kind;

extern const sagemaker_kind sagemaker__model, sagemaker__config, sagemaker__endpoint;

enum { SAGEMAKER_DOC = 1 << 20 }; /* bytes of a document, at most */

/* "arn:aws:sagemaker:REGION:ACCOUNT:model/name", in the call's arena. */
q_str sagemaker__arn(const q_call *call, const sagemaker_kind *kind, q_str name);
/* *doc in the call's arena; *version (may be NULL) of the record. Fails as a
 * handler does: ValidationException when there is none of that name.
 */
Q_MUST_USE q_code sagemaker__get(q_call *call, const sagemaker_kind *kind, q_str name,
                                 q_value **doc, int64_t *version);
/* The same without a call; Q_NOTFOUND. */
Q_MUST_USE q_code sagemaker__load(q_catalog *c, const sagemaker_kind *kind, q_str name, q_arena *a,
                                  q_value **doc, int64_t *version, q_err *err);
/* Write if the record's version is still `version` (0: there is none); Q_BUSY. */
Q_MUST_USE q_code sagemaker__save(q_catalog *c, const sagemaker_kind *kind, q_str name,
                                  const q_value *doc, int64_t version, q_arena *a, q_err *err);
/* A new one: ValidationException when the name is taken. Its ARN goes to out[arn_member]. */
Q_MUST_USE q_code sagemaker__create(q_call *call, const sagemaker_kind *kind, q_str name,
                                    const q_value *doc, const char *arn_member);
/* ValidationException when there is none. */
Q_MUST_USE q_code sagemaker__delete(q_call *call, const sagemaker_kind *kind, q_str name);
/* "already exists", as the API says it. */
q_code sagemaker__exists(q_call *call, const sagemaker_kind *kind, q_str name);

/* Refuse the first of the members (a NULL-terminated list) that `map` has. */
Q_MUST_USE q_code sagemaker__refuse(q_call *call, const q_value *map, const char *const *members,
                                    const char *instead);
/* Milliseconds as the seconds of a timestamp. */
void sagemaker__time(q_value *map, const char *key, const q_value *doc, const char *from);

/* -- Listings -- */

typedef struct sagemaker_listing {
    const sagemaker_kind *kind;
    const char *list;       /* "Models" */
    const char *name, *arn; /* members of an item: "ModelName", "ModelArn" */
    bool endpoints;         /* items have a status and a time of change */
} sagemaker_listing;
Q_MUST_USE q_code sagemaker__list(q_call *call, const sagemaker_listing *l);

/* -- Variants -- */

enum { SAGEMAKER_VARIANTS = 10 };

typedef struct sagemaker_variant {
    q_str name, model, image, bucket, key;
    double weight;
    size_t instances;
    q_served_config serving;
} sagemaker_variant;

/* The bucket and key of an s3:// URL; false when it is none. */
Q_MUST_USE bool sagemaker__url(q_str url, q_str *bucket, q_str *key);
/* The serving options of a container's Environment; Q_INVALID names the variable. */
Q_MUST_USE q_code sagemaker__environment(const q_value *container, q_served_config *out,
                                         q_err *err);
/* Variants as an endpoint's document has them. */
void sagemaker__variant_write(q_value *list, const sagemaker_variant *v);
size_t sagemaker__variants_read(const q_value *list, sagemaker_variant out[SAGEMAKER_VARIANTS]);

/* -- Deployments -- */

/* The hosts of one deployment: a served model for each variant. Counted. */
typedef struct deployment deployment;
void deployment__unref(deployment *d); /* NULL is fine */
/* Borrowed; the i-th of the document's variants. */
q_served *deployment__served(const deployment *d, size_t i);

/* The deployment `id` of the endpoint, brought up if it is not there; waits for
 * it. *out is one reference. Fails with what keeps a variant from coming up.
 */
Q_MUST_USE q_code deployment__get(q_app *app, q_str endpoint, q_str id,
                                  const sagemaker_variant *variants, size_t count, deployment **out,
                                  q_err *err);
/* Forget all deployments of the endpoint but `keep` (may be empty); they end
 * with their last request.
 */
void deployment__retire(q_app *app, q_str endpoint, q_str keep);
/* The next number for q_choose. */
_Atomic uint64_t *deployment__chance(q_app *app);

/* The kind of the jobs, and their request. */
#define SAGEMAKER_DEPLOY "sagemaker.deploy"
q_str sagemaker__deploy_request(q_arena *a, q_str endpoint, q_str id);
/* Runs one: brings the target up and puts it in force. */
q_code sagemaker__deploy(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err);

/* -- The handlers -- */

q_code sagemaker__create_model(q_call *call);
q_code sagemaker__describe_model(q_call *call);
q_code sagemaker__create_config(q_call *call);
q_code sagemaker__describe_config(q_call *call);
q_code sagemaker__create_endpoint(q_call *call);
q_code sagemaker__describe_endpoint(q_call *call);
q_code sagemaker__update_endpoint(q_call *call);
q_code sagemaker__update_weights(q_call *call);
q_code sagemaker__delete_endpoint(q_call *call);

#endif
