/* A file that is taken for a bot gives one that learns, understands and talks. */
#include "dialog/turn.h"
#include "service/lex_import.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_str json = {(const char *)data, size};
    q_session session = {.state = Q_DIALOG_ELICIT_INTENT};
    q_model *model = NULL;
    q_bot *bot;
    q_err err;

    if (size > 1 << 16 || q_lex_import(json, a, &bot, &err) || q_model_learn(bot, &model, &err))
        goto done;
    for (size_t i = 0; i < 4; i++) {
        q_turn_input in = {.text = Q_STR("4 of 35678-9 tomorrow")};
        q_turn_reply reply;

        if (i % 2 && bot->intent_count && bot->intents[0].utterance_count)
            in.text = bot->intents[0].utterances[0];
        if (q_turn(model, bot, &session, &in, a, &reply, &err))
            break;
        if (session.slot_count && !reply.intent)
            abort();
    }
done:
    q_model_free(model);
    q_arena_free(a);
    return 0;
}
