#include "serving/host.h"

#include "serving/host_wire.h"
#include "serving/tensors.h"

#include <unistd.h>

enum { PORTS_BYTES = 1 << 20 };

/* Of the machine. */
static size_t memory_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : (size_t)4 << 30;
}

/* A mapped model counts as address space though it is shared, so a host may
 * address as much as the machine has; the engine keeps to limits of its own.
 */
q_code q_hosts_new(q_workers **out, q_err *err)
{
    static const char *const argv[] = {"/proc/self/exe", Q_HOST_COMMAND, NULL};
    q_workers_config config = {.spawner_argv = argv,
                               .slots = Q_HOSTS,
                               .memory_bytes = memory_bytes() + ((size_t)2 << 30),
                               .cpu_seconds = 0};

    return q_workers_new(&config, out, err);
}

static q_code open_in(q_worker *host, int fd, const host_options *options, q_arena *a,
                      q_ports *ports, q_err *err)
{
    host_open_request request = {.unpacked_bytes = memory_bytes() / 4,
                                 .threads = (uint32_t)options->threads,
                                 .plans = (uint32_t)options->plans};
    q_arena *scratch = q_arena_new(PORTS_BYTES);
    q_str reply;
    q_code rc;

    if (!scratch)
        return q_err_nomem(err);
    rc = q_worker_call(host, HOST_OPEN, (q_str){(const char *)&request, sizeof request}, &fd, 1,
                       options->timeout_ms, scratch, &reply, err);
    if (!rc)
        rc = ports__get(reply, a, ports, err);
    q_arena_free(scratch);
    return rc;
}

q_code host__open(q_workers *w, int fd, const host_options *options, q_arena *a, q_ports *ports,
                  q_worker **out, q_err *err)
{
    q_worker *host = NULL;
    q_code rc = q_worker_try_lease(w, &host, err);

    if (rc == Q_BUSY)
        return q_err_set(err, Q_BUSY, "%d models are being served; delete an endpoint",
                         (int)Q_HOSTS);
    if (!rc)
        rc = open_in(host, fd, options, a, ports, err);
    if (rc) {
        q_worker_release(host);
        return rc;
    }
    *out = host;
    return Q_OK;
}

q_code host__run(q_worker *host, q_str in, int timeout_ms, q_arena *a, q_tensor **out,
                 size_t *count, q_err *err)
{
    q_str reply;
    q_code rc = q_worker_call(host, HOST_RUN, in, NULL, 0, timeout_ms, a, &reply, err);

    return rc ? rc : tensors__get(reply, a, out, count, err);
}
