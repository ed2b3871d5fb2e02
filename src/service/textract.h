/* service/textract.h - what textract's files share, and what it needs at start.
 *
 * DetectDocumentText, AnalyzeDocument, AnalyzeExpense and AnalyzeID read while the client waits;
 * Start... leaves a job, Get... says what it found (textract_job.h).
 */
#ifndef Q_SERVICE_TEXTRACT_H
#define Q_SERVICE_TEXTRACT_H

#include "document/analysis.h"
#include "document/document.h"
#include "document/expense.h"
#include "service/app.h"
#include "wire/call.h"

/* Make what Start... asks for kinds of jobs. Before the jobs start. */
Q_MUST_USE q_code q_textract_register(q_app *app, q_err *err);

/* The replies of DetectDocumentText, AnalyzeExpense and AnalyzeDocument, added to the map `out`;
 * its q_value_ok tells whether all found room.
 */
void q_textract_text(const q_pages *pages, q_value *out);
void q_textract_expense(const q_expense *expense, const q_pages *pages, q_value *out);
/* `queries` is the request's list of them, NULL without questions. */
void q_textract_analysis(const q_pages *pages, const q_analysis *analysis, const q_value *queries,
                         q_value *out);

/* Open what a member Document or DocumentLocation names: its Bytes (where the
 * API has them) or the object of its S3Object. *fd is owned by the caller.
 * Fails as a handler does, with the call's error set.
 */
Q_MUST_USE q_code textract__open(q_call *call, const q_value *document, int *fd);

/* Open such a document and read all its pages, with marks or without, and so that of the call's
 * input.
 */
Q_MUST_USE q_code textract__read_document(q_call *call, const q_value *document, bool marks,
                                          q_pages *out);
Q_MUST_USE q_code textract__read(q_call *call, bool marks, q_pages *out);

/* What an input's FeatureTypes and QueriesConfig ask for, and the list of queries in it (NULL: no
 * queries). In the arena. Q_INVALID for what is not supported or makes no sense.
 */
Q_MUST_USE q_code textract__wanted(const q_value *in, size_t most_queries, q_arena *a,
                                   q_wanted *out, q_err *err);
const q_value *textract__queries(const q_value *in);

/* As q_textract_expense, with the pages' blocks or without. */
void textract__expense(const q_expense *expense, const q_pages *pages, bool blocks, q_value *out);

/* The name of the error that a failure to read is, NULL for the internal one. */
const char *textract__error_name(q_code code);

/* The handlers. */
q_code textract__analyze(q_call *call);
q_code textract__analyze_expense(q_call *call);
q_code textract__analyze_id(q_call *call);
q_code textract__start_detection(q_call *call);
q_code textract__get_detection(q_call *call);
q_code textract__start_analysis(q_call *call);
q_code textract__get_analysis(q_call *call);
q_code textract__start_expense(q_call *call);
q_code textract__get_expense(q_call *call);

#endif
