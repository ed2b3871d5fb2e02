#include "dialog/script.h"

#include "base/buf.h"

static size_t past_blanks(q_str s, size_t i)
{
    while (i < s.n && q_is_space(s.p[i]))
        i++;
    return i;
}

/* Advance both past what they have in common at their fronts. */
static bool step(q_str pattern, size_t *p, q_str text, size_t *t)
{
    size_t at = *p;
    char c = pattern.p[at++];

    if (c == '\\' && at < pattern.n)
        c = pattern.p[at++];
    if (*t == text.n)
        return false;
    if (q_is_space(c) && q_is_space(text.p[*t])) {
        *p = past_blanks(pattern, at);
        *t = past_blanks(text, *t);
        return true;
    }
    if (c != text.p[*t])
        return false;
    *p = at;
    ++*t;
    return true;
}

/* With one place to go back to, the last star: linear but for retries. */
bool q_script_match(q_str pattern, q_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, star_text = 0;

    pattern = q_str_trim(pattern);
    text = q_str_trim(text);
    while (t < text.n || p < pattern.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = ++p;
            star_text = t;
        } else if (p < pattern.n && step(pattern, &p, text, &t)) {
            continue;
        } else if (star != SIZE_MAX && star_text < text.n) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    return true;
}

/* Lines of patterns against lines of text; a line that is * alone stands for one or more. */
static bool lines_match(const q_script_line *want, size_t wants, const q_str *got, size_t gots)
{
    size_t i = 0, j = 0, star = SIZE_MAX, star_line = 0;

    while (j < gots || i < wants) {
        if (i < wants && j < gots && q_str_is(want[i].text, "*")) {
            star = ++i;
            star_line = ++j;
        } else if (i < wants && j < gots && q_script_match(want[i].text, got[j])) {
            i++;
            j++;
        } else if (star != SIZE_MAX && star_line < gots) {
            i = star;
            j = ++star_line;
        } else {
            return false;
        }
    }
    return true;
}

static bool said_agrees(const q_script_turn *turn, const q_outcome *got)
{
    if (turn->said_count == 1 && !turn->said[0].text.n)
        return got->said_count == 0;
    return lines_match(turn->said, turn->said_count, got->said, got->said_count);
}

static q_code said_check(const q_script_turn *turn, const q_outcome *got, q_arena *a,
                         q_differences *out, q_err *err)
{
    q_difference d = {.what = Q_STR("said")};
    q_str *lines;
    q_code rc;

    if (!turn->said_count || said_agrees(turn, got))
        return Q_OK;
    d.line = turn->said[0].line;
    lines = q_arena_array(a, turn->said_count, sizeof *lines);
    if (!lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < turn->said_count; i++)
        lines[i] = turn->said[i].text;
    rc = q_outcome_join(lines, turn->said_count, "\n", a, &d.want, err);
    if (!rc)
        rc = q_outcome_join(got->said, got->said_count, "\n", a, &d.got, err);
    return rc ? rc : q_differences_add(out, &d, a, err);
}

/* What the outcome has where `e` looks; in the arena or borrowed. */
static q_code got_of(const q_expect *e, const q_outcome *got, q_arena *a, q_str *out, q_err *err)
{
    switch (e->kind) {
    case Q_EXPECT_INTENT:
        *out = got->intent;
        break;
    case Q_EXPECT_STATE:
        *out = got->state;
        break;
    case Q_EXPECT_ASKS:
        *out = got->asks;
        break;
    case Q_EXPECT_SLOT:
        *out = q_attributes_get(&got->slots, e->name);
        break;
    case Q_EXPECT_SESSION:
        *out = q_attributes_get(&got->session, e->name);
        break;
    case Q_EXPECT_ERROR:
        *out = got->error;
        break;
    case Q_EXPECT_CONTEXTS:
        return q_outcome_join(got->contexts, got->context_count, " ", a, out, err);
    case Q_EXPECT_CONFIDENCE:
        *out = got->score < 0 ? Q_STR("") : q_str_printf(a, "%.2f", got->score);
        return out->p ? Q_OK : q_err_nomem(err);
    }
    return Q_OK;
}

/* Names in any order. */
static bool same_names(q_str want, q_str got)
{
    q_str sides[2] = {want, got};

    for (int side = 0; side < 2; side++) {
        q_str left = sides[side], name;
        bool more = true;

        while (more) {
            q_str others = sides[1 - side], other;
            bool found = false, rest = true;

            more = q_str_cut(left, ' ', &name, &left);
            while (rest && !found && name.n) {
                rest = q_str_cut(others, ' ', &other, &others);
                found = q_str_eq(name, other);
            }
            if (name.n && !found)
                return false;
        }
    }
    return true;
}

static bool agrees(const q_expect *e, q_str got, double score)
{
    double least = 0;

    if (e->kind == Q_EXPECT_CONFIDENCE)
        return q_str_f64(e->value, &least) && score >= least;
    if (e->kind == Q_EXPECT_CONTEXTS)
        return same_names(e->value, got);
    /* "slot Size = *" wants a value. */
    return (got.n || !e->value.n) && q_script_match(e->value, got);
}

static q_code label(const q_expect *e, q_arena *a, q_str *out, q_err *err)
{
    static const char *const LABELS[] = {"intent",  "state",    "asks",       "slot",
                                         "session", "contexts", "confidence", "error"};

    *out = q_str_printf(a, "%s%s%.*s", LABELS[e->kind], e->name.n ? " " : "", Q_ARG(e->name));
    return out->p ? Q_OK : q_err_nomem(err);
}

