/* SQLite's and libxml2's memory, made to fail like ours. */
#include "faults.h"

#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

/* As the linker hands them to memory.c. */
void *__wrap_malloc(size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static void *sqlite_malloc(int n)
{
    return __wrap_malloc((size_t)n);
}

static void *sqlite_realloc(void *p, int n)
{
    return __wrap_realloc(p, (size_t)n);
}

static int sqlite_size(void *p)
{
    return (int)malloc_usable_size(p);
}

static int sqlite_roundup(int n)
{
    return (n + 7) & ~7;
}

static int sqlite_init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void sqlite_shutdown(void *ctx)
{
    (void)ctx;
}

/* What libxml2 says of missing memory, beside its error codes. */
static void Q_PRINTF(2, 3) quiet(void *ctx, const char *fmt, ...)
{
    (void)ctx, (void)fmt;
}

void faults_install(void)
{
    static const sqlite3_mem_methods methods = {.xMalloc = sqlite_malloc,
                                                .xFree = free,
                                                .xRealloc = sqlite_realloc,
                                                .xSize = sqlite_size,
                                                .xRoundup = sqlite_roundup,
                                                .xInit = sqlite_init,
                                                .xShutdown = sqlite_shutdown};

    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    xmlSetGenericErrorFunc(NULL, quiet);
    xmlMemSetup(free, __wrap_malloc, __wrap_realloc, __wrap_strdup);
}
