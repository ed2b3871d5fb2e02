#include "service/sagemaker_form.h"

#include "engine/element.h"
#include "engine/graph.h"
#include "test.h"

#include <math.h>

static const q_str names[] = {Q_STR_INIT("N"), Q_STR_INIT("")};

static q_ports one_port(q_dtype dtype)
{
    q_port *p = q_arena_array(q_test_arena(), 1, sizeof *p);

    *p = (q_port){Q_STR("x"), dtype, {2, {Q_DIM_UNKNOWN, 2}}, true, names};
    return (q_ports){p, p, 1, 1};
}

static q_ports two_ports(void)
{
    q_port *p = q_arena_array(q_test_arena(), 2, sizeof *p);

    p[0] = (q_port){Q_STR("a"), Q_F32, {2, {Q_DIM_UNKNOWN, 1}}, true, names};
    p[1] = (q_port){Q_STR("b"), Q_STRING, {2, {Q_DIM_UNKNOWN, 2}}, true, names};
    return (q_ports){p, p, 2, 2};
}

static q_code read(form_kind kind, const char *body, const q_ports *p, form_input *in, q_err *err)
{
    return form__read(kind, q_str_of(body), p, q_test_arena(), in, err);
}

static void refused(form_kind kind, const char *body, const q_ports *p, const char *sentence)
{
    form_input in;
    q_err err = {.code = Q_OK};

    CHECK_EQ(read(kind, body, p, &in, &err), Q_INVALID);
    CHECK_STR(err.msg, sentence);
}

TEST(form_of_content_types)
{
    form_kind k;

    CHECK(form__of_type(Q_STR("Application/JSON; charset=utf-8"), &k) && k == FORM_JSON);
    CHECK(form__of_type(Q_STR("text/csv"), &k) && k == FORM_CSV);
    CHECK(form__of_type(Q_STR("application/x-npy"), &k) && k == FORM_NPY);
    CHECK(!form__of_type(Q_STR(""), &k));
    CHECK(form__of_accept(Q_STR(""), &k) && k == FORM_JSON);
    CHECK(form__of_accept(Q_STR("image/png, text/csv;q=0.5"), &k) && k == FORM_CSV);
    CHECK(form__of_accept(Q_STR("text/*"), &k) && k == FORM_CSV);
    CHECK(form__of_accept(Q_STR("image/png, */*"), &k) && k == FORM_JSON);
    CHECK(!form__of_accept(Q_STR("image/png"), &k));
}

TEST(form_numbers_are_exact)
{
    static const char *const texts[] = {
        "0.1", "-0.25", "123456789.012345", "1e-300",       "5e-324",
        "0",   "-0",    "9007199254740993", "3.4028235e38", "12"};
    double v = 0;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double wanted = 0;

        CHECK(form__number(q_str_of(texts[i]), &v));
        CHECK(q_str_f64(q_str_of(texts[i]), &wanted));
        CHECK(v == wanted && signbit(v) == signbit(wanted));
    }
    CHECK(form__number(Q_STR("NaN"), &v) && isnan(v));
    CHECK(form__number(Q_STR("-Infinity"), &v) && isinf(v) && v < 0);
    CHECK(!form__number(Q_STR("1."), &v));
    CHECK(!form__number(Q_STR(".5"), &v));
    CHECK(!form__number(Q_STR("01"), &v));
    CHECK(!form__number(Q_STR("-"), &v));
    CHECK(!form__number(Q_STR(""), &v));
    CHECK(!form__number(Q_STR("1e999"), &v));
}

TEST(form_reads_json_rows_and_columns)
{
    q_ports p = two_ports();
    form_input in;
    q_err err;

    CHECK_EQ(read(FORM_JSON,
                  "{\"instances\": [{\"b\": [\"x\", \"\\u00e9\"], \"a\": 1}, {\"a\": null, \"b\": "
                  "[\"\", \"z\"]}]}",
                  &p, &in, &err),
             Q_OK);
    CHECK(!in.columns);
    CHECK_EQ(in.in[0].shape.rank, 2); /* a column of one is written without brackets */
    CHECK_EQ(in.in[0].shape.dims[0], 2);
    CHECK_NEAR(q_element_get(&in.in[0], 0), 1, 0);
    CHECK(isnan(q_element_get(&in.in[0], 1)));
    CHECK_STREQ(((q_str *)in.in[1].data)[1], "\xc3\xa9");
    CHECK_STREQ(((q_str *)in.in[1].data)[3], "z");
    CHECK_EQ(read(FORM_JSON, "{\"inputs\":{\"a\":[[1]],\"b\":[[\"x\",\"y\"]]}}", &p, &in, &err),
             Q_OK);
    CHECK(in.columns);
    refused(FORM_JSON, "{\"inputs\":{\"a\":[[1]],\"a\":[[1]]}}", &p,
            "application/json: byte 25: input a is given twice");
    refused(
        FORM_JSON, "[[1]]", &p,
        "application/json: the model has 2 inputs (a, b, ...); give an object with their names");
}

