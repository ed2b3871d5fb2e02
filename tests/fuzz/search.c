/* Whatever is asked is searched for, or refused as unreadable: no query makes SQL that the database
 * does not take.
 */
#include "store/search.h"
#include "base/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/quern-fuzz-search-XXXXXX";
static q_catalog *catalog;

static void leave(void)
{
    q_catalog_close(catalog);
    if (q_dir_remove(folder, NULL))
        fprintf(stderr, "%s stays\n", folder);
}

static void enter(void)
{
    static const q_search_box boxes[3];
    q_search_page page = {Q_STR("pump seal \xc3\xbc"
                                "ber"),
                          boxes, 3};
    q_search_field field = {.type = Q_STR("TOTAL"),
                            .label = Q_STR("Grand total"),
                            .value = Q_STR("45.00"),
                            .page = 1,
                            .has_number = true,
                            .number = 45,
                            .day = Q_STR("2018-06-13")};
    q_search_document d = {Q_STR("a"), Q_STR("1"), &page, 1, &field, 1};

    if (!mkdtemp(folder) || q_catalog_open(folder, &catalog, NULL) ||
        q_search_put(catalog, &d, 1, NULL))
        abort();
    atexit(leave);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 24);
    q_search_result r;
    q_code rc;

    if (!catalog)
        enter();
    rc = q_search_find(catalog, (q_str){(const char *)data, size}, 0, 10, a, &r, NULL);
    if (rc != Q_OK && rc != Q_INVALID)
        abort();
    if (!rc && (r.count > r.total || r.total > 1))
        abort();
    q_arena_free(a);
    return 0;
}
