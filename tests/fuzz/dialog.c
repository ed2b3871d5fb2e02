/* Any words are understood or refused, each value lies in them, and nothing is
 * a probability beyond 0 and 1.
 */
#include "dialog/understand.h"

#include <stdint.h>
#include <stdlib.h>

static q_slot_value colors[] = {{.value = Q_STR_INIT("red")}, {.value = Q_STR_INIT("dark blue")}};
static q_slot_type types[] = {{.name = Q_STR_INIT("Color"), .values = colors, .value_count = 2},
                              {.name = Q_STR_INIT("Code"),
                               .parent = Q_SLOT_ALPHANUMERIC,
                               .pattern = Q_STR_INIT("([A-Z]+)*[0-9]")}};
static q_slot slots[] = {{.name = Q_STR_INIT("Color"), .type = &types[0]},
                         {.name = Q_STR_INIT("Code"), .type = &types[1]},
                         {.name = Q_STR_INIT("Day"), .kind = Q_SLOT_DATE},
                         {.name = Q_STR_INIT("Time"), .kind = Q_SLOT_TIME},
                         {.name = Q_STR_INIT("Long"), .kind = Q_SLOT_DURATION},
                         {.name = Q_STR_INIT("Count"), .kind = Q_SLOT_NUMBER},
                         {.name = Q_STR_INIT("Price"), .kind = Q_SLOT_CURRENCY},
                         {.name = Q_STR_INIT("Share"), .kind = Q_SLOT_PERCENTAGE},
                         {.name = Q_STR_INIT("Who"), .kind = Q_SLOT_PERSON},
                         {.name = Q_STR_INIT("Phone"), .kind = Q_SLOT_PHONE},
                         {.name = Q_STR_INIT("Mail"), .kind = Q_SLOT_EMAIL},
                         {.name = Q_STR_INIT("Speed"), .kind = Q_SLOT_SPEED},
                         {.name = Q_STR_INIT("State"), .kind = Q_SLOT_STATE}};
static q_str orders[] = {Q_STR_INIT("paint {Count} {Color} on {Day} at {Time} for {Long}"),
                         Q_STR_INIT("order {Code} for {Price}"), Q_STR_INIT("{Who} in {State}"),
                         Q_STR_INIT("give {Share} to {Mail} or {Phone}"), Q_STR_INIT("{Color}")};
static q_str calls[] = {Q_STR_INIT("call me"), Q_STR_INIT("ring the bell")};
static q_intent intents[] = {
    {.name = Q_STR_INIT("Order"),
     .utterances = orders,
     .utterance_count = 5,
     .slots = slots,
     .slot_count = sizeof slots / sizeof slots[0]},
    {.name = Q_STR_INIT("Call"), .utterances = calls, .utterance_count = 2},
    {.name = Q_STR_INIT("Help"), .kind = Q_INTENT_HELP}};
static const q_bot bot = {
    .intents = intents, .intent_count = 3, .slot_types = types, .slot_type_count = 2};

static void check_probability(double p)
{
    if (!(p >= 0 && p <= 1))
        abort();
}

static void check(q_str text, const q_understood *u)
{
    check_probability(u->out_of_scope);
    for (size_t g = 0; g < u->count; g++) {
        check_probability(u->guesses[g].score);
        for (size_t s = 0; s < u->guesses[g].intent->slot_count; s++) {
            q_str said = u->guesses[g].said[s];

            if (!said.p != !u->guesses[g].slots[s].p)
                abort();
            if (said.p && (said.p < text.p || said.p + said.n > text.p + text.n))
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static q_model *model; /* learnt once: the target is what it is asked */
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_str text = {(const char *)data, size}, value;
    q_understood u;

    if (!model && q_model_learn(&bot, &model, NULL))
        abort();
    if (size <= 1 << 17 && a && !q_understand(model, text, NULL, 0, 1795336200000, a, &u, NULL))
        check(text, &u);
    for (size_t s = 0; a && s < sizeof slots / sizeof slots[0]; s++)
        if (q_understand_slot(&slots[s], text, 1795336200000, a, &value, NULL))
            break;
    q_arena_free(a);
    return 0;
}
