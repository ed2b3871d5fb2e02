/* service/comprehend.h - what comprehend's files share, and what it needs at start.
 *
 *     feature     what is found in one text             comprehend_find.c
 *     Detect...   of one text, of up to 25              comprehend.c, comprehend_batch.c
 *     kind        of asynchronous jobs                  comprehend_kind.c
 *     Start...    a record and a job, or neither        comprehend_start.c
 *     job         documents in, lines out               comprehend_run.c, _input.c, _output.c
 *     Describe..., List..., Stop...                     comprehend_jobs.c
 *     tags        of all that has an ARN                comprehend_tags.c
 *
 * All that has an ARN is a record (store/record.h), a JSON document whose members have the names
 * of the API's properties, and beside them
 *
 *     {"Status", "SubmitMs", "EndMs", "Message", "Tags"}
 */
#ifndef SERVICE_COMPREHEND_H
#define SERVICE_COMPREHEND_H

#include "service/app.h"
#include "store/record.h"

/* Make what is asked for kinds of jobs. Before the jobs start. */
Q_MUST_USE q_code q_comprehend_register(q_app *app, q_err *err);

/* -- Features -- */

/* With what to find. */
typedef struct comprehend_ask {
    q_app *app;
    const struct comprehend_model *model; /* one's own, or NULL (comprehend_model.h) */
} comprehend_ask;

typedef struct comprehend_feature {
    const char *name;      /* "entities" */
    const char *languages; /* that it knows, "en"; NULL: it takes none */
    size_t text_max;       /* bytes of a text in a request */
    size_t document_max;   /* of a document in a job */
    /* The reply's members into the map `out`, with the names of an item in alphabetical order, as
     * jobs write them. Fails with Q_NOMEM, Q_LIMIT. */
    q_code (*find)(const comprehend_ask *ask, q_str text, q_value *out, q_err *err);
} comprehend_feature;

extern const comprehend_feature comprehend__dominant_language, comprehend__entities,
    comprehend__key_phrases, comprehend__sentiment, comprehend__syntax,
    comprehend__targeted_sentiment, comprehend__pii, comprehend__pii_labels;

/* The text without the personal data that a RedactionConfig names; in the arena. */
Q_MUST_USE q_code comprehend__redact(const comprehend_ask *ask, const q_value *config, q_str text,
                                     q_arena *a, q_str *out, q_err *err);

/* The named error unless the feature knows LanguageCode of the call. */
Q_MUST_USE q_code comprehend__language(q_call *call, const comprehend_feature *f,
                                       const char *error);
/* Of the text in the call, with a model of one's own or NULL. `documents`: Bytes may be a PDF or a
 * picture.
 */
Q_MUST_USE q_code comprehend__detect(q_call *call, const comprehend_feature *f,
                                     const struct comprehend_model *model, bool documents);
/* The call's Text, or what is in its Bytes. */
Q_MUST_USE q_code comprehend__text(q_call *call, bool documents, q_str *out);
/* BeginOffset, EndOffset, Score. */
void comprehend__put_place(q_value *map, float score, uint32_t point, uint32_t points);
/* Of up to 25 texts: BatchDetect... */
Q_MUST_USE q_code comprehend__batch(q_call *call, const comprehend_feature *f);

/* -- Records -- */

enum { COMPREHEND_DOC = 1 << 20 }; /* bytes of a record, at most */

/* "arn:aws:comprehend:REGION:ACCOUNT:entities-detection-job/ID", in the call's arena. */
q_str comprehend__arn(const q_call *call, const char *noun, q_str name);
/* What an ARN names: "entities-detection-job" and "ID"; false when it is none. */
Q_MUST_USE bool comprehend__arn_parts(q_str arn, q_str *noun, q_str *name);
/* *doc in the arena; *version (may be NULL) of the record. Q_NOTFOUND. */
Q_MUST_USE q_code comprehend__load(q_catalog *c, const char *space, q_str key, q_arena *a,
                                   q_value **doc, int64_t *version, q_err *err);
