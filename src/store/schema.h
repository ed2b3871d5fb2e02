/* store/schema.h - the catalog's tables, as numbered migrations. Private to
 * the store.
 */
#ifndef Q_STORE_SCHEMA_H
#define Q_STORE_SCHEMA_H

#include "store/catalog.h"

/* Apply what is missing, each migration in a transaction of its own. Fails
 * with Q_UNSUPPORTED when the schema is newer than this program.
 */
Q_MUST_USE q_code schema__upgrade(q_catalog *c, q_err *err);

#endif
