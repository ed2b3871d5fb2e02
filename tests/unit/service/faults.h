/* What the fault sweeps stand on: allocations that fail when told to, and the
 * rooms of a server over a fresh folder, asked without a socket.
 */
#ifndef Q_TEST_FAULTS_H
#define Q_TEST_FAULTS_H

#include "memory.h"
#include "test.h"

#include "net/http.h"
#include "service/app.h"

/* ---- faults_memory.c ---- */

/* Before SQLite and libxml2 are first used: they allocate through us. */
void faults_install(void);

/* ---- faults_bench.c ---- */

typedef struct bench bench;

typedef struct ask {
    const char *service, *method, *target; /* {upload}, {job}, {identity}: the latest of its kind */
    const char *headers[6];                /* name, value, ... */
    q_str body;
} ask;

typedef struct told {
    bool replied;
    int status;
    q_str body;           /* in the test's arena */
    uint64_t file_length; /* of a body that is a file's range */
} told;

enum { PREPARING = 6 };

typedef struct fault_case {
    const char *operation;
    ask ask;
    ask before[PREPARING]; /* asked without faults ahead of each run */
    bool slow;             /* other processes take part: fewer runs */
    void (*set)(bench *b); /* called ahead of `before`; may be NULL */
} fault_case;

/* In the test's arena, closed with it. */
bench *bench_open(void);
q_app *bench_app(bench *b);
/* One request through the gateway, as the network room would call it. Its arena
 * has `limit` bytes; its `nth` allocation fails (0: none); *count tells how
 * many it made.
 */
told bench_ask(bench *b, const ask *a, size_t limit, size_t nth, size_t *count);
/* Ask without faults; fails the test unless the status is a 2xx. */
told bench_do(bench *b, const ask *a);
/* Fails the test unless the store is whole: every row has its file, nothing is
 * left in the temporary folder, and every file has its row once the sweep that
 * follows a crash has run.
 */
void bench_check(bench *b);

/* ---- faults_lex.c: the building of bots ---- */

extern const fault_case faults_lex[];
extern const size_t faults_lex_count;
extern const char *const faults_lex_none[]; /* asked for what there is none of: only an error */

/* ---- faults_texts.c: Comprehend ---- */

extern const fault_case faults_texts[];
extern const size_t faults_texts_count;

/* ---- faults_lex_v2.c: talking under Lex V2's names ---- */

extern const fault_case faults_lex_v2[];
extern const size_t faults_lex_v2_count;

#endif
