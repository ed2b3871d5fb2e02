#include "test.h"

#include "base/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static q_test *tests;
static jmp_buf on_fail;
static q_arena *arena;

void q_test_add(q_test *t)
{
    q_test **end = &tests;

    while (*end)
        end = &(*end)->next;
    *end = t;
}

void q_test_fail(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    printf("# %s:%d: ", file, line);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    longjmp(on_fail, 1);
}

q_arena *q_test_arena(void)
{
    if (!arena)
        arena = q_arena_new((size_t)1 << 30);
    return arena;
}

const char *q_test_path(const char *name)
{
    const char *root = getenv("QUERN_TEST_DATA");

    return q_str_printf(q_test_arena(), "%s/%s", root ? root : "tests/data", name).p;
}

q_str q_test_file(const char *name)
{
    q_str content = {NULL, 0};
    q_err err;

    if (q_file_read(q_test_arena(), q_test_path(name), (size_t)1 << 28, &content, &err))
        q_test_fail(name, 0, "%s", err.msg);
    return content;
}

static void dir_remove(void *path)
{
    if (q_dir_remove(path, NULL))
        printf("# could not remove %s\n", (char *)path);
}

const char *q_test_dir(void)
{
    const char *root = getenv("TMPDIR");
    char *path = q_str_cstr(
        q_test_arena(), q_str_printf(q_test_arena(), "%s/quern-test-XXXXXX", root ? root : "/tmp"));

    if (!path || !mkdtemp(path) || q_arena_defer(q_test_arena(), dir_remove, path))
        q_test_fail(__FILE__, __LINE__, "no test folder");
    return path;
}

bool q_test_run(const char *suite, const char *name, int number, void (*run)(void))
{
    volatile bool ok = false;

    if (setjmp(on_fail) == 0) {
        run();
        ok = true;
    }
    q_arena_free(arena);
    arena = NULL;
    printf("%sok %d - %s: %s\n", ok ? "" : "not ", number, suite, name);
    return ok;
}

int q_test_main(const char *suite, int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    int n = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (q_test *t = tests; t; t = t->next) {
        if (only && strcmp(only, t->name) != 0)
            continue;
        failed += !q_test_run(suite, t->name, ++n, t->run);
    }
    printf("1..%d\n", n);
    return failed != 0;
}
