#include "dialog/confusion.h"

#include "base/buf.h"
#include "dialog/understand.h"

enum { TEXT_BYTES = 1 << 14, TURN_BYTES = 64 << 20 };

/* Something a user may say for the slot; `turn` picks among the listed values. */
static q_str example(const q_slot *slot, size_t turn)
{
    static const char *const BUILT_IN[] = {
        [Q_SLOT_NUMBER] = "3",
        [Q_SLOT_DATE] = "tomorrow",
        [Q_SLOT_TIME] = "5 pm",
        [Q_SLOT_ALPHANUMERIC] = "35678-9",
        [Q_SLOT_EMAIL] = "ada@example.com",
        [Q_SLOT_PHONE] = "555-010-9999",
        [Q_SLOT_PERCENTAGE] = "20 percent",
        [Q_SLOT_FIRST_NAME] = "Ada",
        [Q_SLOT_LAST_NAME] = "Lovelace",
        [Q_SLOT_CITY] = "Berlin",
        [Q_SLOT_COUNTRY] = "Germany",
        [Q_SLOT_STATE] = "Ohio",
    };

    if (slot->type && slot->type->value_count)
        return slot->type->values[turn % slot->type->value_count].value;
    if ((size_t)slot->kind < sizeof BUILT_IN / sizeof *BUILT_IN && BUILT_IN[slot->kind])
        return q_str_of(BUILT_IN[slot->kind]);
    return slot->name;
}

/* The sample with its places filled. */
static q_code fill(const q_intent *intent, q_str sample, size_t turn, q_arena *a, q_str *out,
                   q_err *err)
{
    q_buf b = q_buf_init(a, TEXT_BYTES);
    q_str left = sample, head, name;

    while (q_str_cut(left, '{', &head, &left)) {
        const q_slot *slot;

        q_buf_put(&b, head);
        q_str_cut(left, '}', &name, &left);
        slot = q_intent_slot(intent, q_str_trim(name));
        q_buf_put(&b, slot ? example(slot, turn) : name);
    }
    q_buf_put(&b, head);
    return q_buf_finish(&b, out, err);
}

typedef struct trial {
    const q_bot *bot;
    int64_t now_ms;
    q_arena *arena;
    q_bot_confusion *out;
    q_confusion_progress progress;
    void *progress_ctx;
    size_t total; /* utterances to be asked about */
    q_err *err;
} trial;

static bool held_out(const q_intent *intent, size_t utterance, size_t part)
{
    return intent->utterance_count > 1 && utterance % Q_CONFUSION_PARTS == part;
}

/* The bot without the part's utterances. */
static q_code without(const trial *t, size_t part, q_bot *out)
{
    *out = *t->bot;
    out->intents = q_arena_array(t->arena, out->intent_count, sizeof *out->intents);
    if (!out->intents)
        return q_err_nomem(t->err);
    for (size_t i = 0; i < out->intent_count; i++) {
        const q_intent *whole = &t->bot->intents[i];
        q_intent *rest = &out->intents[i];

        *rest = *whole;
        rest->utterance_count = 0;
        rest->utterances =
            q_arena_array(t->arena, whole->utterance_count, sizeof *rest->utterances);
        if (!rest->utterances)
            return q_err_nomem(t->err);
        for (size_t u = 0; u < whole->utterance_count; u++)
            if (!held_out(whole, u, part))
                rest->utterances[rest->utterance_count++] = whole->utterances[u];
    }
    return Q_OK;
}

static q_code mistake_add(trial *t, const q_mistake *one)
{
    q_bot_confusion *c = t->out;

    if (q_arena_grow(t->arena, &c->mistakes, &c->mistake_cap, c->mistake_count + 1,
                     sizeof *c->mistakes))
        return q_err_nomem(t->err);
    c->mistakes[c->mistake_count++] = *one;
    return Q_OK;
}

/* What the intent's contexts demand is there. */
static q_code ask(trial *t, const q_model *model, const q_bot *taught, size_t intent,
                  size_t utterance)
{
    const q_intent *truth = &t->bot->intents[intent];
    q_mistake m = {intent, t->bot->intent_count, truth->utterances[utterance], {0}, -1};
    q_arena *a = q_arena_new(TURN_BYTES);
    q_understood understood;
    q_code rc = a ? fill(truth, m.sample, utterance / Q_CONFUSION_PARTS, t->arena, &m.text, t->err)
                  : q_err_nomem(t->err);

    if (!rc)
        rc = q_understand(model, m.text, truth->input_contexts, truth->input_context_count,
                          t->now_ms, a, &understood, t->err);
    if (!rc && understood.count && understood.out_of_scope < 0.5 &&
        understood.guesses[0].score >= t->bot->confidence) {
        m.answer = (size_t)(understood.guesses[0].intent - taught->intents);
        m.score = understood.guesses[0].score;
    }
    q_arena_free(a);
    if (rc)
        return rc;
    t->out->asked++;
    if (t->progress)
        t->progress(t->progress_ctx, t->out->asked, t->total);
    q_confusion_add(&t->out->table, intent, m.answer);
    return m.answer == intent ? Q_OK : mistake_add(t, &m);
}

static q_code part_run(trial *t, size_t part)
{
    q_model *model = NULL;
    q_bot taught;
    q_code rc = without(t, part, &taught);

    if (!rc)
        rc = q_model_learn(&taught, &model, t->err);
    for (size_t i = 0; !rc && i < t->bot->intent_count; i++)
        for (size_t u = part; !rc && u < t->bot->intents[i].utterance_count; u += Q_CONFUSION_PARTS)
            if (held_out(&t->bot->intents[i], u, part))
                rc = ask(t, model, &taught, i, u);
    q_model_free(model);
    return rc;
}

q_code q_bot_confuse(const q_bot *bot, int64_t now_ms, q_confusion_progress progress, void *ctx,
                     q_arena *a, q_bot_confusion *out, q_err *err)
{
    trial t = {.bot = bot,
               .now_ms = now_ms,
               .arena = a,
               .out = out,
               .progress = progress,
               .progress_ctx = ctx,
               .err = err};
    q_code rc;

    *out = (q_bot_confusion){.least = bot->confidence};
    for (size_t i = 0; i < bot->intent_count; i++)
        t.total += bot->intents[i].utterance_count > 1 ? bot->intents[i].utterance_count : 0;
    rc = q_confusion_init(&out->table, bot->intent_count + 1, a, err);
    for (size_t part = 0; !rc && part < Q_CONFUSION_PARTS; part++)
        rc = part_run(&t, part);
    if (!rc && !out->asked)
        rc = q_err_set(err, Q_INVALID, "no intent has two utterances; there is nothing to compare");
    return rc;
}