static bool expects_error(const q_script_turn *turn)
{
    for (size_t i = 0; i < turn->expect_count; i++)
        if (turn->expects[i].kind == Q_EXPECT_ERROR)
            return true;
    return false;
}

q_code q_script_check(const q_script_turn *turn, const q_outcome *got, q_arena *a,
                      q_differences *out, q_err *err)
{
    q_code rc = Q_OK;

    if (got->error.n && !expects_error(turn)) {
        q_difference failed = {Q_STR("error"), {0}, got->error, turn->line};

        return q_differences_add(out, &failed, a, err);
    }
    if (!got->error.n)
        rc = said_check(turn, got, a, out, err);
    for (size_t i = 0; !rc && i < turn->expect_count; i++) {
        const q_expect *e = &turn->expects[i];
        q_difference d = {.want = e->value, .line = e->line};

        if (got->error.n && e->kind != Q_EXPECT_ERROR)
            continue;
        rc = got_of(e, got, a, &d.got, err);
        if (rc || agrees(e, d.got, got->score))
            continue;
        rc = label(e, a, &d.what, err);
        if (!rc)
            rc = q_differences_add(out, &d, a, err);
    }
    return rc;
}

/* ---- the script as the bot answers now ---- */

typedef struct update {
    const q_script *script;
    q_arena *arena;
    q_buf *lines; /* what stands for each line: nothing, itself, or more */
    q_err *err;
} update;

enum { LINE_BYTES = 1 << 20 };

static q_str indent_of(q_str line)
{
    return q_str_sub(line, 0, past_blanks(line, 0));
}

static void escaped(q_buf *out, q_str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '*' || text.p[i] == '\\')
            q_buf_char(out, '\\');
        q_buf_char(out, q_is_space(text.p[i]) ? ' ' : text.p[i]); /* all of it on one line */
    }
}

static void said_write(update *u, const q_script_turn *turn, const q_outcome *got)
{
    size_t at = turn->said_count ? turn->said[0].line - 1 : turn->line - 1;
    q_str indent = indent_of(u->script->lines[at]);
    q_buf *out = &u->lines[at];

    for (size_t i = 0; i < turn->said_count; i++)
        q_buf_clear(&u->lines[turn->said[i].line - 1]);
    for (size_t i = 0; i < got->said_count; i++) {
        q_buf_put(out, indent);
        q_buf_puts(out, "< ");
        escaped(out, got->said[i]);
        q_buf_char(out, '\n');
    }
    if (!got->said_count) {
        q_buf_put(out, indent);
        q_buf_puts(out, "<\n");
    }
}

static q_code expect_write(update *u, const q_expect *e, const q_outcome *got)
{
    q_buf *out = &u->lines[e->line - 1];
    q_str value, what;
    q_code rc = got_of(e, got, u->arena, &value, u->err);

    if (!rc)
        rc = label(e, u->arena, &what, u->err);
    if (rc || agrees(e, value, got->score))
        return rc;
    q_buf_clear(out);
    if (!value.n && e->kind != Q_EXPECT_SLOT && e->kind != Q_EXPECT_SESSION &&
        e->kind != Q_EXPECT_INTENT && e->kind != Q_EXPECT_ASKS && e->kind != Q_EXPECT_CONTEXTS)
        return Q_OK; /* no error, no score: no line */
    q_buf_put(out, indent_of(u->script->lines[e->line - 1]));
    q_buf_put(out, what);
    q_buf_puts(out, e->name.n ? " =" : "");
    if (value.n)
        q_buf_char(out, ' ');
    if (e->kind == Q_EXPECT_CONFIDENCE) /* not above what it is */
        q_buf_printf(out, "%.2f", got->score >= 0.01 ? got->score - 0.005 : 0.0);
    else
        escaped(out, value);
    q_buf_char(out, '\n');
    return Q_OK;
}

static q_code turn_write(update *u, const q_script_turn *turn, const q_outcome *got)
{
    bool error = expects_error(turn);
    q_code rc = Q_OK;

    if (got->error.n && !error) {
        q_buf_puts(&u->lines[turn->line - 1], "  error ");
        escaped(&u->lines[turn->line - 1], got->error);
        q_buf_char(&u->lines[turn->line - 1], '\n');
        return Q_OK;
    }
    if (!got->error.n &&
        (turn->said_count ? !said_agrees(turn, got) : !turn->expect_count || error))
        said_write(u, turn, got);
    for (size_t i = 0; !rc && i < turn->expect_count; i++)
        if (!got->error.n || turn->expects[i].kind == Q_EXPECT_ERROR)
            rc = expect_write(u, &turn->expects[i], got);
    return rc;
}

q_code q_script_update(const q_script *s, const q_outcome *outcomes, q_arena *a, q_str *out,
                       q_err *err)
{
    update u = {s, a, q_arena_array(a, s->line_count, sizeof *u.lines), err};
    q_buf all = q_buf_init(a, (size_t)1 << 26);
    q_code rc = Q_OK;

    if (!u.lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->line_count; i++) {
        u.lines[i] = q_buf_init(a, LINE_BYTES);
        q_buf_put(&u.lines[i], s->lines[i]);
        q_buf_char(&u.lines[i], '\n');
    }
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; !rc && j < s->v[i].turn_count; j++)
            rc = turn_write(&u, &s->v[i].turns[j], outcomes++);
    for (size_t i = 0; !rc && i < s->line_count; i++) {
        q_str line;

        rc = q_buf_finish(&u.lines[i], &line, err);
        q_buf_put(&all, line);
    }
    return rc ? rc : q_buf_finish(&all, out, err);
}
