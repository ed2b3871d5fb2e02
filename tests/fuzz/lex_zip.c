/* What comes out of a zip, as V1 or V2 exports it: read whole or refused; and a zip of ours gives
 * back what was put in.
 */
#include "service/lex_archive.h"
#include "service/lex_import.h"
#include "service/lex_import_v2.h"

#include <stdint.h>
#include <stdlib.h>

static void round_trip(q_str json, q_arena *a)
{
    q_archive_file *files;
    size_t count;
    q_str zip;

    if (q_archive_pack(Q_STR("Bot_Export.json"), json, a, &zip, NULL))
        return; /* no memory */
    if (q_archive_unpack(zip, a, &files, &count, NULL) == Q_OK &&
        (count != 1 || !q_str_eq(files[0].bytes, json)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)256 << 20);
    q_str zip = {(const char *)data, size};
    q_archive_file *files = NULL;
    q_lex_file file;
    size_t count = 0;
    q_bot *bot;
    q_err err;

    if (size > 1 << 16 || q_archive_unpack(zip, a, &files, &count, &err))
        goto done;
    if (q_lex_definition(files, count, a, &file, &err) || file.json.n > 1 << 18)
        goto done;
    round_trip(file.json, a);
    if (q_lex_import(file.json, a, &bot, &err) == Q_OK && !bot->intent_count)
        abort();
done:
    q_arena_free(a);
    return 0;
}
