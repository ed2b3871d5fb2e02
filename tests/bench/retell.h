/* tests/bench/retell.h - a page with the words that its truth has, in place of those recognised. */
#ifndef QUERN_BENCH_RETELL_H
#define QUERN_BENCH_RETELL_H

#include "document/page.h"

/* `truth` is the JSON beside a document (documents.py says its form); lines without a box are
 * left out. What is drawn on the pages stays. Q_INVALID, Q_NOMEM.
 */
Q_MUST_USE q_code retell(q_pages *pages, q_str truth, q_arena *a, q_err *err);

#endif
