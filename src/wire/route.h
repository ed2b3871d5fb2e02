/* wire/route.h - which operation a request asks for. */
#ifndef Q_WIRE_ROUTE_H
#define Q_WIRE_ROUTE_H

#include "wire/api.h"

/* The operation, or NULL when there is none.
 *
 * By X-Amz-Target ("Textract.AnalyzeExpense"); by the Action and Version of a
 * form; else by method and path among the REST APIs of the signing name, all
 * of them when it is empty. Query keys and headers that tell operations apart
 * (uploads, list-type=2, x-amz-copy-source) count, others do not, and a slash
 * at the end of the path is all the same.
 *
 * signing_name  of the signature's scope ("s3", "lex"); may be empty
 * form_body     the body when it is a form, else empty
 * path          see wire/input.h
 * *api          the API that was meant even when the operation is unknown;
 *               NULL when none can be told
 */
const q_api_operation *q_route(const q_request *req, q_str signing_name, q_str form_body,
                               q_str path, const q_api **api);

/* The table of the API that api/NAME.api describes; NULL without one. */
const q_api *q_api_find(q_str name);

/* An operation of it by name ("PutObject"); NULL without one. */
const q_api_operation *q_api_operation_find(const q_api *api, q_str name);

/* An error of it by shape name or by code; NULL without one. */
const q_api_error *q_api_error_find(const q_api *api, q_str name);

#endif
