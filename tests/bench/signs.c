/* tests/bench/signs.c - what script/train-expense learns from.
 *
 *     bench_signs PAGES     JSON: names of the signs of lines; of each line of the first page's
 *                           head its text and signs; of each summary field its type, value, score,
 *                           group and signs
 */
#include "base/file.h"
#include "base/json.h"
#include "document/expense_lines.h"
#include "document/expense_sure.h"
#include "document/page_codec.h"

#include <stdio.h>
#include <unistd.h>

static const size_t memory = (size_t)1 << 30;

static q_code put_lines(const q_page *page, q_arena *a, q_value *reply, q_err *err)
{
    expense_leaf leaf = {.exact = page->from_text_layer};
    q_value *names = q_map_list(reply, Q_STR("names")), *list = q_map_list(reply, Q_STR("lines"));
    lines_line *lines;
    size_t count;
    q_code rc = expense__sheet_read(page, 1, a, &leaf.sheet, err);

    if (!rc)
        rc = expense__labels_find(&leaf.sheet, false, leaf.exact, &leaf.hits, err);
    if (!rc)
        rc = expense__lines_tag(&leaf, &lines, &count, err);
    if (rc)
        return rc;
    for (size_t f = 0; f < LINES_SIGN_COUNT; f++)
        q_list_str(names, q_str_of(lines_sign_names[f]));
    for (size_t i = 0; i < count; i++) {
        q_value *map = q_list_map(list), *signs;

        q_map_str(map, Q_STR("text"), expense__join(&leaf.sheet, lines[i].tokens));
        q_map_int(map, Q_STR("tag"), (int64_t)lines[i].tag);
        signs = q_map_list(map, Q_STR("signs"));
        for (size_t f = 0; f < LINES_SIGN_COUNT; f++)
            q_list_int(signs, lines[i].signs[f]);
    }
    return q_value_ok(reply, err);
}

static void put_number(q_value *list, double number)
{
    q_value *v = q_list_add(list, Q_VALUE_DOUBLE);

    if (v)
        v->d = number;
}

static q_code put_fields(const q_pages *pages, q_arena *a, q_value *reply, q_err *err)
{
    q_value *list = q_map_list(reply, Q_STR("fields"));
    q_expense e;
    q_code rc = expense__read_raw(pages, a, &e, err);

    for (size_t i = 0; i < e.field_count && !rc; i++) {
        const q_expense_field *f = e.fields + i;
        double score = (double)f->type_confidence / 100, signs[SURE_SIGNS];
        q_value *map = q_list_map(list), *values;

        expense__sure_signs(f, score, signs);
        q_map_str(map, Q_STR("type"), f->type);
        q_map_str(map, Q_STR("text"), f->value.text);
        q_map_double(map, Q_STR("score"), score);
        q_map_int(map, Q_STR("group"), (int64_t)expense__sure_group(f->type, score));
        values = q_map_list(map, Q_STR("signs"));
        for (size_t k = 0; k < SURE_SIGNS; k++)
            put_number(values, signs[k]);
    }
    return rc ? rc : q_value_ok(reply, err);
}

int main(int argc, char **argv)
{
    q_arena *a = q_arena_new(memory);
    q_buf b = q_buf_init(a, memory);
    q_value *reply = q_value_map(a);
    q_err err = {.code = Q_OK};
    q_pages pages;
    q_str bytes;
    q_code rc;

    if (!a || argc != 2) {
        fputs("usage: bench_signs PAGES\n", stderr);
        return 2;
    }
    rc = q_file_read(a, argv[1], memory, &bytes, &err);
    if (!rc)
        rc = q_pages_decode(bytes, a, &pages, &err);
    if (!rc && pages.count)
        rc = put_lines(pages.pages, a, reply, &err);
    if (!rc)
        rc = put_fields(&pages, a, reply, &err);
    if (!rc) {
        q_json_write(&b, reply);
        rc = q_buf_finish(&b, &bytes, &err);
    }
    if (!rc)
        rc = q_fd_write(STDOUT_FILENO, bytes, &err);
    if (rc)
        fprintf(stderr, "bench_signs: %s: %s\n", argv[1], err.msg);
    q_arena_free(a);
    return rc ? 1 : 0;
}
