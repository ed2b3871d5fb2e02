#include "base/buf.h"
#include "base/utf8.h"
#include "language/dominant_find.h"
#include "test.h"

#include <string.h>

static dominant_model *model(void)
{
    dominant_model *m = NULL;
    q_err err;

    CHECK_EQ(dominant__load(q_test_file("../../models/dominant.model"), Q_STR("dominant.model"), &m,
                            &err),
             Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), (void (*)(void *))dominant__free, m), Q_OK);
    return m;
}

/* The codes, the best first. */
static q_str found(const dominant_model *m, q_str text)
{
    q_arena *a = q_test_arena();
    q_buf b = q_buf_init(a, 1 << 12);
    q_dominant *v;
    size_t n;
    float sum = 0;
    q_str out;

    CHECK_EQ(dominant__find(m, text, a, &v, &n, NULL), Q_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(v[i].score > 0 && v[i].score <= 1);
        CHECK(i == 0 || v[i].score <= v[i - 1].score);
        sum += v[i].score;
        q_buf_printf(&b, "%s%s", i ? " " : "", v[i].code);
    }
    CHECK(sum <= 1.0001f);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static void is(const char *text, const char *code)
{
    q_str best;

    q_str_cut(found(model(), q_str_of(text)), ' ', &best, &(q_str){0});
    CHECK_STREQ(best, code);
}

TEST(dominant_language_of_a_sentence)
{
    is("The invoice from the mill is due at the end of next month.", "en");
    is("Die Rechnung der Mühle ist am Ende des nächsten Monats fällig.", "de");
    is("La facture du moulin doit être payée à la fin du mois prochain.", "fr");
    is("La factura del molino vence a finales del mes que viene.", "es");
    is("Счёт от мельницы нужно оплатить до конца следующего месяца.", "ru");
    is("Рахунок від млина потрібно сплатити до кінця наступного місяця.", "uk");
    is("يجب دفع فاتورة المطحنة قبل نهاية الشهر القادم", "ar");
    is("صورتحساب آسیاب باید تا پایان ماه آینده پرداخت شود", "fa");
    is("चक्की का बिल अगले महीने के अंत तक देना है।", "hi");
    is("Hoá đơn của nhà máy xay phải được trả vào cuối tháng sau.", "vi");
}

TEST(dominant_language_by_its_script)
{
    is("Ο λογαριασμός λήγει στο τέλος του μήνα", "el");
    is("החשבון לתשלום עד סוף החודש", "he");
    is("청구서는 다음 달 말까지 지불해야 합니다", "ko");
    is("請求書は来月末が期限です", "ja");
    is("发票下个月底到期", "zh");
    is("發票下個月底到期", "zh-TW");
    is("ใบแจ้งหนี้ครบกำหนดสิ้นเดือนหน้า", "th");
    is("অসমীয়া ভাষাৰ চৰ্চা", "as");
    is("বাংলা ভাষায় লেখা", "bn");
    is("ဆန်စက်", "my");
}

TEST(dominant_languages_of_a_mixed_text)
{
    const dominant_model *m = model();
    q_arena *a = q_test_arena();
    q_dominant *v;
    size_t n;

    CHECK_EQ(dominant__find(m,
                            Q_STR("The mill is closed on Monday and opens again on Tuesday at "
                                  "eight in the morning.\nDie Mühle ist am Montag geschlossen "
                                  "und öffnet am Dienstag wieder um acht Uhr morgens."),
                            a, &v, &n, NULL),
             Q_OK);
    CHECK_EQ(n, 2);
    CHECK(v[0].score < 0.7f && v[1].score > 0.3f);
    CHECK_STREQ(found(m, Q_STR("Гречка стоит дороже, чем в прошлом году, и намного.\n"
                               "Buckwheat costs more than it did last year, and a lot more.")),
                "en ru");
    CHECK_STREQ(found(m, Q_STR("Το πρόγραμμα Excel άνοιξε ένα παλιό αρχείο με λογαριασμούς")),
                "el");
}

TEST(dominant_language_needs_letters)
{
    is("", "");
    is("12345 67.8 %% !!", "");
    is("😀👍🏽", "");
    CHECK_STREQ(found(model(), (q_str){"\0\0\0", 3}), "");
    CHECK_STREQ(found(model(), (q_str){"\xFF\xFE\x80\xC0", 4}), "");
}

TEST(dominant_language_of_bad_bytes_between_words)
{
    static const char text[] = "The mill \xFF\xFE is closed \0 on every Monday \xC3 of the year";

    CHECK_STREQ(found(model(), (q_str){text, sizeof text - 1}), "en");
}

TEST(dominant_language_of_long_texts)
{
    enum { SIZE = 1 << 20 };
    static const char line[] = "The mill grinds the grain of the whole village. ";
    q_arena *a = q_arena_new((size_t)1 << 26);
    char *text = q_arena_alloc(a, SIZE);
    const dominant_model *m = model();
    q_dominant *v;
    size_t n;

    memset(text, 'x', SIZE);
    CHECK_EQ(dominant__find(m, (q_str){text, SIZE}, a, &v, &n, NULL), Q_OK);
    CHECK(n > 0);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = line[i % (sizeof line - 1)];
    CHECK_EQ(dominant__find(m, (q_str){text, SIZE}, a, &v, &n, NULL), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_STR(v[0].code, "en");
    q_arena_free(a);
}

TEST(dominant_knows_its_languages)
{
    const char **v;
    size_t n;

    CHECK_EQ(dominant__known(model(), q_test_arena(), &v, &n, NULL), Q_OK);
    CHECK(n >= 83);
    for (size_t i = 1; i < n; i++)
        CHECK(strcmp(v[i - 1], v[i]) < 0);
}

TEST(dominant_model_ships)
{
    q_arena *a = q_test_arena();
    q_language *l;
    q_dominant *v;
    const char **known;
    size_t n;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    CHECK_EQ(q_dominant_languages(l, Q_STR("The mill is closed on Monday."), a, &v, &n, NULL),
             Q_OK);
    CHECK_STR(v[0].code, "en");
    CHECK(v[0].score > 0.9f);
    CHECK_EQ(q_dominant_known(l, a, &known, &n, NULL), Q_OK);
    CHECK(n >= 83);
    q_language_free(l);
}

TEST(dominant_fails_cleanly_without_memory)
{
    const dominant_model *m = model();
    q_code rc = Q_NOMEM;

    for (size_t limit = 0; limit < 1 << 16 && rc; limit += 256) {
        q_arena *a = q_arena_new(limit);
        q_dominant *v;
        size_t n;
        q_err err;

        rc = dominant__find(m, Q_STR("The mill is closed."), a, &v, &n, &err);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        q_arena_free(a);
    }
    CHECK_EQ(rc, Q_OK);
}

TEST(dominant_model_is_refused_when_altered)
{
    q_str file = q_test_file("../../models/dominant.model"), name = Q_STR("models/dominant.model");
    q_arena *a = q_arena_new((size_t)1 << 24);
    q_str copy = q_str_copy(a, file);
    dominant_model *m = NULL;
    q_err err;

    CHECK_EQ(dominant__load(q_str_sub(file, 0, file.n - 1), name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "models/dominant.model was cut short or altered: its checksum is another");
    ((char *)copy.p)[file.n / 2] ^= 1;
    CHECK_EQ(dominant__load(copy, name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "models/dominant.model was cut short or altered: its checksum is another");
    CHECK_EQ(dominant__load(Q_STR("hello"), name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "models/dominant.model is no model of languages");
    CHECK(m == NULL);
    q_arena_free(a);
}

TEST_MAIN("language/dominant")
