/* cli/classify.h - what the commands that classify texts share. */
#ifndef CLI_CLASSIFY_H
#define CLI_CLASSIFY_H

#include "cli/command.h"
#include "language/classifier.h"

extern const cli_command cli_classify_train, cli_classify_test, cli_classify_run;

/* Labelled texts of a file. */
typedef struct classify_texts {
    q_labelled *v;
    size_t n;
    q_str *classes; /* sorted by bytes, each once */
    size_t class_count;
} classify_texts;

/* Rows "label,text" (CSV), or lines "label<TAB>text" where the first line has a tab. With `several`
 * labels they stand in the first field with | between; it may be empty. In the arena. A row that is
 * broken is named by its line: Q_INVALID.
 */
Q_MUST_USE q_code classify__read(const char *path, bool several, q_arena *a, classify_texts *out,
                                 q_err *err);

/* The classifier in a file. */
Q_MUST_USE q_code classify__load(const char *path, q_classifier **out, q_err *err);

/* How right the classifier is on the texts, those with take[i] (NULL: all), to stdout. With `json`
 * as a map, with several labels too.
 */
Q_MUST_USE q_code classify__judge(const q_classifier *c, const classify_texts *t, const bool *take,
                                  bool json, q_arena *a, q_err *err);

#endif
