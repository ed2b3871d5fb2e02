#include "dialog/turn_parts.h"

/* An utterance in the middle of a question changes the subject only when it is
 * understood this well.
 */
static const double CHANGE_SCORE = 0.75;
static const double OUT_OF_SCOPE = 0.5;

enum { CHANGE_WORDS = 3 };

static size_t word_count(q_str text)
{
    size_t n = 0;
    bool in_word = false;

    for (size_t i = 0; i < text.n; i++) {
        bool blank = q_is_space(text.p[i]);

        n += !blank && !in_word;
        in_word = !blank;
    }
    return n;
}

static bool is_yes_or_no(const q_intent *i)
{
    return i->kind == Q_INTENT_YES || i->kind == Q_INTENT_NO;
}

/* Whether the answer to the question may be any words, as good as a request's. */
static bool asks_for_words(const turn *t)
{
    const q_slot *slot = q_intent_slot(t->intent, t->asked_slot);

    return slot && (slot->kind == Q_SLOT_SEARCH_QUERY || slot->kind == Q_SLOT_OPEN);
}

/* Whether the utterance, in the middle of a question, is a request of its own. */
static const q_guess *request(const turn *t)
{
    const q_understood *u = &t->reply->understood;
    const q_guess *g = u->guesses;

    if (!u->count || is_yes_or_no(g->intent))
        return NULL;
    if (g->exact)
        return g->bare ? NULL : g;
    if (asks_for_words(t) || u->out_of_scope >= OUT_OF_SCOPE)
        return NULL;
    return g->score >= CHANGE_SCORE && g->score >= t->bot->confidence &&
                   word_count(t->in->text) >= CHANGE_WORDS
               ? g
               : NULL;
}

/* What was said last, and nothing else of the session changes. A repeat intent
 * with functions is theirs.
 */
static bool is_repeat(const turn *t, const q_guess *g)
{
    return g->intent->kind == Q_INTENT_REPEAT && !g->intent->dialog_hook &&
           !g->intent->fulfillment_hook && t->s->said_count;
}

static q_code repeat(turn *t)
{
    size_t at = t->intent ? q_intent_slot_index(t->intent, t->s->slot_to_elicit) : SIZE_MAX;
    q_code rc = Q_OK;

    if (at != SIZE_MAX) /* for its card */
        rc = turn__say(t, &t->intent->slots[at].prompt.messages, 1, NULL);
    t->reply->messages = t->s->said;
    t->reply->message_count = t->s->said_count;
    return rc;
}

static q_code begin(turn *t, const q_guess *g)
{
    return is_repeat(t, g) ? repeat(t) : turn__start(t, g->intent, g);
}

static q_code new_subject(turn *t)
{
    const q_understood *u = &t->reply->understood;
    const q_guess *g = u->guesses;

    if (!u->count || u->out_of_scope >= OUT_OF_SCOPE || g->score < t->bot->confidence)
        return turn__not_understood(t);
    return begin(t, g);
}

/* Take what a guess for the present intent found; `only_empty` keeps the rest.
 * Whether anything is another value than before.
 */
static bool merge(turn *t, const q_guess *g, bool only_empty, q_str except)
{
    bool any = false;

    for (size_t i = 0; i < t->s->slot_count; i++) {
        if (!g->slots[i].p || (only_empty && t->s->slots[i].value.p) ||
            (except.p && q_str_eq(g->slots[i], except)))
            continue;
        any |= !t->s->slots[i].value.p || !q_str_eq(t->s->slots[i].value, g->slots[i]);
        t->s->slots[i] = (q_filled){g->slots[i], g->said[i]};
    }
    return any;
}

/* The answer to a question: its words, or all of the user's. */
static void fill(turn *t, size_t at, q_str value)
{
    q_str said = q_slot_said(&t->intent->slots[at], value, t->in->text);

    t->s->slots[at] = (q_filled){value, said.p ? said : q_str_trim(t->in->text)};
}

static const q_guess *guess_of(const turn *t, const q_intent *intent)
{
    for (size_t i = 0; i < t->reply->understood.count; i++)
        if (t->reply->understood.guesses[i].intent == intent)
            return &t->reply->understood.guesses[i];
    return NULL;
}

