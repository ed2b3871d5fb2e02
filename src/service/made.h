/* service/made.h - objects that the server itself makes: results of jobs. */
#ifndef Q_SERVICE_MADE_H
#define Q_SERVICE_MADE_H

#include "service/app.h"
#include "store/object.h"

typedef struct q_made {
    q_str bucket, key;
    const char *type; /* "application/json" */
} q_made;

/* What was written becomes the object, in place of one of that key; functions that wait for
 * uploads are told of it as of any other. Fails as q_object_put_written does.
 */
Q_MUST_USE q_code q_made_put_written(q_app *app, q_writer *w, const q_made *made, q_err *err);
/* The same of bytes at hand. */
Q_MUST_USE q_code q_made_put(q_app *app, const q_made *made, q_str bytes, q_err *err);

#endif
