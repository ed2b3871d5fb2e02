#include "work/event.h"

#include "test.h"

static q_code hear(void *ctx, const q_event *e, q_err *err)
{
    q_str *last = ctx;

    *last = e->key;
    return e->size ? Q_OK : q_err_set(err, Q_IO, "not heard");
}

TEST(event_reaches_those_who_listen_for_its_name)
{
    q_events *ev = NULL;
    q_str created = {NULL, 0}, removed = {NULL, 0};
    q_event e = {
        .name = Q_STR("ObjectCreated:Put"), .bucket = Q_STR("b"), .key = Q_STR("k"), .size = 1};

    CHECK_EQ(q_events_new(&ev, NULL), Q_OK);
    CHECK_EQ(q_events_listen(ev, "ObjectCreated:", hear, &created, NULL), Q_OK);
    CHECK_EQ(q_events_listen(ev, "ObjectRemoved:", hear, &removed, NULL), Q_OK);
    CHECK_EQ(q_events_emit(ev, &e, NULL), Q_OK);
    CHECK_STREQ(created, "k");
    CHECK_EQ(removed.n, 0);
    e.size = 0;
    CHECK_EQ(q_events_emit(ev, &e, NULL), Q_IO);
    q_events_free(ev);
}

TEST(event_listeners_are_bounded)
{
    q_events *ev = NULL;
    q_str last;
    q_code rc = Q_OK;
    int n = 0;

    CHECK_EQ(q_events_new(&ev, NULL), Q_OK);
    while (!rc && n < 100) {
        rc = q_events_listen(ev, "", hear, &last, NULL);
        n++;
    }
    CHECK_EQ(rc, Q_LIMIT);
    CHECK_EQ(n, 17);
    q_events_free(ev);
}

TEST_MAIN("work/event")
