#include "dialog/tagger.h"

#include "memory.h"
#include "test.h"

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])

static q_slot_value songs[] = {{Q_STR_INIT("yesterday"), NULL, 0},
                               {Q_STR_INIT("hey jude"), NULL, 0},
                               {Q_STR_INIT("purple rain"), NULL, 0},
                               {Q_STR_INIT("so what"), NULL, 0}};
static q_slot_value artists[] = {{Q_STR_INIT("prince"), NULL, 0},
                                 {Q_STR_INIT("miles davis"), NULL, 0},
                                 {Q_STR_INIT("the beatles"), NULL, 0},
                                 {Q_STR_INIT("nina simone"), NULL, 0}};
static q_slot_type types[] = {{.name = Q_STR_INIT("Song"), LIST(songs)},
                              {.name = Q_STR_INIT("Artist"), LIST(artists)}};
static q_slot slots[] = {
    {.name = Q_STR_INIT("Song"), .type = &types[0]},
    {.name = Q_STR_INIT("Artist"), .type = &types[1]},
    {.name = Q_STR_INIT("Times"), .kind = Q_SLOT_NUMBER},
};
static q_str utterances[] = {Q_STR_INIT("play {Song} by {Artist}"), Q_STR_INIT("play {Song}"),
                             Q_STR_INIT("I want to hear {Artist}"),
                             Q_STR_INIT("play {Song} {Times} times"),
                             Q_STR_INIT("put on {Song} by {Artist} please")};
static const q_intent intent = {.name = Q_STR_INIT("Play"),
                                .utterances = utterances,
                                .utterance_count = 5,
                                .slots = slots,
                                .slot_count = 3};
static const q_bot bot = {.slot_types = types, .slot_type_count = 2};

typedef struct taught {
    phrases *phrases;
    tagger *tagger;
} taught;

static q_code teach(const q_intent *what, taught *out)
{
    samples s;
    q_code rc = samples__make(&what, 1, q_test_arena(), &s, NULL);

    *out = (taught){0};
    if (!rc)
        rc = phrases__make(&bot, &out->phrases, NULL);
    if (!rc)
        rc = tagger__learn(what, s.v, s.n, out->phrases, &out->tagger, NULL);
    return rc;
}

static void forget(taught *t)
{
    tagger__free(t->tagger);
    phrases__free(t->phrases);
}

static void finds(const taught *by, const char *text, const char *song, const char *artist,
                  const char *times)
{
    const char *want[3] = {song, artist, times};
    q_tokens t;
    tagged *v;
    size_t n, expected = 0;

    CHECK_EQ(q_tokens_of(q_str_of(text), q_test_arena(), &t, NULL), Q_OK);
    CHECK_EQ(tagger__find(by->tagger, &t, q_test_arena(), &v, &n, NULL), Q_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(want[v[i].slot] != NULL);
        CHECK_STREQ(q_tokens_span(&t, v[i].begin, v[i].end), want[v[i].slot]);
        CHECK(v[i].score > 0 && v[i].score <= 1);
    }
    for (size_t i = 0; i < 3; i++)
        expected += want[i] != NULL;
    CHECK_EQ(n, expected);
}

TEST(values_are_found_by_list_and_by_context)
{
    taught t;

    CHECK_EQ(teach(&intent, &t), Q_OK);
    finds(&t, "play hey jude by nina simone", "hey jude", "nina simone", NULL);
    finds(&t, "play stairway to heaven by led zeppelin", "stairway to heaven", "led zeppelin",
          NULL);
    finds(&t, "I want to hear the rolling stones", NULL, "the rolling stones", NULL);
    finds(&t, "play yesterday 3 times", "yesterday", NULL, "3");
    forget(&t);
}

TEST(an_intent_without_places_has_no_tagger)
{
    static q_str words[] = {Q_STR_INIT("stop the music")};
    q_intent plain = {.utterances = words, .utterance_count = 1};
    taught t;

    CHECK_EQ(teach(&plain, &t), Q_OK);
    CHECK(t.tagger == NULL);
    forget(&t);
}

TEST(teaching_that_runs_out_of_memory_leaves_nothing_behind)
{
    size_t made = 1;

    CHECK(q_test_arena() != NULL); /* before allocations fail */
    for (size_t nth = 1; made >= nth; nth++) {
        taught t;
        q_code rc;

        faults_arm(nth);
        rc = teach(&intent, &t);
        made = faults_disarm();
        forget(&t);
        CHECK_EQ(rc, made >= nth ? Q_NOMEM : Q_OK);
    }
}

TEST_MAIN("dialog/tagger")
