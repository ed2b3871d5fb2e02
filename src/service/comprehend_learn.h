/* service/comprehend_learn.h - training, in a worker: the data are a stranger's, and a training may
 * be limited and ended. What both ends say to each other:
 *
 *     learn.new    {"Classifier", "MultiLabel", "Delimiter", "Types", "Lines"}
 *     learn.file   {"Role", "Test", "Name", "Attributes"}, the file
 *     learn.run                                          -> learn_reply, and three texts
 *
 * Roles of files: "rows" (label,text), "manifest" (of Ground Truth), "documents", "annotations",
 * "list" (of entities). Documents come before what speaks of them.
 */
#ifndef SERVICE_COMPREHEND_LEARN_H
#define SERVICE_COMPREHEND_LEARN_H

#include "base/dictionary.h"
#include "base/value.h"
#include "language/classifier.h"
#include "language/recognizer.h"
#include "work/worker.h"

#define LEARN_NEW "learn.new"
#define LEARN_FILE "learn.file"
#define LEARN_RUN "learn.run"

/* The first argument with which our own program becomes a spawner of learners. */
#define Q_LEARNER_COMMAND "--learner"

extern const q_worker_task q_learner_tasks[];
extern const size_t q_learner_task_count;
/* As q_worker_main wants them. */
q_code q_learner_prepare(void **state, q_err *err);
void q_learner_release(void *state);
/* Learners of this very program, which must take Q_LEARNER_COMMAND. */
Q_MUST_USE q_code q_learners_new(q_workers **out, q_err *err);

typedef struct learn_reply {
    uint64_t metadata; /* bytes of the properties' metadata, as JSON */
    uint64_t matrix;   /* of confusion_matrix.json; 0: there is none */
    uint64_t model;
} learn_reply;

/* -- The worker's side -- */

typedef struct learn_labelled {
    q_labelled *v;
    size_t n, cap;
} learn_labelled;

typedef struct learn_document {
    q_str text;
    q_span *spans;
    size_t span_count, span_cap;
    q_annotated marked; /* by a list of entities, where one was given */
} learn_document;

typedef struct learn_file {
    q_str name;
    size_t first, count; /* documents[first .. first + count) are its lines; or the file is one */
    bool test;
} learn_file;

typedef struct learner {
    const q_language *language;
    q_arena *arena;
    bool classifier, multi_label;
    bool lines; /* a line is a document */
    char delimiter;
    bool has_test; /* data to test with were given */

    /* of a classifier */
    q_dictionary classes;
    learn_labelled train, test;

    /* of a recognizer */
    q_dictionary types, files;
    learn_file *file; /* by its number in `files` */
    size_t file_cap;
    learn_document *documents;
    size_t document_count, document_cap;
    q_listed *listed; /* entries of a list */
    size_t listed_count, listed_cap;
} learner;

/* A file's bytes, and what they are. Fails with Q_INVALID ("NAME line 7: ..."). */
typedef struct learn_source {
    q_str name, bytes;
    bool test;
    const q_value *attributes; /* of a manifest */
} learn_source;

Q_MUST_USE q_code learn__rows(learner *l, const learn_source *s, q_err *err);
Q_MUST_USE q_code learn__label_manifest(learner *l, const learn_source *s, q_err *err);
/* One more labelled text; `labels` as they stand in the data. */
Q_MUST_USE q_code learn__add_label(learner *l, const learn_source *s, size_t line, q_str label,
                                   uint32_t *out, q_err *err);
Q_MUST_USE q_code learn__add_text(learner *l, const learn_source *s, size_t line, q_str text,
                                  const uint32_t *classes, size_t count, q_err *err);
Q_MUST_USE q_code learn__documents(learner *l, const learn_source *s, q_err *err);
Q_MUST_USE q_code learn__annotations(learner *l, const learn_source *s, q_err *err);
Q_MUST_USE q_code learn__list(learner *l, const learn_source *s, q_err *err);
Q_MUST_USE q_code learn__span_manifest(learner *l, const learn_source *s, q_err *err);

/* Train, measure, and write: the metadata, the matrix (may stay empty), the model. */
Q_MUST_USE q_code learn__classes(learner *l, q_buf *metadata, q_buf *matrix, q_buf *model,
                                 q_err *err);
Q_MUST_USE q_code learn__entities(learner *l, q_buf *metadata, q_buf *model, q_err *err);

#endif
