/* The fault sweeps of Lex V2's runtime (faults.c). */
#include "faults.h"

/* Tea, by its id. */
#define V2 "/bots/QGT9BCYSGC/botAliases/TSTALIASID/botLocales/en_US/sessions/ada"
#define TEA_ASKED_V2                                                                               \
    {                                                                                              \
        "lex", "POST", V2, {"Content-Type", "application/json"},                                   \
            Q_STR_INIT("{\"sessionState\":{\"dialogAction\":{\"type\":\"ElicitSlot\","             \
                       "\"slotToElicit\":\"Cups\"},\"intent\":{\"name\":\"Order\"},"               \
                       "\"sessionAttributes\":{\"a\":\"b\"}}}")                                    \
    }

const fault_case faults_lex_v2[] = {
    {"RecognizeText",
     {"lex",
      "POST",
      V2 "/text",
      {"Content-Type", "application/json"},
      Q_STR_INIT("{\"text\":\"2 cups of tea\"}")},
     {TEA_ASKED_V2}},
    {"RecognizeUtterance",
     {"lex",
      "POST",
      V2 "/utterance",
      {"Content-Type", "text/plain; charset=utf-8", "x-amz-lex-request-attributes",
       "H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=="},
      Q_STR_INIT("I want tea")}},
    {"GetSession", {"lex", "GET", V2, {NULL, NULL}, Q_STR_INIT("")}, {TEA_ASKED_V2}},
    {"PutSession", TEA_ASKED_V2, {TEA_ASKED_V2}},
    {"DeleteSession", {"lex", "DELETE", V2, {NULL, NULL}, Q_STR_INIT("")}, {TEA_ASKED_V2}},
};
const size_t faults_lex_v2_count = sizeof faults_lex_v2 / sizeof *faults_lex_v2;
