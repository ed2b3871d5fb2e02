/* Bots of one to three intents with few utterances: what is meant, in other
 * words too, and what is not, though the bot knows nothing else.
 */
#include "dialog/understand.h"

#include "test.h"

#include <stdio.h>
#include <string.h>

#define LIST(array) .utterances = (array), .utterance_count = sizeof(array) / sizeof((array)[0])
#define SLOTS(array) .slots = (array), .slot_count = sizeof(array) / sizeof((array)[0])
#define VALUES(array) .values = (array), .value_count = sizeof(array) / sizeof((array)[0])
#define BOT(array)                                                                                 \
    {                                                                                              \
        .intents = (array), .intent_count = sizeof(array) / sizeof((array)[0])                     \
    }
#define S(text) Q_STR_INIT(text)

static q_str order[] = {S("I would like to order a pizza"), S("order a {Size} pizza"),
                        S("can I get a {Size} pizza please")};
static q_slot_value sizes[] = {
    {.value = S("small")}, {.value = S("medium")}, {.value = S("large")}};
static q_slot_type size = {.name = S("Size"), VALUES(sizes)};
static q_slot order_slots[] = {{.name = S("Size"), .type = &size}};
static q_intent pizza_intents[] = {{.name = S("Order"), LIST(order), SLOTS(order_slots)}};
static const q_bot pizza = BOT(pizza_intents);

static q_str invoice_list[] = {S("show me my invoices")};
static q_intent invoice_intents[] = {{.name = S("List"), LIST(invoice_list)}};
static const q_bot invoice = BOT(invoice_intents);

static q_str book[] = {S("I would like to book an appointment"), S("book a {Kind} for {Day}"),
                       S("make an appointment on {Day}"), S("I want to see the dentist")};
static q_str call_off[] = {S("cancel my appointment"), S("I can not come on {Day}")};
static q_slot_value kinds[] = {
    {.value = S("cleaning")}, {.value = S("whitening")}, {.value = S("root canal")}};
static q_slot_type kind = {.name = S("Kind"), VALUES(kinds)};
static q_slot book_slots[] = {{.name = S("Kind"), .type = &kind},
                              {.name = S("Day"), .kind = Q_SLOT_DATE}};
static q_slot off_slots[] = {{.name = S("Day"), .kind = Q_SLOT_DATE}};
static q_intent dentist_intents[] = {{.name = S("Book"), LIST(book), SLOTS(book_slots)},
                                     {.name = S("CallOff"), LIST(call_off), SLOTS(off_slots)},
                                     {.name = S("Help"), .kind = Q_INTENT_HELP}};
static const q_bot dentist = BOT(dentist_intents);

static q_str region[] = {S("What were our sales in {region} region"),
                         S("What is the revenue in the {region} region")};
static q_str quarter[] = {S("What's the revenue in {quarter}"),
                          S("How much did we make in {quarter}"),
                          S("What was our revenue in {quarter}")};
static q_slot_value regions[] = {{.value = S("eastern")}, {.value = S("western")}};
static q_slot_type region_type = {.name = S("Region"), VALUES(regions), .top_resolution = true};
static q_slot_value quarters[] = {{.value = S("Q1")}, {.value = S("Q2")}, {.value = S("Q3")}};
static q_slot_type quarter_type = {.name = S("Quarter"), VALUES(quarters), .top_resolution = true};
static q_slot region_slots[] = {{.name = S("region"), .type = &region_type}};
static q_slot quarter_slots[] = {{.name = S("quarter"), .type = &quarter_type}};
static q_intent metrics_intents[] = {
    {.name = S("RegionDetails"), LIST(region), SLOTS(region_slots)},
    {.name = S("QuarterDetails"), LIST(quarter), SLOTS(quarter_slots)},
    {.name = S("Fallback"), .kind = Q_INTENT_FALLBACK}};
static const q_bot metrics = BOT(metrics_intents);

static q_str naive_region[] = {S("What were our sales in {region} region"),
                               S("What were our sales in the {region} region"),
                               S("Revenue in the {region} region"),
                               S("What is the revenue by region"),
                               S("Sales by region"),
                               S("How is the {region} region doing")};