/* Write if the record's version is still `version` (0: there is none); Q_BUSY. */
Q_MUST_USE q_code comprehend__save(q_catalog *c, const char *space, q_str key, const q_value *doc,
                                   int64_t version, q_arena *a, q_err *err);
/* As the document is when its writer is done with it: read, changed, written, again when another
 * was faster. `change` gets the document, from which it takes what it keeps, and fills `to`. It
 * fails with Q_CANCELLED to leave the record as it is.
 */
typedef q_code (*comprehend_change_fn)(void *ctx, const q_value *doc, q_value *to, q_err *err);
Q_MUST_USE q_code comprehend__change(q_catalog *c, const char *space, q_str key,
                                     comprehend_change_fn change, void *ctx, q_err *err);
/* All members of `doc` but those in the NULL-terminated list. */
void comprehend__copy_but(q_value *to, const q_value *doc, const char *const *but);
/* Those in the list that `from` has. */
void comprehend__copy_these(q_value *to, const q_value *from, const char *const *these);
/* Milliseconds as the seconds of a timestamp; nothing when the document has none. */
void comprehend__time(q_value *map, const char *key, const q_value *doc, const char *from);
/* Tags of the call that are fit to be kept. TooManyTagsException, InvalidRequestException. */
Q_MUST_USE q_code comprehend__check_tags(q_call *call);
/* Members that ask for what is not there: keys of KMS, networks. InvalidRequestException. */
Q_MUST_USE q_code comprehend__refuse(q_call *call, const q_value *map);

/* s3://BUCKET/KEY in parts; false when it is none. The key may be empty. */
Q_MUST_USE bool comprehend__url(q_str url, q_str *bucket, q_str *key);
/* InvalidRequestException unless the URL's bucket is there. `member` is for the message. */
Q_MUST_USE q_code comprehend__check_bucket(q_call *call, const char *member, q_str url);

/* -- Submissions -- */

/* A record and the job that works on it. */
typedef struct comprehend_submission {
    q_call *call;
    const char *space, *job; /* of the record, kind of the job */
    q_str key, digest;       /* of the record; of what the call asks for (comprehend__digest) */
    const q_value *doc;
    int64_t version; /* of the record that is there; 0: there is none */
    q_str token;     /* set by comprehend__submit, as the next */
    bool again;      /* the token was used for the same before, and `key` is the record of then */
} comprehend_submission;

/* Both or neither. Fails as a handler does; Q_BUSY when the record is not as `version` says. */
Q_MUST_USE q_code comprehend__submit(comprehend_submission *s);
/* Of what equal calls have in common. */
Q_MUST_USE q_code comprehend__digest(q_call *call, const q_value *wanted, q_str *out);
/* The record that a job works on. In the arena. */
Q_MUST_USE q_code comprehend__job_record(const q_job *job, q_arena *a, q_str *space, q_str *key,
                                         q_err *err);

/* -- Listings -- */

typedef struct comprehend_listing {
    const char *space;
    const char *list; /* of the reply */
    /* One of the records into the reply's list. */
    void (*put)(const q_call *call, const q_record *r, const q_value *doc, q_value *list);
    const char *name;   /* the filter's members that are compared: "JobName" with the record's */
    const char *status; /* "JobStatus" with its Status */
    const char *time;   /* "SubmitTime": ...Before and ...After with its SubmitMs */
} comprehend_listing;

/* By key, from NextToken on, at most MaxResults; NextToken where more follow. With a ...Before the
 * other way round, the oldest job first. InvalidFilterException for more than one filter.
 */
Q_MUST_USE q_code comprehend__list(q_call *call, const comprehend_listing *l);

/* -- Jobs -- */

typedef struct comprehend_kind {
    const char *name;  /* "EntitiesDetection", as operations have it */
    const char *noun;  /* "entities-detection-job", as ARNs have it */
    const char *space; /* of its records */
    const char *code;  /* of its folders: "NER" */
    const comprehend_feature *feature;
    const char *output; /* the name of the file in output.tar.gz; NULL: a .out for each file */
    /* The request's member that names a model of one's own, and the feature with one; or NULL. */
    const char *model;
    const comprehend_feature *custom;
    bool line_text; /* Line is a text in the output */
} comprehend_kind;

