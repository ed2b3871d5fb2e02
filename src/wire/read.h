/* wire/read.h - a body's text into values of the kinds that shapes ask for.
 *
 * Each reader adds to `into`, a map, the members of a structure that travel in
 * the body, keyed by their names in api/. What is not in the text is left out,
 * so is what the shape has not. When one name comes twice the last counts in
 * JSON, the first in XML.
 *
 * On Q_INVALID or Q_LIMIT, err has a sentence for the client.
 */
#ifndef Q_WIRE_READ_H
#define Q_WIRE_READ_H

#include "wire/api.h"
#include "wire/xml.h"

/* Members bound to headers, the query, the path or the status are skipped,
 * and the payload member.
 */
Q_MUST_USE q_code read__json(const q_api_shape *shape, q_str body, q_value *into, q_err *err);
Q_MUST_USE q_code read__xml(const q_api_shape *shape, const xml_node *node, q_value *into,
                            q_err *err);
/* `form` is key=value&..., percent-encoded, lists as Name.member.1. */
Q_MUST_USE q_code read__form(const q_api_shape *shape, q_str form, q_value *into, q_err *err);

/* A scalar from its text in XML, a form, a header, a query or a path, into the
 * fresh value `to`. `fallback` is how times are written where the shape does
 * not say. Q_INVALID names the text and what was wanted.
 */
Q_MUST_USE q_code read__text(const q_member *m, q_time_format fallback, q_str text, q_value *to,
                             q_err *err);

/* Does the member travel in the body beside others? */
bool read__in_body(const q_member *m);

#endif
