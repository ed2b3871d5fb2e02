/* service/pages.h - the web pages that the binary carries, and how they go out.
 *
 * web/ is embedded at build time (tools/embed.py): the page itself at "/",
 * its style and modules under "/_quern/", a name no bucket can have. The
 * pages hold no secret and need no signature; what they do with the key a
 * person types in happens in that person's browser.
 */
#ifndef Q_SERVICE_PAGES_H
#define Q_SERVICE_PAGES_H

#include "net/http.h"

typedef struct q_page_file {
    q_str path; /* "/_quern/chat.css" */
    q_str type; /* "text/css; charset=utf-8" */
    q_str etag; /* with its quotes; changes with the bytes */
    q_str bytes;
} q_page_file;

extern const q_page_file q_page_files[];
extern const size_t q_page_file_count;

/* The file at that path, or NULL. */
const q_page_file *q_page_find(q_str path);

/* The file that a request asks for, or NULL when it is meant for an API.
 *
 * "/" is also S3's list of buckets: it is the page's for a GET or HEAD that
 * accepts text/html and carries no signature, in header or query.
 */
const q_page_file *q_page_wanted(const q_request *req);

/* Fill the reply: 200, or 304 when the browser has these bytes. Fails with
 * Q_NOMEM or Q_LIMIT of the reply's arena.
 */
Q_MUST_USE q_code q_page_reply(const q_page_file *file, const q_request *req, q_reply *reply);

#endif
