/* service/uploads.h - an upload calls the functions that wait for it.
 *
 * For every object created in a function's bucket, under its prefix, a job is
 * submitted whose runner invokes the function with the S3 event notification
 * (eventVersion 2.1). So an upload that was acknowledged is read even if the
 * server is killed a moment later, and the upload itself never waits.
 */
#ifndef Q_SERVICE_UPLOADS_H
#define Q_SERVICE_UPLOADS_H

#include "service/app.h"

/* Between the making of app->events, jobs, functions and q_jobs_start. */
Q_MUST_USE q_code q_uploads_start(q_app *app, q_err *err);

/* Submit a job that calls the function with this event, which is written as JSON. */
Q_MUST_USE q_code q_function_event_submit(q_app *app, q_str function, const q_value *event,
                                          q_arena *a, q_err *err);

#endif
