/* The built-in slot types by name. */
#include "dialog/bot.h"

/* Those with a grammar or names of their own. */
static const struct {
    const char *name;
    q_slot_kind kind;
} KINDS[] = {
    {"NUMBER", Q_SLOT_NUMBER},
    {"FOUR_DIGIT_NUMBER", Q_SLOT_NUMBER},
    {"DATE", Q_SLOT_DATE},
    {"TIME", Q_SLOT_TIME},
    {"DURATION", Q_SLOT_DURATION},
    {"AlphaNumeric", Q_SLOT_ALPHANUMERIC},
    {"ALPHANUMERIC", Q_SLOT_ALPHANUMERIC},
    {"EmailAddress", Q_SLOT_EMAIL},
    {"EMAIL_ADDRESS", Q_SLOT_EMAIL},
    {"PhoneNumber", Q_SLOT_PHONE},
    {"PHONE_NUMBER", Q_SLOT_PHONE},
    {"Percentage", Q_SLOT_PERCENTAGE},
    {"PERCENTAGE", Q_SLOT_PERCENTAGE},
    {"Currency", Q_SLOT_CURRENCY},
    {"SpeedUnit", Q_SLOT_SPEED},
    {"WeightUnit", Q_SLOT_WEIGHT},
    {"FirstName", Q_SLOT_FIRST_NAME},
    {"US_FIRST_NAME", Q_SLOT_FIRST_NAME},
    {"GB_FIRST_NAME", Q_SLOT_FIRST_NAME},
    {"AT_FIRST_NAME", Q_SLOT_FIRST_NAME},
    {"DE_FIRST_NAME", Q_SLOT_FIRST_NAME},
    {"LastName", Q_SLOT_LAST_NAME},
    {"US_LAST_NAME", Q_SLOT_LAST_NAME},
    {"Person", Q_SLOT_PERSON},
    {"City", Q_SLOT_CITY},
    {"US_CITY", Q_SLOT_CITY},
    {"GB_CITY", Q_SLOT_CITY},
    {"AT_CITY", Q_SLOT_CITY},
    {"DE_CITY", Q_SLOT_CITY},
    {"EUROPE_CITY", Q_SLOT_CITY},
    {"Country", Q_SLOT_COUNTRY},
    {"US_STATE", Q_SLOT_STATE},
    {"State", Q_SLOT_STATE},
    {"SearchQuery", Q_SLOT_SEARCH_QUERY},
};

/* The catalogues, whose entries are not shipped: what stands in their place is
 * told by the words around it.
 */
static const char *const OPEN[] = {"Actor",
                                   "AdministrativeArea",
                                   "AggregateRating",
                                   "Airline",
                                   "Airport",
                                   "Animal",
                                   "Anaphor",
                                   "Artist",
                                   "Athlete",
                                   "AT_REGION",
                                   "Author",
                                   "Book",
                                   "BookSeries",
                                   "BroadcastChannel",
                                   "CivicStructure",
                                   "Color",
                                   "Comic",
                                   "Corporation",
                                   "CreativeWorkType",
                                   "DayOfWeek",
                                   "Dessert",
                                   "DeviceType",
                                   "DE_REGION",
                                   "Director",
                                   "Drink",
                                   "EducationalOrganization",
                                   "EventType",
                                   "Festival",
                                   "FictionalCharacter",
                                   "FinancialService",
                                   "Food",
                                   "FoodEstablishment",
                                   "Game",
                                   "GB_REGION",
                                   "Genre",
                                   "Landform",
                                   "LandmarksOrHistoricalBuildings",
                                   "Language",
                                   "LocalBusiness",
                                   "LocalBusinessType",
                                   "MedicalOrganization",
                                   "Month",
                                   "Movie",
                                   "MovieSeries",
                                   "MovieTheater",
                                   "MusicAlbum",
                                   "MusicCreativeWorkType",
                                   "MusicEvent",
                                   "MusicGroup",
                                   "Musician",
                                   "MusicPlaylist",
                                   "MusicRecording",
                                   "MusicVenue",
                                   "MusicVideo",
                                   "Organization",
                                   "PostalAddress",
                                   "Professional",
                                   "ProfessionalType",
                                   "RadioChannel",
                                   "RelativePosition",
                                   "Residence",
                                   "Room",
                                   "ScreeningEvent",
                                   "Service",
                                   "SocialMediaPlatform",
                                   "SoftwareApplication",
                                   "SoftwareGame",
                                   "Sport",
                                   "SportsEvent",
                                   "SportsTeam",
                                   "StreetAddress",
                                   "StreetName",
                                   "TelevisionChannel",
                                   "TVEpisode",
                                   "TVSeason",
                                   "TVSeries",
                                   "VideoGame",
                                   "VisualModeTrigger",
                                   "WeatherCondition",
                                   "WrittenCreativeWorkType"};

bool q_slot_kind_of(q_str name, q_slot_kind *out)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (q_str_is(name, KINDS[i].name)) {
            *out = KINDS[i].kind;
            return true;
        }
    for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++)
        if (q_str_is(name, OPEN[i])) {
            *out = Q_SLOT_OPEN;
            return true;
        }
    return false;
}

const char *q_slot_kind_name(size_t i)
{
    size_t known = sizeof KINDS / sizeof KINDS[0], open = sizeof OPEN / sizeof OPEN[0];

    if (i < known)
        return KINDS[i].name;
    return i - known < open ? OPEN[i - known] : NULL;
}
