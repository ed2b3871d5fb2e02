/* service/search.h - documents that were read, into the index of store/search.h. */
#ifndef Q_SERVICE_SEARCH_H
#define Q_SERVICE_SEARCH_H

#include "document/page.h"
#include "service/app.h"

/* Index what was read of a source, unless that version of it is indexed: its words, its summary
 * fields and what is filled in on it.
 */
Q_MUST_USE q_code q_search_index(q_catalog *c, q_str source, q_str version, const q_pages *pages,
                                 int64_t now_ms, q_err *err);

/* Index what was read of an object: {Bucket, Name}, opened as `fd` (borrowed). It stays out when it
 * went meanwhile. A failure is logged and harms no reading.
 */
void q_search_index_object(q_app *app, const q_value *object, int fd, const q_pages *pages);

struct q_search_result; /* store/search.h */
struct q_value;

/* The reply of SearchDocuments, added to the map `out`; its q_value_ok tells whether all found
 * room.
 */
void q_search_reply(const struct q_search_result *r, struct q_value *out);

/* Objects that are deleted or replaced leave the index. Before the server takes requests. */
Q_MUST_USE q_code q_search_register(q_app *app, q_err *err);

/* The handler of SearchDocuments. */
q_code search__documents(q_call *call);

#endif
