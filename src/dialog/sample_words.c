/* What people say for built-in intents, and values of built-in slot types: to
 * learn from, not a list of what is understood.
 */
#include "dialog/sample.h"

#define LIST(...)                                                                                  \
    static const q_str list[] = {__VA_ARGS__};                                                     \
    *count = sizeof list / sizeof list[0];                                                         \
    return list
#define S(text) Q_STR_INIT(text)

const q_str *samples__built_in(q_intent_kind kind, size_t *count)
{
    switch (kind) {
    case Q_INTENT_HELP: {
        LIST(S("help"), S("help me"), S("can you help me"), S("what can you do"),
             S("what can I say"), S("I need help"), S("how does this work"),
             S("what can I ask you"), S("how do I use this"), S("please help"));
    }
    case Q_INTENT_CANCEL: {
        LIST(S("cancel"), S("cancel that"), S("never mind"), S("forget it"), S("cancel it"),
             S("cancel this request"), S("I changed my mind"), S("please cancel"),
             S("forget about it"));
    }
    case Q_INTENT_STOP: {
        LIST(S("stop"), S("off"), S("shut up"), S("stop it"), S("quit"), S("exit"), S("be quiet"),
             S("please stop"), S("stop talking"), S("that is enough"));
    }
    case Q_INTENT_YES: {
        LIST(S("yes"), S("yes please"), S("sure"), S("yeah"), S("yep"), S("okay"), S("ok"),
             S("of course"), S("that is right"), S("correct"), S("go ahead"), S("sounds good"),
             S("absolutely"));
    }
    case Q_INTENT_NO: {
        LIST(S("no"), S("no thanks"), S("nope"), S("no thank you"), S("not really"), S("nah"),
             S("that is wrong"), S("I do not want that"), S("absolutely not"), S("of course not"));
    }
    case Q_INTENT_REPEAT: {
        LIST(S("repeat"), S("repeat that"), S("say that again"), S("say again"),
             S("can you repeat that"), S("what did you say"), S("pardon"), S("please say it again"),
             S("one more time"), S("I did not hear you"));
    }
    case Q_INTENT_OWN:
    case Q_INTENT_FALLBACK:
        break;
    }
    *count = 0;
    return NULL;
}

const q_str *samples__values(q_slot_kind kind, size_t *count)
{
    switch (kind) {
    case Q_SLOT_NUMBER: {
        LIST(S("two"), S("5"), S("12"), S("seven"), S("40"), S("twenty five"), S("300"), S("one"));
    }
    case Q_SLOT_DATE: {
        LIST(S("tomorrow"), S("next friday"), S("may 5th"), S("today"), S("12/24/2026"),
             S("monday"), S("the 3rd of june"), S("next week"));
    }
    case Q_SLOT_TIME: {
        LIST(S("5 pm"), S("noon"), S("10:30 am"), S("seven o'clock"), S("this evening"), S("8:15"),
             S("midnight"), S("in the morning"));
    }
    case Q_SLOT_DURATION: {
        LIST(S("two hours"), S("10 minutes"), S("three days"), S("a week"), S("six months"),
             S("an hour and a half"), S("30 seconds"));
    }
    case Q_SLOT_ALPHANUMERIC: {
        LIST(S("35678-9"), S("AB123"), S("X9"), S("INV-204"), S("77a"), S("10045"));
    }
    case Q_SLOT_EMAIL: {
        LIST(S("ada@example.org"), S("john.smith@example.com"), S("info@shop.example"));
    }
    case Q_SLOT_PHONE: {
        LIST(S("555 123 4567"), S("+1 555 765 4321"), S("02079460000"), S("(555) 867-5309"));
    }
    case Q_SLOT_PERCENTAGE: {
        LIST(S("5 percent"), S("20%"), S("7.5 %"), S("fifty percent"));
    }
    case Q_SLOT_CURRENCY: {
        LIST(S("$20"), S("50 dollars"), S("three euros"), S("100 pounds"), S("$1,200.50"));
    }
    case Q_SLOT_SPEED: {
        LIST(S("60 miles per hour"), S("100 km/h"), S("ten knots"));
    }
    case Q_SLOT_WEIGHT: {
        LIST(S("5 pounds"), S("two kilograms"), S("100 grams"), S("10 kg"));
    }
    case Q_SLOT_FIRST_NAME: {
        LIST(S("ada"), S("john"), S("maria"), S("peter"), S("susan"), S("wei"));
    }
    case Q_SLOT_LAST_NAME: {
        LIST(S("smith"), S("garcia"), S("miller"), S("chen"), S("okafor"));
    }
    case Q_SLOT_PERSON: {
        LIST(S("john smith"), S("maria garcia"), S("ada"), S("peter miller"), S("wei chen"));
    }
    case Q_SLOT_CITY: {
        LIST(S("new york"), S("london"), S("paris"), S("berlin"), S("san francisco"), S("lima"));
    }
    case Q_SLOT_COUNTRY: {
        LIST(S("france"), S("germany"), S("japan"), S("united states"), S("brazil"), S("kenya"));
    }
    case Q_SLOT_STATE: {
        LIST(S("california"), S("texas"), S("new york"), S("ohio"), S("north carolina"));
    }
    case Q_SLOT_CUSTOM:
    case Q_SLOT_OPEN:
    case Q_SLOT_SEARCH_QUERY:
        break;
    }
    {
        LIST(S("something"), S("the blue one"), S("anything else"), S("a new thing"), S("that"));
    }
}

const q_str *samples__unknown(size_t *count)
{
    LIST(S("kvarn"), S("sela moro"), S("tivan rela osk"), S("midor"), S("the lutepan"),
         S("orbel of tanu"), S("pelka and the runo"), S("vasti"), S("drenn ilo"),
         S("hasp to mervin"));
}