extern const comprehend_kind comprehend__kinds[];
extern const size_t comprehend__kind_count;
/* By a record's space. NULL for others. */
const comprehend_kind *comprehend__kind_of(q_str space);
/* The record of what has the ARN; false when nothing here has such ones. */
Q_MUST_USE bool comprehend__arn_record(q_str arn, const char **space, q_str *key);
/* By the operation: that of "StartEntitiesDetectionJob" and its sisters. */
const comprehend_kind *comprehend__kind_for(const q_call *call);

q_code comprehend__start_job(q_call *call);
q_code comprehend__describe_job(q_call *call);
q_code comprehend__list_jobs(q_call *call);
q_code comprehend__stop_job(q_call *call);

#define COMPREHEND_JOB "comprehend.detect"

/* -- Objects under a prefix -- */

typedef struct comprehend_object {
    q_str name;    /* its key behind the folder of the prefix; until the next is asked for */
    uint64_t size; /* bytes */
    int fd;        /* owned by the caller; -1: it is empty */
} comprehend_object;

typedef struct comprehend_objects comprehend_objects;

Q_MUST_USE q_code comprehend__objects_open(q_app *app, q_str url, comprehend_objects **out,
                                           q_err *err);
/* In order of their keys; *more is false behind the last. Keys that end with / are passed over. */
Q_MUST_USE q_code comprehend__objects_next(comprehend_objects *o, comprehend_object *out,
                                           bool *more, q_err *err);
void comprehend__objects_close(comprehend_objects *o); /* NULL is fine */

/* -- Documents of a job -- */

typedef enum comprehend_trouble {
    COMPREHEND_FINE,
    COMPREHEND_EMPTY,
    COMPREHEND_TOO_LONG,
    COMPREHEND_NO_UTF8 /* what follows in the file is not read */
} comprehend_trouble;

typedef struct comprehend_document {
    q_str file;   /* its key behind the folder of the input's prefix */
    int64_t line; /* from 0; -1: the file is the document */
    q_str text;   /* until the next is asked for; empty in trouble */
    comprehend_trouble trouble;
} comprehend_document;

typedef struct comprehend_input comprehend_input;

/* All objects whose keys begin with the URL's. Memory is that of the longest document, at most
 * `document_max` bytes, whatever the objects' size.
 */
Q_MUST_USE q_code comprehend__input_open(q_app *app, q_str url, bool lines, size_t document_max,
                                         comprehend_input **out, q_err *err);
/* The next document, or *more is false. Files without any document are passed over. */
Q_MUST_USE q_code comprehend__input_next(comprehend_input *in, comprehend_document *out, bool *more,
                                         q_err *err);
/* How many objects have been opened. */
size_t comprehend__input_files(const comprehend_input *in);
void comprehend__input_close(comprehend_input *in); /* NULL is fine */

/* -- The output of a job -- */

/* A file on its way that nobody sees yet. */
typedef struct comprehend_output comprehend_output;

Q_MUST_USE q_code comprehend__output_new(q_app *app, comprehend_output **out, q_err *err);
Q_MUST_USE q_code comprehend__output_put(comprehend_output *o, q_str bytes, q_err *err);
void comprehend__output_free(comprehend_output *o); /* NULL is fine */
/* As it is. */
Q_MUST_USE q_code comprehend__output_plain(comprehend_output *o, q_str bucket, q_str key,
                                           q_err *err);
/* As the only file, `name`, of a .tar.gz. */
Q_MUST_USE q_code comprehend__output_archive(comprehend_output *o, const char *name, q_str bucket,
                                             q_str key, q_err *err);

/* -- Tags -- */

q_code comprehend__tag(q_call *call);
q_code comprehend__untag(q_call *call);
q_code comprehend__list_tags(q_call *call);

#endif
