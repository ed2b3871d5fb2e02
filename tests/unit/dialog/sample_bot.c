#include "sample_bot.h"

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])
#define COUNTED(list, count, array) .list = (array), .count = sizeof(array) / sizeof((array)[0])
#define UTTERANCES(array) COUNTED(utterances, utterance_count, array)
#define SLOTS(array) COUNTED(slots, slot_count, array)
#define SAY(words)                                                                                 \
    {                                                                                              \
        (q_message[]){{.text = Q_STR_INIT(words)}}, 1                                              \
    }
#define ASK(words, times)                                                                          \
    {                                                                                              \
        SAY(words), times                                                                          \
    }

static q_str summary[] = {Q_STR_INIT("show me the invoice summary"),
                          Q_STR_INIT("give me a summary of my invoices"),
                          Q_STR_INIT("how many invoices do I have")};
static q_str details[] = {Q_STR_INIT("get me the invoice details"),
                          Q_STR_INIT("show the details of invoice {InvoiceNumber}"),
                          Q_STR_INIT("what is in invoice {InvoiceNumber}")};
static q_str notes[] = {Q_STR_INIT("can you show me the invoice notes for {InvoiceNumber}"),
                        Q_STR_INIT("show me the notes"),
                        Q_STR_INIT("invoice notes for {InvoiceNumber}")};
static q_str pizza[] = {Q_STR_INIT("I want to order a pizza"),
                        Q_STR_INIT("order {Count} {Size} pizzas for {Day}"),
                        Q_STR_INIT("{Count} {Size} pizzas please"), Q_STR_INIT("{Count}")};
static q_str help[] = {Q_STR_INIT("help"), Q_STR_INIT("what can you do")};

static q_str grand[] = {Q_STR_INIT("grand"), Q_STR_INIT("huge")};
static q_slot_value sizes[] = {{Q_STR_INIT("small"), NULL, 0}, {Q_STR_INIT("large"), LIST(grand)}};
static q_slot_type size = {Q_STR_INIT("Size"), LIST(sizes), true};

static q_slot number[] = {{.name = Q_STR_INIT("InvoiceNumber"),
                           .kind = Q_SLOT_ALPHANUMERIC,
                           .required = true,
                           .priority = 1,
                           .prompt = ASK("Please enter the invoice number", 2)}};
static q_slot order[] = {{.name = Q_STR_INIT("Count"),
                          .kind = Q_SLOT_NUMBER,
                          .required = true,
                          .priority = 1,
                          .prompt = ASK("How many?", 2)},
                         {.name = Q_STR_INIT("Size"),
                          .kind = Q_SLOT_CUSTOM,
                          .type = &size,
                          .required = true,
                          .priority = 2,
                          .prompt = ASK("What size?", 2)},
                         {.name = Q_STR_INIT("Day"), .kind = Q_SLOT_DATE, .priority = 3}};

static q_intent intents[] = {
    {.name = Q_STR_INIT("Summary"),
     UTTERANCES(summary),
     .fulfillment_hook = true,
     .fulfillment_uri = Q_STR_INIT("fn")},
    {.name = Q_STR_INIT("Details"),
     UTTERANCES(details),
     SLOTS(number),
     .fulfillment_hook = true,
     .fulfillment_uri = Q_STR_INIT("fn")},
    {.name = Q_STR_INIT("Notes"),
     UTTERANCES(notes),
     SLOTS(number),
     .dialog_hook = true,
     .dialog_uri = Q_STR_INIT("dialog"),
     .fulfillment_hook = true,
     .fulfillment_uri = Q_STR_INIT("fn"),
     .conclusion = SAY("Those were the notes of {InvoiceNumber}, [who].")},
    {.name = Q_STR_INIT("Pizza"),
     UTTERANCES(pizza),
     SLOTS(order),
     .confirms = true,
     .confirmation = ASK("{Count} {Size}, right?", 2),
     .rejection = SAY("Then not.")},
    {.name = Q_STR_INIT("Help"),
     UTTERANCES(help),
     .fulfillment_hook = true,
     .fulfillment_uri = Q_STR_INIT("fn"),
     .follows_up = true,
     .follow_up = ASK("Anything else?", 1),
     .follow_up_rejection = SAY("Goodbye.")},
};

static const q_bot bot = {.name = Q_STR_INIT("Sample"),
                          COUNTED(intents, intent_count, intents),
                          .slot_types = &size,
                          .slot_type_count = 1,
                          .clarification = ASK("I did not get that.", 2),
                          .abort = SAY("Sorry."),
                          .confidence = 0.4};

const q_bot *sample_bot(void)
{
    return &bot;
}
