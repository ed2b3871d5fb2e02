#include "work/lease.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

/* A file of a line or so; empty when it cannot be read. */
static q_str line_read(const char *path, char *room, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, room, size);

    q_fd_close(fd);
    return q_str_trim((q_str){room, n > 0 ? (size_t)n : 0});
}

/* The start of process `pid` in clock ticks since boot; 0 when unknown. */
static uint64_t process_start(pid_t pid)
{
    char path[40], room[1024];
    q_str text, field = {NULL, 0};
    uint64_t start;
    size_t name_end;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    text = line_read(path, room, sizeof room);
    for (name_end = text.n; name_end && text.p[name_end - 1] != ')';) /* it may hold blanks */
        name_end--;
    text = q_str_sub(text, name_end + 1, text.n);
    for (int i = 3; i <= 22; i++) /* proc(5): field 22 is starttime */
        q_str_cut(text, ' ', &field, &text);
    return q_str_u64(field, &start) ? start : 0;
}

q_code lease__owner(char out[160], q_err *err)
{
    char space[64] = "", room[64];
    q_str boot = line_read("/proc/sys/kernel/random/boot_id", room, sizeof room);

    if (!boot.n || readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0)
        return q_err_set(err, Q_IO, "jobs need /proc, to tell one process from another");
    snprintf(out, 160, "%.*s/%s/%d/%llu", Q_ARG(boot), space, (int)getpid(),
             (unsigned long long)process_start(getpid()));
    return Q_OK;
}

/* Whether `owner`, another process of this machine as seen from `self`, has
 * ended. A different boot of this machine cannot be told from another machine,
 * so then the lease must run out.
 */
static bool owner_gone(q_str owner, q_str self)
{
    q_str boot, space, pid_text, start_text, self_boot, self_space;
    uint64_t pid, start;

    q_str_cut(owner, '/', &boot, &owner);
    q_str_cut(owner, '/', &space, &owner);
    q_str_cut(owner, '/', &pid_text, &start_text);
    q_str_cut(self, '/', &self_boot, &self);
    q_str_cut(self, '/', &self_space, &self);
    if (!q_str_eq(boot, self_boot) || !q_str_eq(space, self_space) || !q_str_u64(pid_text, &pid) ||
        !q_str_u64(start_text, &start) || pid == 0 || pid > INT32_MAX)
        return false;
    if (kill((pid_t)pid, 0) && errno == ESRCH)
        return true;
    return process_start((pid_t)pid) != 0 && process_start((pid_t)pid) != start;
}

/* ---- taking ------------------------------------------------------------ */

typedef struct candidate {
    q_job job;
    int64_t attempts;
} candidate;

/* The oldest job in `state` that is nobody's. */
static q_code candidate_find(q_catalog *c, const char *kind, q_job_state state, int64_t now_ms,
                             q_arena *a, bool *found, candidate *out, q_err *err)
{
    q_rows *rows = NULL;
    q_code rc = q_catalog_query(
        c,
        "SELECT id, request, attempts FROM job WHERE state = ?1 AND kind = ?2"
        " AND lease_ms < ?3 ORDER BY created_ms LIMIT 1",
        Q_PARAMS(Q_P_INT(state), Q_P_TEXT(q_str_of(kind)), Q_P_INT(now_ms)), &rows, err);

    *found = false;
    if (!rc)
        rc = q_rows_next(rows, found, err);
    if (!rc && *found) {
        out->job = (q_job){.id = q_rows_text(rows, 0, a),
                           .kind = q_str_of(kind),
                           .request = q_rows_text(rows, 1, a),
                           .state = Q_JOB_RUNNING};
        out->attempts = q_rows_int(rows, 2);
        if (!out->job.id.p || !out->job.request.p)
            rc = q_err_nomem(err);
    }
    q_rows_close(rows);
    return rc;
}

/* A job whose runners all ended in the middle of it has failed. */
static q_code give_up(candidate *k, q_arena *a, q_err *err)
{
    k->job.state = Q_JOB_FAILED;
    k->job.error_code = Q_CRASHED;
    k->job.result = Q_STR("");
    k->job.error = q_str_printf(a, "the process that ran it ended before the job did, %lld times",
                                (long long)k->attempts);
    return k->job.error.p ? Q_OK : q_err_nomem(err);
}

