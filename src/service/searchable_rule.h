/* service/searchable_rule.h - every scan that is put into a folder of a bucket gets its searchable
 * PDF, in the same bucket.
 *
 *     PUT s3://BUCKET/documents/a/scan.jpg --event--> job --> s3://BUCKET/TO/a/scan.pdf
 *
 * Rules are kept in the catalog. A job is submitted with the object, so that an upload that was
 * acknowledged is read even if the server is killed a moment later. What could not be read is
 * listed until it is put again.
 */
#ifndef Q_SERVICE_SEARCHABLE_RULE_H
#define Q_SERVICE_SEARCHABLE_RULE_H

#include "service/app.h"
#include "service/searchable.h"

typedef struct q_searchable_rule {
    q_str bucket;
    q_str prefix; /* "documents/"; ends with / */
    q_str to;     /* what stands in its place in the PDF's key; may be empty: the bucket's root */
    q_searchable_text text;
    bool deskew, rotate, archive;
} q_searchable_rule;

typedef struct q_searchable_failure {
    q_str object; /* "BUCKET/KEY" */
    q_str error;
    int64_t time_ms;
} q_searchable_failure;

/* Keep a rule, in place of one of the same bucket and prefix. Q_INVALID for one whose PDFs would
 * fall under a rule, itself or another, and so be read without end.
 */
Q_MUST_USE q_code q_searchable_rule_put(q_catalog *c, const q_searchable_rule *rule, int64_t now_ms,
                                        q_err *err);
Q_MUST_USE q_code q_searchable_rule_delete(q_catalog *c, q_str bucket, q_str prefix, bool *existed,
                                           q_err *err);
/* By bucket and prefix; in the arena. */
Q_MUST_USE q_code q_searchable_rule_list(q_catalog *c, q_arena *a, q_searchable_rule **out,
                                         size_t *count, q_err *err);
/* By object; in the arena. */
Q_MUST_USE q_code q_searchable_failure_list(q_catalog *c, q_arena *a, q_searchable_failure **out,
                                            size_t *count, q_err *err);

/* The key of the searchable PDF of an object under a rule; in the arena, .p NULL when it is full.
 */
q_str q_searchable_key(const q_searchable_rule *rule, q_str key, q_arena *a);

/* Between the making of app->events and jobs, and q_jobs_start. */
Q_MUST_USE q_code q_searchable_start(q_app *app, q_err *err);

#endif
