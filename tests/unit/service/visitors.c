#include "service/visitors.h"

#include "service/app.h"
#include "test.h"

TEST_MAIN("service/visitors")

static const int64_t NOW = 1795336200000;

static q_temporary_keys *keys(void)
{
    q_temporary_keys *t = NULL;

    CHECK_EQ(q_temporary_keys_open(q_test_dir(), &t, NULL), Q_OK);
    return t;
}

static const char *refusal(const char *bots)
{
    static q_err e;
    q_visitors *v = NULL;

    CHECK_EQ(q_visitors_new(bots, NULL, &v, &e), Q_INVALID);
    CHECK(v == NULL);
    return e.msg;
}

TEST(bots_are_named_with_their_alias)
{
    CHECK_STR(refusal("InvoiceBot"),
              "visitors may talk to 'InvoiceBot'; the bot's name and its alias are wanted, as "
              "InvoiceBot:Prod");
    CHECK_STR(refusal("A:b,,C:d"), "visitors may talk to ''; the bot's name and its alias are "
                                   "wanted, as InvoiceBot:Prod");
    CHECK_STR(refusal("A:b:c"), "visitors may talk to 'A:b:c'; the bot's name and its alias are "
                                "wanted, as InvoiceBot:Prod");
}

TEST(nobody_is_welcome_unless_a_bot_is_open)
{
    q_visitors *none = NULL, *some = NULL;

    CHECK_EQ(q_visitors_new(NULL, NULL, &none, NULL), Q_OK);
    CHECK_EQ(q_visitors_new("Tea:prod", NULL, &some, NULL), Q_OK);
    CHECK(!q_visitors_welcome(NULL));
    CHECK(!q_visitors_welcome(none));
    CHECK(q_visitors_welcome(some));
    q_visitors_free(none);
    q_visitors_free(some);
}

static q_code key_of(const q_visitors *v, q_str identity)
{
    q_temporary_key key;

    return q_visitor_key(v, identity, NOW, q_test_arena(), &key, NULL);
}

TEST(keys_are_for_identities_of_ours)
{
    q_temporary_keys *t = keys();
    q_visitors *v = NULL;
    q_temporary_key key;
    q_str identity, other;
    char *altered;

    CHECK_EQ(q_visitors_new("Tea:prod", t, &v, NULL), Q_OK);
    CHECK_EQ(q_visitor_identity(v, Q_STR("eu-west-1"), q_test_arena(), &identity, NULL), Q_OK);
    CHECK_EQ(q_visitor_identity(v, Q_STR("eu-west-1"), q_test_arena(), &other, NULL), Q_OK);
    CHECK_EQ(identity.n, 46);
    CHECK(q_str_starts(identity, Q_STR("eu-west-1:")));
    CHECK(!q_str_eq(identity, other));
    CHECK_EQ(q_visitor_key(v, identity, NOW, q_test_arena(), &key, NULL), Q_OK);
    CHECK_EQ(key.expires_ms, NOW + 3600 * 1000);
    CHECK(q_str_eq(key.subject, identity));
    altered = q_str_cstr(q_test_arena(), identity);
    for (size_t i = 0; i < identity.n; i++) {
        char was = altered[i];

        altered[i] = was == '0' ? '1' : '0';
        CHECK_EQ(key_of(v, (q_str){altered, identity.n}), Q_NOTFOUND);
        altered[i] = was;
        CHECK_EQ(key_of(v, (q_str){altered, i}), Q_NOTFOUND);
    }
    CHECK_EQ(key_of(v, (q_str){altered, identity.n}), Q_OK);
    q_visitors_free(v);
    q_temporary_keys_free(t);
}

static q_code talking(q_visitors *v, const char *bot, const char *alias)
{
    q_app app = {.visitors = v};
    q_call c = {.app = &app, .arena = q_test_arena()};
    q_value *in = q_value_map(q_test_arena());
    q_code rc;

    q_map_str(in, Q_STR("botName"), q_str_of(bot));
    q_map_str(in, Q_STR("botAlias"), q_str_of(alias));
    c.in = in;
    rc = q_visitor_may_talk(&c);
    if (rc)
        CHECK_STR(c.error, "AccessDeniedException");
    return rc;
}

TEST(only_open_bots_are_talked_to)
{
    q_visitors *v = NULL;

    CHECK_EQ(q_visitors_new("Tea:prod,Order_Bot:$LATEST", NULL, &v, NULL), Q_OK);
    CHECK_EQ(talking(v, "Tea", "prod"), Q_OK);
    CHECK_EQ(talking(v, "Order_Bot", "$LATEST"), Q_OK);
    CHECK(talking(v, "Tea", "$LATEST") != Q_OK);
    CHECK(talking(v, "Order_Bot", "prod") != Q_OK);
    CHECK(talking(v, "Te", "aprod") != Q_OK);
    CHECK(talking(v, "", "") != Q_OK);
    CHECK(talking(NULL, "Tea", "prod") != Q_OK);
    q_visitors_free(v);
}

static const char *user_of(const char *visitor, const char *user)
{
    q_call c = {.visitor = q_str_of(visitor), .arena = q_test_arena()};
    q_str out;

    return q_visitor_user(&c, q_str_of(user), "BadRequestException", &out)
               ? c.err.msg[0] ? "refused" : "?"
               : out.p;
}

TEST(visitors_are_users_of_their_own)
{
    static const char forty[] = "0123456789012345678901234567890123456789";
    const char *id = "us-east-1:00112233-4455-6677-8899-aabbccddeeff";
    const char *sixty = q_str_printf(q_test_arena(), "%s01234567890123456789", forty).p;

    CHECK_STR(user_of("", "ada"), "ada");
    CHECK_STR(user_of(id, id), id);
    CHECK_STR(user_of(id, "ada"), q_str_printf(q_test_arena(), "%s:ada", id).p);
    CHECK_STR(user_of(id, forty), q_str_printf(q_test_arena(), "%s:%s", id, forty).p);
    CHECK_STR(user_of(id, sixty), "refused");
    CHECK_STR(user_of("", sixty), sixty);
}
