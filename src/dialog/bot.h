/* dialog/bot.h - a bot: what it listens for, asks, and says.
 *
 * Plain values that a caller fills (from a file, say) and keeps in one arena;
 * nothing here is checked but by q_bot_check. The terms are Amazon Lex V1's.
 */
#ifndef Q_DIALOG_BOT_H
#define Q_DIALOG_BOT_H

#include "base/str.h"

typedef enum q_message_kind { Q_MESSAGE_PLAIN, Q_MESSAGE_CUSTOM, Q_MESSAGE_SSML } q_message_kind;

/* May hold {Slot} and [sessionAttribute] places. */
typedef struct q_message {
    q_message_kind kind;
    int group; /* one message of each group is said; 0 when there are no groups */
    q_str text;
} q_message;

/* What a client may show as buttons and pictures beside the words. */
typedef struct q_button {
    q_str text, value; /* shown; said when it is pressed */
} q_button;

typedef struct q_attachment {
    q_str title, subtitle, link_url, image_url; /* empty: none */
    q_button *buttons;
    size_t button_count;
} q_attachment;

typedef struct q_card {
    q_attachment *v;
    size_t n; /* 0: no card */
} q_card;

typedef struct q_messages {
    q_message *v;
    size_t n;
    q_card card;
} q_messages;

typedef struct q_prompt {
    q_messages messages;
    int max_attempts; /* how often it is said before giving up; at least 1 */
} q_prompt;

/* The types that are built in, by their names behind "AMAZON.". */
typedef enum q_slot_kind {
    Q_SLOT_CUSTOM, /* q_slot.type says which */
    Q_SLOT_NUMBER,
    Q_SLOT_DATE,
    Q_SLOT_TIME,
    Q_SLOT_ALPHANUMERIC,
    Q_SLOT_EMAIL,
    Q_SLOT_PHONE,
    Q_SLOT_PERCENTAGE,
    Q_SLOT_DURATION,
    Q_SLOT_CURRENCY,
    Q_SLOT_SPEED,
    Q_SLOT_WEIGHT,
    Q_SLOT_FIRST_NAME,
    Q_SLOT_LAST_NAME,
    Q_SLOT_PERSON,
    Q_SLOT_CITY,
    Q_SLOT_COUNTRY,
    Q_SLOT_STATE,
    Q_SLOT_OPEN, /* a catalogue's (Actor, Food, StreetAddress, ...): the words that stand there */
    Q_SLOT_SEARCH_QUERY
} q_slot_kind;

typedef struct q_slot_value {
    q_str value;
    q_str *synonyms;
    size_t synonym_count;
} q_slot_value;

typedef struct q_slot_type {
    q_str name;
    q_slot_value *values;
    size_t value_count;
    bool top_resolution; /* only listed values, given as listed; else any value goes */
    q_slot_kind parent;  /* the built-in type that it narrows; Q_SLOT_CUSTOM: none */
    q_str pattern;       /* with Q_SLOT_ALPHANUMERIC as parent: a regular expression; or empty */
} q_slot_type;

typedef struct q_slot {
    q_str name;
    q_slot_kind kind;
    const q_slot_type *type; /* of a custom slot; else NULL */
    bool required;
    int priority; /* lower is asked first */
    q_prompt prompt;
    q_str *utterances; /* answers to the prompt, with {Slot} places */
    size_t utterance_count;
    q_str *defaults; /* tried in order: "#context.parameter", "[sessionAttribute]", or a value */
    size_t default_count;
    bool obfuscated; /* kept out of logs */
} q_slot;

/* The intents that are built in understand without utterances of their own. */
typedef enum q_intent_kind {
    Q_INTENT_OWN,
    Q_INTENT_FALLBACK, /* what no other intent understands */
    Q_INTENT_HELP,
    Q_INTENT_CANCEL,
    Q_INTENT_STOP,
    Q_INTENT_YES,
    Q_INTENT_NO,
    Q_INTENT_REPEAT
} q_intent_kind;

/* A context that the fulfilment of an intent turns on. */
typedef struct q_output_context {
    q_str name;
    int turns;   /* 1..20 */
    int seconds; /* 5..86400 */
} q_output_context;

typedef struct q_intent {
    q_str name;
    q_intent_kind kind;
    q_str *utterances; /* with {Slot} places */
    size_t utterance_count;
    q_slot *slots; /* by priority */
    size_t slot_count;
    bool confirms;
    q_prompt confirmation;
    q_messages rejection;
    bool dialog_hook; /* dialog_uri is asked on every turn */
    q_str dialog_uri;
    bool fulfillment_hook; /* fulfillment_uri fulfils; else the client does */
    q_str fulfillment_uri;
    bool speaks_v2; /* its functions take Lex V2's events */
    q_messages conclusion;
    bool follows_up;
    q_prompt follow_up;
    q_messages follow_up_rejection;
    q_str *input_contexts; /* all must be active for the intent to be understood */
    size_t input_context_count;
    q_output_context *output_contexts;
    size_t output_context_count;
} q_intent;

typedef struct q_bot {
    q_str name, version, locale;
    q_intent *intents;
    size_t intent_count;
    q_slot_type *slot_types;
    size_t slot_type_count;
    q_prompt clarification; /* no messages: none */
    q_messages abort;
    int idle_ttl_seconds;
    double confidence; /* below it an intent is not taken, 0..1 */
    bool child_directed;
    bool detect_sentiment; /* the client wants to be told of it */
} q_bot;

/* The kind by its name behind "AMAZON."; false for one that is not built in. */
bool q_slot_kind_of(q_str name, q_slot_kind *out);
/* The i-th of these names, some of which mean the same; NULL past the last. */
const char *q_slot_kind_name(size_t i);

/* NULL when there is none. */
const q_intent *q_bot_intent(const q_bot *b, q_str name);
const q_slot *q_intent_slot(const q_intent *i, q_str name);
size_t q_intent_slot_index(const q_intent *i, q_str name); /* SIZE_MAX: none */

#endif
