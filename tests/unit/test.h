/* tests/unit/test.h - a test is a function, a check is a line.
 *
 *     TEST(arena_refuses_past_its_limit) { ... CHECK(p == NULL); }
 *     TEST_MAIN("base/arena")
 *
 * A failed check prints where and what, ends its test and counts it failed.
 * The program prints TAP and exits 1 if any test failed.
 */
#ifndef Q_TEST_H
#define Q_TEST_H

#include "base/str.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct q_test {
    const char *name;
    void (*run)(void);
    struct q_test *next;
} q_test;

void q_test_add(q_test *t);
int q_test_main(const char *suite, int argc, char **argv);
/* One test by hand: prints its line of TAP; true when it passed. */
bool q_test_run(const char *suite, const char *name, int number, void (*run)(void));
_Noreturn void q_test_fail(const char *file, int line, const char *fmt, ...) Q_PRINTF(3, 4);

/* A file under tests/data; aborts the test if it cannot be read. The arena of
 * the running test goes with it.
 */
q_arena *q_test_arena(void);
q_str q_test_file(const char *name);
const char *q_test_path(const char *name);
/* A fresh folder, removed when the test ends. */
const char *q_test_dir(void);

#define TEST(name)                                                                                 \
    static void test_##name(void);                                                                 \
    static void __attribute__((constructor)) add_##name(void)                                      \
    {                                                                                              \
        static q_test t = {#name, test_##name, NULL};                                              \
        q_test_add(&t);                                                                            \
    }                                                                                              \
    static void test_##name(void)

#define TEST_MAIN(suite)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return q_test_main(suite, argc, argv);                                                     \
    }

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            q_test_fail(__FILE__, __LINE__, "%s", #cond);                                          \
    } while (0)

#define CHECK_EQ(got, want)                                                                        \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (got_ != want_)                                                                         \
            q_test_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #got, got_, want_);            \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        q_str got_ = q_str_of(got), want_ = q_str_of(want);                                        \
        if (!q_str_eq(got_, want_))                                                                \
            q_test_fail(__FILE__, __LINE__, "%s is \"%.*s\", not \"%.*s\"", #got, Q_ARG(got_),     \
                        Q_ARG(want_));                                                             \
    } while (0)

#define CHECK_STREQ(got, want) /* got: q_str, want: C string */                                    \
    do {                                                                                           \
        q_str got_ = (got), want_ = q_str_of(want);                                                \
        if (!q_str_eq(got_, want_))                                                                \
            q_test_fail(__FILE__, __LINE__, "%s is \"%.*s\", not \"%.*s\"", #got, Q_ARG(got_),     \
                        Q_ARG(want_));                                                             \
    } while (0)

#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(got_ - want_ <= (tolerance) && want_ - got_ <= (tolerance)))                         \
            q_test_fail(__FILE__, __LINE__, "%s is %.9g, not %.9g", #got, got_, want_);            \
    } while (0)

#endif
