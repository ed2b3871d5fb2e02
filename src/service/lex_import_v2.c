#include "service/lex_import_v2.h"

#include "base/json.h"
#include "service/lex_import_v2_parts.h"

#include <string.h>

enum { JSON_BYTES = 64 << 20, WARNINGS_BYTES = 1 << 20, PRIORITY_LAST = 100 };

typedef struct zip {
    const q_archive_file *v;
    size_t n;
    v2_reader *reader;
    q_str locale; /* "Bot/BotLocales/en_US/" */
} zip;

/* A file's document; NULL (and a problem) when it is none. */
static const q_value *document(zip *z, const q_archive_file *f)
{
    q_err err;
    q_value *v;
    q_code rc = q_json_parse(z->reader->problems.arena, f->bytes, &v, &err);

    if (rc == Q_NOMEM)
        z->reader->problems.full = true;
    else if (rc)
        lex__problem(&z->reader->problems, false, "%.*s: %s", Q_ARG(f->name), err.msg);
    else if (v->kind != Q_VALUE_MAP)
        lex__problem(&z->reader->problems, false, "%.*s: an object is wanted", Q_ARG(f->name));
    else
        return v;
    return NULL;
}

static const char *path_of(zip *z, const q_archive_file *f)
{
    return lex__path(&z->reader->problems, "%.*s", Q_ARG(f->name));
}

/* "HEAD/NAME/TAIL": NAME, or empty when the path has not that form. */
static q_str between(q_str path, q_str head, const char *tail)
{
    q_str rest, name, last;

    if (!q_str_starts(path, head))
        return Q_STR("");
    rest = q_str_sub(path, head.n, path.n);
    if (!q_str_cut(rest, '/', &name, &last) || !q_str_is(last, tail))
        return Q_STR("");
    return name;
}

static q_str under(zip *z, const char *folder)
{
    q_str s = q_str_printf(z->reader->problems.arena, "%.*s%s", Q_ARG(z->locale), folder);

    z->reader->problems.full |= !s.p;
    return s.p ? s : Q_STR("/");
}

/* ---- parts --------------------------------------------------------------- */

static int64_t priority_of(const q_value *intent, q_str slot)
{
    const q_value *list = q_value_get(intent, Q_STR("slotPriorities"));

    for (const q_value *p = q_value_first(list); p; p = p->next)
        if (q_str_eq(q_value_str(p, Q_STR("slotName"), Q_STR("")), slot))
            return q_value_int(p, Q_STR("priority"), PRIORITY_LAST);
    return PRIORITY_LAST;
}

static void slots_write(zip *z, q_str folder, const q_value *intent, q_value *to)
{
    q_str head = under(z, "");
    q_value *slots = q_map_list(to, Q_STR("slots"));

    head = q_str_printf(z->reader->problems.arena, "%.*sIntents/%.*s/Slots/", Q_ARG(head),
                        Q_ARG(folder));
    for (size_t i = 0; i < z->n && head.p; i++) {
        q_str name = between(z->v[i].name, head, "Slot.json");
        const q_value *file = name.n ? document(z, &z->v[i]) : NULL;
        const q_value *its = file ? v2__either(file, "name", "slotName") : NULL;

        if (file)
            v2__slot(z->reader, file, path_of(z, &z->v[i]),
                     priority_of(intent, its && its->kind == Q_VALUE_STRING ? its->s : name),
                     q_list_map(slots));
    }
    z->reader->problems.full |= !head.p;
}

static void parts_write(zip *z, q_value *resource)
{
    q_str intents = under(z, "Intents/"), types = under(z, "SlotTypes/");
    q_value *intent_list = q_map_list(resource, Q_STR("intents"));
    q_value *type_list = q_map_list(resource, Q_STR("slotTypes"));

    for (size_t i = 0; i < z->n; i++) {
        q_str intent = between(z->v[i].name, intents, "Intent.json");
        q_str type = between(z->v[i].name, types, "SlotType.json");
        const q_value *file = intent.n || type.n ? document(z, &z->v[i]) : NULL;
        q_value *to;

        if (!file)
            continue;
        to = q_list_map(intent.n ? intent_list : type_list);
        if (type.n) {
            v2__slot_type(z->reader, file, path_of(z, &z->v[i]), to);
            continue;
        }
        v2__intent(z->reader, file, path_of(z, &z->v[i]), to);
        slots_write(z, intent, file, to);
    }
    for (size_t i = 0; i < z->n; i++)
        if (q_str_starts(z->v[i].name, under(z, "CustomVocabulary/")))
            v2__warn(z->reader, "%.*s: a vocabulary is for speech, and is left out",
                     Q_ARG(z->v[i].name));
}

/* ---- bot and locale ------------------------------------------------------ */

/* The locale that is taken, of those that are there. */
static const q_archive_file *locale_pick(zip *z, q_str bot)
{
    static const char *const wanted[] = {"en_US", "en_GB", "en_AU", "en_IN", ""};
    q_str head = q_str_printf(z->reader->problems.arena, "%.*s/BotLocales/", Q_ARG(bot));
    const q_archive_file *found = NULL;

    z->reader->problems.full |= !head.p;
    for (size_t w = 0; head.p && !found && w < sizeof wanted / sizeof *wanted; w++)
        for (size_t i = 0; i < z->n && !found; i++) {
            q_str name = between(z->v[i].name, head, "BotLocale.json");

            if (name.n && (!*wanted[w] || q_str_is(name, wanted[w])))
                found = &z->v[i];
        }
    for (size_t i = 0; head.p && i < z->n; i++)
        if (&z->v[i] != found && between(z->v[i].name, head, "BotLocale.json").n)
            v2__warn(z->reader, "%.*s: a bot has one locale here, and this one is left out",
                     Q_ARG(z->v[i].name));
    if (found)
        z->locale = q_str_sub(found->name, 0, found->name.n - strlen("BotLocale.json"));
    return found;
}