static q_code answer_slot(turn *t)
{
    const q_guess *asked = request(t), *own = guess_of(t, t->intent);
    size_t at = q_intent_slot_index(t->intent, t->s->slot_to_elicit);
    q_str value;
    q_code rc;

    if (at == SIZE_MAX) /* the bot has changed under the session */
        return new_subject(t);
    if (asked && asked->intent != t->intent)
        return begin(t, asked);
    t->s->confirmation = Q_CONFIRM_NONE;
    if (asked) {
        t->reply->score = asked->score;
        merge(t, asked, false, (q_str){0});
        return turn__advance(t);
    }
    rc = q_understand_slot(&t->intent->slots[at], t->in->text, t->in->now_ms, t->arena, &value,
                           t->err);
    if (rc)
        return rc;
    t->reply->missed = !value.p;
    if (value.p) {
        fill(t, at, value);
        t->asked_slot = (q_str){0}; /* answered: who asks again, begins again */
        if (own)
            merge(t, own, true, value);
    }
    return turn__advance(t);
}

/* "yes, but make it two" */
static bool has_but(q_str text)
{
    q_str word;

    while (text.n) {
        q_str_cut(text, ' ', &word, &text);
        if (q_str_is_nocase(word, "but"))
            return true;
    }
    return false;
}

static q_code answer_confirmation(turn *t)
{
    char answer = q_understand_yes_no(t->in->text, t->arena);
    const q_guess *asked = request(t), *own = guess_of(t, t->intent);

    if (asked && asked->intent != t->intent)
        return begin(t, asked);
    if ((answer != 'y' || has_but(t->in->text)) && own && merge(t, own, false, (q_str){0}))
        return turn__advance(t); /* "no, make it two": asked again with two */
    if (!answer) {
        t->reply->missed = true;
        return turn__ask_confirmation(t, t->asked + 1, NULL);
    }
    t->s->confirmation = answer == 'y' ? Q_CONFIRMED : Q_DENIED_BY_USER;
    return turn__advance(t);
}

/* Yes or no to a follow-up, or what the user wants next. Source: the API's
 * followUpPrompt: no is answered with its rejection, yes by asking what is
 * wanted, and what is not understood by the prompt again.
 */
static q_code answer_follow_up(turn *t)
{
    const q_guess *g = t->reply->understood.count ? t->reply->understood.guesses : NULL;
    char answer = q_understand_yes_no(t->in->text, t->arena);

    t->s->following_up = false;
    if (g && !is_yes_or_no(g->intent) &&
        (g->exact || (g->score >= t->bot->confidence && word_count(t->in->text) > 1)))
        return begin(t, g);
    if (answer == 'n') {
        turn__state_set(t, Q_DIALOG_FULFILLED, 0);
        return turn__say(t, &t->intent->follow_up_rejection, 1, NULL);
    }
    if (answer == 'y')
        return turn__elicit_intent(t, NULL);
    if (t->asked >= t->intent->follow_up.max_attempts)
        return turn__not_understood(t);
    t->reply->missed = true;
    t->s->following_up = true;
    turn__state_set(t, Q_DIALOG_FULFILLED, t->asked + 1);
    return turn__say(t, &t->intent->follow_up.messages, t->asked + 1, NULL);
}

/* What the words may mean, of the intents whose contexts are active. */
static q_code understand(turn *t)
{
    const q_contexts *active = &t->s->contexts;
    q_str *names = q_arena_array(t->arena, active->n, sizeof *names);

    if (!names)
        return q_err_nomem(t->err);
    for (size_t i = 0; i < active->n; i++)
        names[i] = active->v[i].name;
    return q_understand(t->model, t->in->text, names, active->n, t->in->now_ms, t->arena,
                        &t->reply->understood, t->err);
}

q_code turn__answer(turn *t)
{
    q_code rc = understand(t);

    if (rc)
        return rc;
    t->asked = t->s->attempts;
    if (t->intent && t->s->following_up)
        return answer_follow_up(t);
    if (t->intent && t->s->state == Q_DIALOG_ELICIT_SLOT) {
        t->asked_slot = t->s->slot_to_elicit;
        return answer_slot(t);
    }
    if (t->intent && t->s->state == Q_DIALOG_CONFIRM_INTENT)
        return answer_confirmation(t);
    return new_subject(t);
}
