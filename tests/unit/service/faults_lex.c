/* The fault sweeps of Lex's model building (faults.c). */
#include "faults.h"

#include "service/lex_models.h"

#define JSON "Content-Type", "application/json"
#define LEX(method, target, body)                                                                  \
    {                                                                                              \
        "lex", method, target, {JSON}, Q_STR_INIT(body)                                            \
    }
#define LATEST "/versions/$LATEST"

#define PUT_TYPE                                                                                   \
    LEX("PUT", "/slottypes/Size" LATEST,                                                           \
        "{\"enumerationValues\":[{\"value\":\"small\",\"synonyms\":[\"tiny\"]}]}")
#define PUT_INTENT                                                                                 \
    LEX("PUT", "/intents/Brew" LATEST,                                                             \
        "{\"sampleUtterances\":[\"a {Size} tea\"],\"fulfillmentActivity\":{\"type\":"              \
        "\"ReturnIntent\"},\"slots\":[{\"name\":\"Size\",\"slotType\":\"Size\","                   \
        "\"slotTypeVersion\":\"1\",\"slotConstraint\":\"Optional\"}]}")
#define TYPE_VERSION LEX("POST", "/slottypes/Size/versions", "{}")
#define INTENT_VERSION LEX("POST", "/intents/Brew/versions", "{}")

#define PUT_BOT                                                                                    \
    LEX("PUT", "/bots/Cafe" LATEST,                                                                \
        "{\"locale\":\"en-US\",\"childDirected\":false,\"intents\":[{\"intentName\":\"Brew\","     \
        "\"intentVersion\":\"1\"}],\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}")
#define BOT_PARTS PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION, PUT_BOT
#define PUT_ALIAS LEX("PUT", "/bots/Cafe/aliases/prod", "{\"botVersion\":\"$LATEST\"}")
#define TAGS "/tags/arn:aws:lex:us-east-1:000000000000:bot:Cafe"
#define TAG LEX("POST", TAGS, "{\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}")

#define START_IMPORT                                                                               \
    LEX("POST", "/imports/",                                                                       \
        "{\"resourceType\":\"BOT\",\"mergeStrategy\":\"OVERWRITE_LATEST\",\"payload\":\"" ZIP      \
        "\"}")

/* Of a bot of one intent. */
#define ZIP                                                                                        \
    "UEsDBBQAAAAIAAAAIVikuSo3SAAAAFsAAAAGAAAAYS5qc29uq1YqSi3OLy1KTlWyUqhWyk"                       \
    "vMBTGUojILClJTlHQUlDLzSlLzSoqBgtEo0iC54sTcgpzU0JKS1KLEvORUsCKlKqBcbG1s"                       \
    "bS0AUEsBAhQDFAAAAAgAAAAhWKS5KjdIAAAAWwAAAAYAAAAAAAAAAAAAAIABAAAAAGEuan"                       \
    "NvblBLBQYAAAAAAQABADQAAABsAAAAAAA="

static void without_parts(bench *b)
{
    static const q_definition_ref parts[] = {{LEX_SLOT_TYPE, Q_STR_INIT("Size"), Q_ALL_VERSIONS},
                                             {LEX_INTENT, Q_STR_INIT("Brew"), Q_ALL_VERSIONS},
                                             {LEX_BOT, Q_STR_INIT("Cafe"), Q_ALL_VERSIONS},
                                             {LEX_ALIAS, Q_STR_INIT("Cafe:prod"), Q_ALL_VERSIONS}};
    bool existed;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK_EQ(q_definition_delete(bench_app(b)->catalog, parts[i], &existed, NULL), Q_OK);
}

static void put_as_is(bench *b, q_definition_ref ref, const char *body)
{
    q_definition d = {.ref = ref,
                      .body = q_str_of(body),
                      .checksum = Q_STR("x"),
                      .status = Q_STR("NOT_BUILT"),
                      .reason = Q_STR(""),
                      .published = 1};

    CHECK_EQ(q_definition_put(bench_app(b)->catalog, &d, NULL, 0, NULL), Q_OK);
}

/* Where PREPARING requests are not enough. */
static void with_an_alias(bench *b)
{
    without_parts(b);
    put_as_is(b, (q_definition_ref){LEX_ALIAS, Q_STR("Cafe:prod"), Q_LATEST},
              "{\"botName\":\"Cafe\",\"botVersion\":\"$LATEST\"}");
}

static void with_a_version(bench *b)
{
    without_parts(b);
    put_as_is(b, (q_definition_ref){LEX_BOT, Q_STR("Cafe"), 1}, "{\"intents\":[]}");
}