q_code lease__take(q_catalog *c, const char *kind, q_str owner, int64_t now_ms, q_arena *a,
                   bool *found, q_job *job, q_err *err)
{
    for (;;) {
        candidate k = {.attempts = 0};
        int64_t changed = 0;
        q_code rc = candidate_find(c, kind, Q_JOB_RUNNING, now_ms, a, found, &k, err);

        if (!rc && !*found)
            rc = candidate_find(c, kind, Q_JOB_QUEUED, now_ms, a, found, &k, err);
        if (rc || !*found)
            return rc;
        if (k.attempts >= LEASE_ATTEMPTS) {
            rc = give_up(&k, a, err);
            if (rc)
                return rc;
        }
        rc = q_catalog_run(c,
                           "UPDATE job SET state = 1, owner = ?2, lease_ms = ?3,"
                           " attempts = attempts + 1 WHERE id = ?1 AND attempts = ?4 AND"
                           " (state = 0 OR (state = 1 AND lease_ms < ?5))",
                           Q_PARAMS(Q_P_TEXT(k.job.id), Q_P_TEXT(owner), Q_P_INT(now_ms + LEASE_MS),
                                    Q_P_INT(k.attempts), Q_P_INT(now_ms)),
                           &changed, err);
        if (rc)
            return rc;
        if (changed) { /* else another runner was faster */
            *job = k.job;
            return Q_OK;
        }
    }
}

q_code lease__renew(q_catalog *c, q_str owner, q_str id, int64_t now_ms, q_err *err)
{
    return q_catalog_run(
        c, "UPDATE job SET lease_ms = ?3 WHERE id = ?1 AND owner = ?2 AND state = 1",
        Q_PARAMS(Q_P_TEXT(id), Q_P_TEXT(owner), Q_P_INT(now_ms + LEASE_MS)), NULL, err);
}

q_code lease__finish(q_catalog *c, q_str owner, const q_job *job, bool *kept, q_err *err)
{
    int64_t changed = 0;
    q_code rc = q_catalog_run(c,
                              "UPDATE job SET state = ?3, result = ?4, error_code = ?5, error = ?6,"
                              " ended_ms = ?7 WHERE id = ?1 AND owner = ?2 AND state = 1",
                              Q_PARAMS(Q_P_TEXT(job->id), Q_P_TEXT(owner), Q_P_INT(job->state),
                                       Q_P_BLOB(job->result), Q_P_INT(job->error_code),
                                       Q_P_TEXT(job->error), Q_P_INT(job->ended_ms)),
                              &changed, err);

    *kept = changed > 0;
    return rc;
}

q_code lease__return(q_catalog *c, q_str owner, q_str id, q_err *err)
{
    return q_catalog_run(c,
                         "UPDATE job SET state = 0, owner = NULL, lease_ms = 0,"
                         " attempts = attempts - 1 WHERE id = ?1 AND owner = ?2 AND state = 1",
                         Q_PARAMS(Q_P_TEXT(id), Q_P_TEXT(owner)), NULL, err);
}

/* ---- housekeeping ------------------------------------------------------ */

q_code lease__release_dead(q_catalog *c, q_str owner, q_arena *a, q_err *err)
{
    q_rows *rows = NULL;
    q_code rc = q_catalog_query(c, "SELECT DISTINCT owner FROM job WHERE state = 1", Q_NO_PARAMS,
                                &rows, err);
    bool more = true;

    while (!rc && (rc = q_rows_next(rows, &more, err)) == Q_OK && more) {
        q_str other = q_rows_text(rows, 0, a);

        if (other.p && owner_gone(other, owner))
            rc = q_catalog_run(c, "UPDATE job SET lease_ms = 0 WHERE state = 1 AND owner = ?1",
                               Q_PARAMS(Q_P_TEXT(other)), NULL, err);
    }
    q_rows_close(rows);
    return rc;
}

q_code lease__forget(q_catalog *c, int64_t now_ms, q_err *err)
{
    return q_catalog_run(c, "DELETE FROM job WHERE state >= 2 AND ended_ms < ?1",
                         Q_PARAMS(Q_P_INT(now_ms - LEASE_KEEP_MS)), NULL, err);
}
