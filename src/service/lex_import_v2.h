/* service/lex_import_v2.h - a bot's file out of a zip, as Lex V1 or Lex V2 exports it.
 *
 *     V1   one JSON file: taken as it is
 *     V2   Manifest.json, NAME/Bot.json, and a file for each locale, intent, slot and slot type:
 *          put together in V1's form
 *
 * Of several locales the first of en_US, en_GB, en_AU, en_IN that is there is taken. What a V2 bot
 * has that V1's form cannot say is refused, or left out with a warning.
 */
#ifndef SERVICE_LEX_IMPORT_V2_H
#define SERVICE_LEX_IMPORT_V2_H

#include "service/lex_archive.h"

typedef struct q_lex_file {
    q_str json;     /* as q_lex_import reads it */
    q_str warnings; /* one a line; empty: none */
} q_lex_file;

/* In the arena, or borrowed from the files. Fails with Q_INVALID, Q_UNSUPPORTED (each problem is
 * something that is not there), Q_NOMEM; the sentence names files.
 */
Q_MUST_USE q_code q_lex_definition(const q_archive_file *files, size_t count, q_arena *a,
                                   q_lex_file *out, q_err *err);

#endif