static q_str naive_quarter[] = {S("What's the revenue in {quarter}"),
                                S("What is the revenue in {quarter}"),
                                S("What was our revenue in {quarter}"),
                                S("Revenue numbers for {quarter}"),
                                S("Sales for {quarter}"),
                                S("How did we do in {quarter}")};
static q_str contact[] = {S("Take my contact details"), S("My email is {email}"),
                          S("You can reach me at {email}")};
static q_slot contact_slots[] = {{.name = S("email"), .kind = Q_SLOT_EMAIL}};
static q_intent naive_intents[] = {
    {.name = S("RegionDetails"), LIST(naive_region), SLOTS(region_slots)},
    {.name = S("QuarterDetails"), LIST(naive_quarter), SLOTS(quarter_slots)},
    {.name = S("ContactDetails"), LIST(contact), SLOTS(contact_slots)},
    {.name = S("Fallback"), .kind = Q_INTENT_FALLBACK}};
static const q_bot naive = BOT(naive_intents);

enum { TEXTS_MAX = 24 };

typedef struct group {
    const q_bot *bot;
    const char *texts[TEXTS_MAX];
} group;

/* How many are taken for an intent, each with a score that is enough for it. */
static size_t taken(const group *g, bool wanted, size_t *count)
{
    q_model *m = NULL;
    size_t n = 0;

    CHECK_EQ(q_model_learn(g->bot, &m, NULL), Q_OK);
    for (*count = 0; *count < TEXTS_MAX && g->texts[*count]; ++*count) {
        q_understood u;
        const char *text = g->texts[*count];
        bool in;

        CHECK_EQ(q_understand(m, q_str_of(text), NULL, 0, 0, q_test_arena(), &u, NULL), Q_OK);
        in = u.count && u.out_of_scope < 0.5 && u.guesses[0].score >= 0.4;
        n += in;
        if (in != wanted)
            printf("# %s: %.3f, out of scope %.3f\n", text, u.count ? u.guesses[0].score : 0,
                   u.out_of_scope);
    }
    q_model_free(m);
    return n;
}

/* The share of all texts that are taken for an intent. */
static double share(const group *g, size_t groups, bool wanted)
{
    size_t n = 0, all = 0;

    for (size_t i = 0; i < groups; i++) {
        size_t count;

        n += taken(&g[i], wanted, &count);
        all += count;
    }
    return (double)n / (double)all;
}

#define SHARE(groups, wanted) share(groups, sizeof(groups) / sizeof((groups)[0]), wanted)

TEST(what_a_few_samples_do_not_say_is_out_of_scope)
{
    static const group OUT[] = {
        {&pizza,
         {"xylophones are purple", "blorp zint fadoo", "what is the weather like in Paris",
          "who won the match last night", "I would like to talk to somebody about my job",
          "can I get a refund for my train ticket please", "tell me a joke",
          "how tall is the Eiffel tower"}},
        {&invoice,
         {"xylophones are purple", "blorp zint fadoo", "show me my way home", "what time is it",
          "turn on the lights in the kitchen", "play some music by the Beatles",
          "do penguins have knees", "where is my brother"}},
        {&dentist,
         {"xylophones are purple", "blorp zint fadoo", "I would like to hear a story",
          "what is the capital of Mongolia", "how do I bake bread", "is there a bus to the station",
          "my computer does not start", "give me a good film for tonight"}},
        {&metrics,
         {"How much did we spend last quarter", "xylophones are purple", "blorp zint fadoo",
          "What is the weather in London", "who is the head of human resources",
          "What was the score of the game", "how many people work here",
          "what's the best restaurant in town"}}};

    CHECK(SHARE(OUT, false) <= 0.07);
}

TEST(a_question_in_words_that_any_sentence_has_falls_back)
{
    static const group OUT[] = {
        {&naive, {"How much did we spend last quarter", "How much did we spend last quarter?"}}};

    CHECK(SHARE(OUT, false) <= 0);
}

