/* service/notices.h - a notification calls the functions that listen to its topic.
 *
 * There are no topics here yet, only their names: a function listens to one (quern function add
 * --on sns:TOPIC), and whoever notifies names it. Each function gets the event that Amazon SNS
 * hands to Lambda, without the signature. A notification that nobody listens to is logged and
 * gone, as one to a topic without subscribers is.
 */
#ifndef Q_SERVICE_NOTICES_H
#define Q_SERVICE_NOTICES_H

#include "service/app.h"

/* After q_uploads_start, before the jobs start. */
Q_MUST_USE q_code q_notices_start(q_app *app, q_err *err);

#endif
