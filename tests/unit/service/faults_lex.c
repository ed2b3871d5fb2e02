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
    LEX("PUT", "/intents/Order" LATEST,                                                            \
        "{\"sampleUtterances\":[\"a {Size} tea\"],\"fulfillmentActivity\":{\"type\":"              \
        "\"ReturnIntent\"},\"slots\":[{\"name\":\"Size\",\"slotType\":\"Size\","                   \
        "\"slotTypeVersion\":\"1\",\"slotConstraint\":\"Optional\"}]}")
#define TYPE_VERSION LEX("POST", "/slottypes/Size/versions", "{}")
#define INTENT_VERSION LEX("POST", "/intents/Order/versions", "{}")

static void without_parts(bench *b)
{
    static const q_definition_ref parts[] = {{LEX_SLOT_TYPE, Q_STR_INIT("Size"), Q_ALL_VERSIONS},
                                             {LEX_INTENT, Q_STR_INIT("Order"), Q_ALL_VERSIONS},
                                             {LEX_BOT, Q_STR_INIT("Cafe"), Q_ALL_VERSIONS}};
    bool existed;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK_EQ(q_definition_delete(bench_app(b)->catalog, parts[i], &existed, NULL), Q_OK);
}

static void with_a_bot(bench *b)
{
    q_definition d = {.ref = {LEX_BOT, Q_STR("Cafe"), Q_LATEST},
                      .body = Q_STR("{}"),
                      .checksum = Q_STR("x"),
                      .status = Q_STR("NOT_BUILT"),
                      .reason = Q_STR("")};

    CHECK_EQ(q_definition_put(bench_app(b)->catalog, &d, NULL, 0, NULL), Q_OK);
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
     LEX("GET", "/intents/Order" LATEST, ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT},
     .set = without_parts},
    {"GetIntents",
     LEX("GET", "/intents/?nameContains=rd", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT},
     .set = without_parts},
    {"GetIntentVersions",
     LEX("GET", "/intents/Order/versions/?maxResults=1", ""),
     {PUT_TYPE, TYPE_VERSION, PUT_INTENT, INTENT_VERSION},
     .set = without_parts},
    {"GetBuiltinIntent", LEX("GET", "/builtins/intents/AMAZON.HelpIntent", "")},
    {"GetBuiltinIntents", LEX("GET", "/builtins/intents/?maxResults=2", "")},
    {"GetBuiltinSlotTypes", LEX("GET", "/builtins/slottypes/?signatureContains=DATE", "")},
    {"GetUtterancesView",
     LEX("GET", "/bots/Tea/utterances?view=aggregation&bot_versions=%24LATEST&status_type=Missed",
         "")},
    {"DeleteUtterances", LEX("DELETE", "/bots/Cafe/utterances/ada", ""), .set = with_a_bot},
};
const size_t faults_lex_count = sizeof faults_lex / sizeof *faults_lex;