TEST(no_more_are_questions_that_were_not_looked_at)
{
    static const group OUT[] = {
        {&pizza,
         {"a dog ran over the hill", "grebt wolfin", "please translate hello into Spanish",
          "I would like a haircut", "set an alarm for seven", "what does photosynthesis mean",
          "my flight was cancelled"}},
        {&invoice,
         {"show me the stars", "my cat is ill", "zorgle", "how far away is the moon",
          "why is the sky blue", "remind me to call mum", "me and my friends went swimming"}},
        {&dentist,
         {"how much is a ticket to Rome", "I want to learn the guitar", "plim plam plom",
          "the economy grew faster than expected", "can you sing",
          "which team is leading the league", "I can not find my keys"}},
        {&metrics,
         {"what were the names of the seven dwarfs", "what is the meaning of life",
          "how much does a car cost", "flurb", "when is the next holiday",
          "write me a poem about the sea", "is it going to rain in Boston"}}};

    CHECK(SHARE(OUT, false) <= 0.15);
}

TEST(other_wordings_of_few_samples_are_in_scope)
{
    static const group IN[] = {
        {&pizza,
         {"I would like to order a pizza", "i'd like to order a pizza",
          "I would like to order a piza", "I would like to oder a pizza", "get me a large pizza",
          "I want a pizza", "could I have a small pizza", "order two large pizzas", "pizza please",
          "I would love to order a pizza"}},
        {&invoice,
         {"show me my invoices", "show my invoices", "list my invoices", "shwo me my invoices",
          "show me my invoces", "show me the invoices", "can you show me all of my invoices",
          "invoices", "what are my invoices", "display my invoices"}},
        {&dentist,
         {"I need an appointment", "book an appointment for tomorrow",
          "I would like to book an apointment", "make an appointment", "book a cleaning",
          "please cancel the appointment", "I have to cancel my appointment",
          "can I see the dentist on monday", "book a root canal for next friday",
          "I'd like to make an appointment for monday"}},
        {&metrics,
         {"What was the revenue in Q2", "what were the sales in the western region",
          "show me the revenue in Q1", "revenue in Q3", "what was our revnue in Q1",
          "sales in the eastern region", "how much did we earn in Q2",
          "tell me the revenue of the western region", "what were our sales in western",
          "How much did we make in Q3"}}};

    CHECK(SHARE(IN, true) >= 0.97);
}

TEST(so_are_wordings_that_were_not_looked_at)
{
    static const group IN[] = {
        {&pizza,
         {"i want to order pizza", "can we order a medium pizza", "may I get one large pizza",
          "let me order a pizza", "ordering a pizza", "a small pizza please"}},
        {&invoice,
         {"let me see my invoices", "show invoices please", "please show me my invoice",
          "I want to see my invoices", "where are my invoices", "show me our invoices"}},
        {&dentist,
         {"I would like an appointment on friday", "could you book me an appointment",
          "cancel the appointment on monday", "I want to go to the dentist",
          "schedule an appointment", "book a whitening on tuesday"}},
        {&metrics,
         {"what is our revenue in Q2", "give me the revenue of Q3", "what did we make in Q1",
          "sales for the western region", "what was the revenue for the eastern region",
          "how much money did we make in Q2"}}};

    CHECK(SHARE(IN, true) >= 0.85);
}

TEST(what_the_samples_say_scores_high)
{
    static const group ALL[] = {{&pizza, {"I would like to order a pizza", "order a large pizza"}},
                                {&invoice, {"show me my invoices"}},
                                {&metrics, {"What was our revenue in Q2"}}};

    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        q_model *m = NULL;

        CHECK_EQ(q_model_learn(ALL[i].bot, &m, NULL), Q_OK);
        for (size_t k = 0; ALL[i].texts[k]; k++) {
            q_understood u;

            CHECK_EQ(
                q_understand(m, q_str_of(ALL[i].texts[k]), NULL, 0, 0, q_test_arena(), &u, NULL),
                Q_OK);
            CHECK(u.guesses[0].exact && u.guesses[0].score >= 0.95 && u.out_of_scope < 0.01);
        }
        q_model_free(m);
    }
}

TEST_MAIN("dialog/scope")