const fault_case faults_lex[] = {
    {"PutSlotType", PUT_TYPE, .set = without_parts},
    {"CreateSlotTypeVersion", TYPE_VERSION, {PUT_TYPE}, .set = without_parts},
    {"GetSlotType", LEX("GET", "/slottypes/Size" LATEST, ""), {PUT_TYPE}, .set = without_parts},
    {"GetSlotTypes", LEX("GET", "/slottypes/", ""), {PUT_TYPE}, .set = without_parts},
    {"GetSlotTypeVersions",
     LEX("GET", "/slottypes/Size/versions/", ""),
     {PUT_TYPE, TYPE_VERSION},
     .set = without_parts},
    {"PutIntent", PUT_INTENT, {PUT_TYPE, TYPE_VERSION}, .set = without_parts},
    {"CreateIntentVersion",
     INTENT_VERSION,
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT},
     .set = without_parts},
    {"GetIntent",
     LEX("GET", "/intents/Brew" LATEST, ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT},
     .set = without_parts},
    {"GetIntents",
     LEX("GET", "/intents/?nameContains=re", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT},
     .set = without_parts},
    {"GetIntentVersions",
     LEX("GET", "/intents/Brew/versions/?maxResults=1", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION},
     .set = without_parts},
    {"GetBuiltinIntent", LEX("GET", "/builtins/intents/AMAZON.HelpIntent", "")},
    {"GetBuiltinIntents", LEX("GET", "/builtins/intents/?maxResults=2", "")},
    {"GetBuiltinSlotTypes", LEX("GET", "/builtins/slottypes/?signatureContains=DATE", "")},
    {"GetUtterancesView",
     LEX("GET", "/bots/Tea/utterances?view=aggregation&bot_versions=%24LATEST&status_type=Missed",
         "")},
    {"PutBot", PUT_BOT, {PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION}, .set = without_parts},
    {"GetBot", LEX("GET", "/bots/Cafe/versions/prod", ""), {BOT_PARTS}, .set = with_an_alias},
    {"GetBots", LEX("GET", "/bots/", ""), {BOT_PARTS}, .set = without_parts},
    {"GetBotVersions", LEX("GET", "/bots/Cafe/versions/", ""), {BOT_PARTS}, .set = with_a_version},
    {"CreateBotVersion",
     LEX("POST", "/bots/Cafe/versions", "{}"),
     {BOT_PARTS},
     .set = without_parts},
    {"PutBotAlias", PUT_ALIAS, {BOT_PARTS}, .set = without_parts},
    {"GetBotAlias", LEX("GET", "/bots/Cafe/aliases/prod", ""), .set = with_an_alias},
    {"GetBotAliases", LEX("GET", "/bots/Cafe/aliases/", ""), .set = with_an_alias},
    {"DeleteBotAlias", LEX("DELETE", "/bots/Cafe/aliases/prod", ""), .set = with_an_alias},
    {"DeleteBot", LEX("DELETE", "/bots/Cafe", ""), {BOT_PARTS}, .set = without_parts},
    {"DeleteBotVersion",
     LEX("DELETE", "/bots/Cafe/versions/1", ""),
     {BOT_PARTS},
     .set = with_a_version},
    {"DeleteIntent",
     LEX("DELETE", "/intents/Brew", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION},
     .set = without_parts},
    {"DeleteIntentVersion",
     LEX("DELETE", "/intents/Brew/versions/1", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION},
     .set = without_parts},
    {"DeleteSlotType",
     LEX("DELETE", "/slottypes/Size", ""),
     {PUT_TYPE, TYPE_VERSION},
     .set = without_parts},
    {"DeleteSlotTypeVersion",
     LEX("DELETE", "/slottypes/Size/version/1", ""),
     {PUT_TYPE, TYPE_VERSION},
     .set = without_parts},
    {"GetBotChannelAssociations", LEX("GET", "/bots/Cafe/aliases/-/channels/", "")},
    {"GetMigrations", LEX("GET", "/migrations", "")},
    {"StartImport", START_IMPORT, .slow = true},
    {"GetImport", LEX("GET", "/imports/{job}", ""), {START_IMPORT}},
    {"GetExport",
     LEX("GET", "/exports/?name=Size&version=1&resourceType=SLOT_TYPE&exportType=LEX", ""),
     {PUT_TYPE, TYPE_VERSION},
     .set = without_parts},
    {"GetBotExport",
     {"quern", "GET", "/_quern/export/SLOT_TYPE/Size/1/a.zip", {NULL}, Q_STR_INIT("")},
     {PUT_TYPE, TYPE_VERSION},
     .set = without_parts},
    {"TagResource",
     LEX("POST", TAGS, "{\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}"),
     {BOT_PARTS},
     .set = without_parts},
    {"UntagResource", LEX("DELETE", TAGS "?tagKeys=a", ""), {BOT_PARTS, TAG}, .set = without_parts},
    {"ListTagsForResource", LEX("GET", TAGS, ""), {BOT_PARTS, TAG}, .set = without_parts},
    {"DeleteUtterances",
     LEX("DELETE", "/bots/Cafe/utterances/ada", ""),
     {BOT_PARTS},
     .set = without_parts},
};
const size_t faults_lex_count = sizeof faults_lex / sizeof *faults_lex;

const char *const faults_lex_none[] = {"GetBotChannelAssociation", "DeleteBotChannelAssociation",
                                       "StartMigration", "GetMigration", NULL};
