/* service/textract_job.h - what the files of the asynchronous operations share. Private to them.
 *
 *     Start...  the input, checked, is a job's request        textract_start.c
 *     job       reads, keeps the result in parts of items     textract_job.c
 *               writes it to the caller's bucket, if wanted   textract_output.c
 *               tells the caller's topic, if wanted           textract_notice.c
 *     Get...    some of the items                             textract_result.c
 *
 * A job's request is the input as JSON, members in a fixed order. Its result is a small document:
 *     {"Pages": 3, "Items": 912, "Warnings": [{"ErrorCode": "...", "Pages": [2]}],
 *      "StatusMessage": "..."}
 * and its items are in parts (work/job_part.h), each a JSON list.
 */
#ifndef SERVICE_TEXTRACT_JOB_H
#define SERVICE_TEXTRACT_JOB_H

#include "service/reader.h"
#include "service/textract.h"
#include "work/job_part.h"

typedef struct textract_kind {
    const char *job;       /* "textract.detect" */
    const char *operation; /* "StartDocumentTextDetection" */
    const char *noun;      /* "text detection" */
    const char *items;     /* the reply's member: "Blocks", "ExpenseDocuments" */
    const char *version;   /* and that of the model's version */
    size_t most;           /* items of one reply */
    bool expense, analysis;
} textract_kind;

extern const textract_kind textract__kinds[];
enum { TEXTRACT_KINDS = 3, TEXTRACT_RESULT_BYTES = 1 << 20 };

/* By the name of its jobs. NULL for others. */
const textract_kind *textract__kind_of(q_str job);

/* A job's items [from, from + count), the members of its result, and NextToken where more items
 * follow: into the map `out`, as Get... replies. `result` is the job's result, parsed.
 */
Q_MUST_USE q_code textract__result(q_catalog *c, const textract_kind *kind, q_str job,
                                   const q_value *result, size_t from, size_t count, q_value *out,
                                   q_err *err);
/* SUCCEEDED, or PARTIAL_SUCCESS with warnings. */
q_str textract__status(const q_value *result);

/* Where OutputConfig of a job's request wants the result: s3://BUCKET/PREFIX/JOB/. `which` is its
 * last part. In the arena.
 */
typedef struct textract_output {
    q_str bucket, folder; /* empty bucket: nowhere */
} textract_output;

Q_MUST_USE q_code textract__output_of(const q_value *request, q_str job, q_arena *a,
                                      textract_output *out, q_err *err);
/* An empty object .s3_access_check, as a sign that the bucket takes the result. */
Q_MUST_USE q_code textract__output_check(q_app *app, const textract_output *to, q_err *err);
/* The result in pieces 1, 2, ..., each as a reply of Get... */
Q_MUST_USE q_code textract__output_write(q_app *app, const textract_output *to,
                                         const textract_kind *kind, q_str job,
                                         const q_value *result, q_err *err);

/* A job's end, told to the topic of its NotificationChannel. A q_job_ended_fn; ctx is the app. */
q_code textract__notify(void *ctx, const q_job *job, q_err *err);

#endif
