/* store/credentials.h - the root key, in DIR/credentials.
 *
 * The file has the AWS shared-credentials form, so that stock tools can read
 * it (AWS_SHARED_CREDENTIALS_FILE); its profile [default] is the root key:
 *
 *     [default]
 *     aws_access_key_id = AKIA...
 *     aws_secret_access_key = ...
 *
 * It is made on the first start, readable by its owner only, and read
 * afterwards; a file that others may read is refused.
 */
#ifndef Q_STORE_CREDENTIALS_H
#define Q_STORE_CREDENTIALS_H

#include "base/str.h"

typedef struct q_credentials q_credentials;

/* Fails with Q_DENIED (others may read it), Q_INVALID (with the line), Q_IO.
 * Several processes may start at once; they agree on one key.
 */
Q_MUST_USE q_code q_credentials_open(const char *dir, q_credentials **out, q_err *err);
void q_credentials_free(q_credentials *c); /* NULL is fine */

/* The secret of that access key, borrowed; false when it is not known. */
bool q_credentials_secret(const q_credentials *c, q_str access_key, q_str *secret);

/* The root key itself, NUL-terminated and borrowed, for functions that call
 * this server.
 */
const char *q_credentials_root(const q_credentials *c);
const char *q_credentials_root_secret(const q_credentials *c);

#endif