/* "en_US" as "en-US". */
static q_str locale_name(zip *z)
{
    q_str path = q_str_sub(z->locale, 0, z->locale.n - 1), name = path;
    char *text;

    while (q_str_cut(path, '/', &name, &path))
        continue;
    text = q_str_cstr(z->reader->problems.arena, name);
    for (size_t i = 0; text && i < name.n; i++)
        if (text[i] == '_')
            text[i] = '-';
    z->reader->problems.full |= !text;
    return q_str_of(text);
}

static void bot_write(zip *z, const q_value *bot, const q_value *locale, q_value *resource)
{
    q_arena *a = z->reader->problems.arena;
    q_str name = q_value_str(bot, Q_STR("name"), q_value_str(bot, Q_STR("botName"), Q_STR("")));

    z->reader->function =
        q_str_printf(a, "arn:aws:lambda:us-east-1:000000000000:function:%.*s", Q_ARG(name));
    q_map_str(resource, Q_STR("name"), name);
    q_map_copy(resource, Q_STR("description"), q_value_get(bot, Q_STR("description")));
    q_map_str(resource, Q_STR("locale"), locale_name(z));
    q_map_bool(resource, Q_STR("childDirected"),
               q_value_bool(q_value_get(bot, Q_STR("dataPrivacy")), Q_STR("childDirected"), false));
    q_map_copy(resource, Q_STR("idleSessionTTLInSeconds"),
               q_value_get(bot, Q_STR("idleSessionTTLInSeconds")));
    q_map_bool(resource, Q_STR("enableModelImprovements"), true);
    q_map_copy(resource, Q_STR("nluIntentConfidenceThreshold"),
               v2__either(locale, "nluConfidenceThreshold", "nluIntentConfidenceThreshold"));
    q_map_copy(resource, Q_STR("voiceId"),
               q_value_get(q_value_get(locale, Q_STR("voiceSettings")), Q_STR("voiceId")));
}

static q_code translate(zip *z, const q_archive_file *bot_file, q_lex_file *out, q_err *err)
{
    q_arena *a = z->reader->problems.arena;
    q_str folder = q_str_sub(bot_file->name, 0, bot_file->name.n - strlen("/Bot.json"));
    const q_archive_file *locale_file = locale_pick(z, folder);
    q_value *root = q_value_map(a), *metadata = q_map_map(root, Q_STR("metadata")), *resource;
    const q_value *bot = document(z, bot_file), *locale;
    q_buf b = q_buf_init(a, JSON_BYTES);
    q_code rc;

    if (!locale_file)
        return q_err_set(err, Q_INVALID, "%.*s/BotLocales: no locale is there", Q_ARG(folder));
    locale = document(z, locale_file);
    q_map_str(metadata, Q_STR("schemaVersion"), Q_STR("1.0"));
    q_map_str(metadata, Q_STR("importType"), Q_STR("LEX"));
    q_map_str(metadata, Q_STR("importFormat"), Q_STR("JSON"));
    resource = q_map_map(root, Q_STR("resource"));
    if (bot && locale) {
        bot_write(z, bot, locale, resource);
        parts_write(z, resource);
    }
    rc = lex__result(&z->reader->problems, err);
    if (!rc)
        rc = q_value_ok(root, err);
    if (rc)
        return rc;
    q_json_write(&b, root);
    rc = q_buf_finish(&b, &out->json, err);
    return rc ? rc : q_buf_finish(&z->reader->warnings, &out->warnings, err);
}

/* "NAME/Bot.json" */
static bool is_bot(q_str path)
{
    q_str name, last;

    return q_str_cut(path, '/', &name, &last) && name.n && q_str_is(last, "Bot.json");
}

q_code q_lex_definition(const q_archive_file *files, size_t count, q_arena *a, q_lex_file *out,
                        q_err *err)
{
    v2_reader reader = {.problems = {.arena = a}, .warnings = q_buf_init(a, WARNINGS_BYTES)};
    zip z = {files, count, &reader, {NULL, 0}};
    const q_archive_file *only = NULL;
    size_t json = 0;

    *out = (q_lex_file){{NULL, 0}, Q_STR("")};
    for (size_t i = 0; i < count; i++) {
        if (is_bot(files[i].name))
            return translate(&z, &files[i], out, err);
        if (!q_str_ends(files[i].name, Q_STR(".json")) ||
            q_str_starts(files[i].name, Q_STR("__MACOSX/")))
            continue;
        json++;
        only = &files[i];
    }
    if (json != 1)
        return q_err_set(err, Q_INVALID,
                         "the zip holds %zu JSON files; an export of Lex V1 is one, and one of V2 "
                         "has NAME/Bot.json",
                         json);
    out->json = only->bytes;
    return Q_OK;
}