TEST(form_names_the_place_of_what_is_wrong_in_json)
{
    q_ports p = one_port(Q_I32);

    refused(FORM_JSON, "[[1, 2], [3, 4.5]]", &p,
            "application/json: byte 13 is 4.5; input x is of int32");
    refused(FORM_JSON, "[[1, 2], [3, 4000000000]]", &p,
            "application/json: byte 13 is 4000000000; input x is of int32");
    refused(FORM_JSON, "[[1, 2], 3]", &p,
            "application/json: byte 9 is a value 1 lists deep, others of input x are 2");
    refused(FORM_JSON, "[[1, 2], []]", &p,
            "application/json: the list before byte 11 has 0 items, others there in input x 2");
    refused(FORM_JSON, "[[[1, 2]]]", &p,
            "application/json: input x is int32 [N, 2]; [1, 1, 2] was given");
    refused(FORM_JSON, "[[1, 2]", &p, "application/json: ends at byte 7; a comma or ] is wanted");
    refused(FORM_JSON, "[[1, 2],]", &p,
            "application/json: byte 8 is \"]\"; a number or a list is wanted");
}

TEST(form_reads_csv)
{
    q_ports p = two_ports();
    form_input in;
    q_err err;

    CHECK_EQ(read(FORM_CSV, "1.5,one,\"two, \"\"2\"\"\"\r\n,\"a\nb\",\n", &p, &in, &err), Q_OK);
    CHECK_EQ(in.in[0].shape.dims[0], 2);
    CHECK_NEAR(q_element_get(&in.in[0], 0), 1.5, 0);
    CHECK(isnan(q_element_get(&in.in[0], 1)));
    CHECK_STREQ(((q_str *)in.in[1].data)[1], "two, \"2\"");
    CHECK_STREQ(((q_str *)in.in[1].data)[2], "a\nb");
    CHECK_STREQ(((q_str *)in.in[1].data)[3], "");
    refused(FORM_CSV, "1,2", &p,
            "text/csv: line 1 has 2 columns, which are fewer than the model's inputs");
    refused(FORM_CSV, "x,b,c", &p, "text/csv: line 1, column 1 is \"x\"; input a is of float32");
    refused(FORM_CSV, "1,b,c\n1,b", &p, "text/csv: line 2 has 2 columns, line 1 has 3");
    refused(FORM_CSV, "1,\"b\"x,c", &p, "text/csv: line 1: \"x\" behind a field");
}

TEST(form_shapes_csv_lines_as_the_input_wants_them)
{
    q_port image = {Q_STR("image"), Q_U8, {3, {Q_DIM_UNKNOWN, 2, Q_DIM_UNKNOWN}}, true, NULL};
    q_ports p = {&image, &image, 1, 1};
    form_input in;
    q_err err;

    CHECK_EQ(read(FORM_CSV, "1,2,3,4,5,6\n7,8,9,10,11,12", &p, &in, &err), Q_OK);
    CHECK_EQ(in.in[0].shape.rank, 3);
    CHECK_EQ(in.in[0].shape.dims[2], 3);
    CHECK_NEAR(q_element_get(&in.in[0], 11), 12, 0);
    refused(FORM_CSV, "1,2,3", &p,
            "text/csv: 3 columns do not tell the shape of input image, uint8 [?, 2, ?]; send "
            "application/json");
}

static q_str written(form_kind kind, const q_ports *p, const q_tensor *out, bool columns)
{
    q_str body = {NULL, 0};
    q_err err = {.code = Q_OK};

    if (form__write(kind, p, out, columns, 1 << 20, q_test_arena(), &body, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return body;
}

TEST(form_writes_rows_and_columns)
{
    float odds[2] = {0.5F, INFINITY};
    q_str labels[4] = {Q_STR_INIT("a"), Q_STR_INIT("b,c"), Q_STR_INIT("d\"e"), Q_STR_INIT("")};
    q_tensor out[2] = {{Q_F32, {2, {2, 1}}, odds}, {Q_STRING, {2, {2, 2}}, labels}};
    q_ports p = two_ports();

    CHECK_STREQ(
        written(FORM_JSON, &p, out, false),
        "{\"predictions\":[{\"a\":[0.5],\"b\":[\"a\",\"b,c\"]},{\"a\":[null],\"b\":[\"d\\\"e\","
        "\"\"]}]}");
    CHECK_STREQ(written(FORM_JSON, &p, out, true),
                "{\"outputs\":{\"a\":[[0.5],[null]],\"b\":[[\"a\",\"b,c\"],[\"d\\\"e\",\"\"]]}}");
    CHECK_STREQ(written(FORM_CSV, &p, out, false), "0.5,a,\"b,c\"\nInfinity,\"d\"\"e\",\n");
    out[0].shape = (q_shape){0, {0}};
    CHECK_STREQ(written(FORM_JSON, &p, out, false),
                "{\"outputs\":{\"a\":0.5,\"b\":[[\"a\",\"b,c\"],[\"d\\\"e\",\"\"]]}}");
}

TEST(form_writes_a_classifiers_maps)
{
    q_str labels[2] = {Q_STR_INIT("ham"), Q_STR_INIT("spam")};
    double odds[2] = {0.25, 0.75};
    q_tensor map[2] = {{Q_STRING, {1, {2}}, labels}, {Q_F64, {1, {2}}, odds}};
    q_tensor maps[2] = {{Q_MAP, {1, {2}}, map}, {Q_MAP, {1, {2}}, map}};
    q_tensor out = {Q_SEQUENCE, {1, {2}}, maps};
    q_ports p = one_port(Q_F32);

    CHECK_STREQ(written(FORM_JSON, &p, &out, false),
                "{\"predictions\":[{\"ham\":0.25,\"spam\":0.75},{\"ham\":0.25,\"spam\":0.75}]}");
}

TEST_MAIN("service/sagemaker_form")
