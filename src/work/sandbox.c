#include "work/sandbox.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHADOW_MEMORY 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADOW_MEMORY 1
#endif
#ifndef SHADOW_MEMORY
#define SHADOW_MEMORY 0
#endif

enum {
    NOBODY = 65534,
    MAX_FILES = 64,
    MAX_PROCESSES = 512, /* of the user nobody, all workers together */
    MAX_FILE_BYTES = 1 << 30
};

/* Later Landlock versions than the build machine's headers may know. */
enum {
    LANDLOCK_SIGNALS = 6, /* the first version that keeps signals inside */
    LL_TRUNCATE = 1 << 14,
    LL_IOCTL_DEV = 1 << 15,
    LL_NET_ALL = 3,
    LL_SCOPE_ALL = 3
};

typedef struct landlock_attr {
    uint64_t fs, net, scoped;
} landlock_attr;

struct sandbox {
    int landlock; /* version, 0 without */
    int ruleset;  /* -1 without */
    struct sock_fprog filter;
};

/* ---- Landlock ---------------------------------------------------------- */

static uint64_t landlock_fs(int version)
{
    uint64_t all = ((uint64_t)1 << 13) - 1;

    if (version >= 2)
        all |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        all |= LL_TRUNCATE;
    if (version >= 5)
        all |= LL_IOCTL_DEV;
    return all;
}

static q_code landlock_allow(int ruleset, const char *path, uint64_t access, q_err *err)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access};
    q_code rc = Q_OK;
    struct stat st;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return Q_OK; /* what is not there needs no leave */
    if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        rc = q_err_errno(err, "sandbox: allow %s", path);
    close(rule.parent_fd);
    return rc;
}

static q_code landlock_make(int version, int *out, q_err *err)
{
    static const char *const readable[] = {"/usr",
                                           "/lib",
                                           "/lib64",
                                           "/bin",
                                           "/etc/fonts",
                                           "/etc/ld.so.cache",
                                           "/dev/random",
                                           "/dev/urandom",
                                           "/var/cache/fontconfig",
                                           "/dev/zero",
                                           "/etc/alternatives"};
    const uint64_t read =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    landlock_attr attr = {landlock_fs(version), version >= 4 ? LL_NET_ALL : 0,
                          version >= LANDLOCK_SIGNALS ? LL_SCOPE_ALL : 0};
    size_t known = version >= LANDLOCK_SIGNALS ? 24 : version >= 4 ? 16 : 8;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, known, 0);
    q_code rc;

    if (fd < 0)
        return q_err_errno(err, "sandbox: make Landlock rules");
    rc = landlock_allow(fd, "/dev/null",
                        LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                            (version >= 3 ? LL_TRUNCATE : 0),
                        err);
    for (size_t i = 0; !rc && i < sizeof readable / sizeof *readable; i++)
        rc = landlock_allow(fd, readable[i], read, err);
    if (rc) {
        close(fd);
        return rc;
    }
    *out = fd;
    return Q_OK;
}

/* ---- seccomp ----------------------------------------------------------- */

/* What glibc, C++, OpenMP, Tesseract and the poppler tools live on. */
static const char *const allowed[] = {
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "lseek",
    "close", "close_range", "dup", "dup2", "dup3", "pipe", "pipe2", "fcntl", "fstat", "stat",
    "lstat", "newfstatat", "statx", "fstatfs", "statfs", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "chdir", "fadvise64", "ftruncate",
    "fallocate", "memfd_create", "sendfile", "copy_file_range", "umask",
    /* memory */
    "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "msync", "mlock", "munlock",
    "mincore",
    /* threads */
    "futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
    "arch_prctl", "sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam",
    "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min", "getcpu",
    "membarrier",
    /* signals to itself, time */
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigpending",
    "rt_sigtimedwait", "sigaltstack", "restart_syscall", "pause", "clock_gettime", "clock_getres",
    "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times", "getrusage", "alarm",
    "setitimer", "getitimer",
    /* who am I */
    "getpid", "getppid", "gettid", "getpgrp", "getpgid", "getsid", "getuid", "geteuid", "getgid",
    "getegid", "getgroups", "getresuid", "getresgid", "capget", "uname", "sysinfo", "getrandom",
    "getrlimit",
    /* waiting, and the one socket it was born with */
    "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "eventfd2", "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown",
    /* children */
    "exit", "exit_group", "wait4", "waitid", "fork", "vfork", "execve"};

/* No library calls these by accident: whoever does has been taken over. */
static const char *const deadly[] = {"ptrace",
                                     "process_vm_readv",
                                     "process_vm_writev",
                                     "mount",
                                     "umount2",
                                     "pivot_root",
                                     "kexec_load",
                                     "kexec_file_load",
                                     "init_module",
                                     "finit_module",
                                     "delete_module",
                                     "bpf",
                                     "perf_event_open",
                                     "keyctl",
                                     "add_key",
                                     "request_key",
                                     "setns",
                                     "unshare",
                                     "io_uring_setup",
                                     "userfaultfd",
                                     "reboot",
                                     "swapon",
                                     "swapoff",
                                     "open_by_handle_at",
                                     "iopl",
                                     "ioperm"};

static int rules_add(scmp_filter_ctx ctx, uint32_t action, const char *const *names, size_t n)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < n; i++) {
        int nr = seccomp_syscall_resolve_name(names[i]);

        if (nr >= 0) /* others do not exist on this processor */
            rc = seccomp_rule_add(ctx, action, nr, 0);
    }
    return rc;
}

/* Allow the call when argument `arg` is among the values. */
static int allow_values(scmp_filter_ctx ctx, const char *name, unsigned arg, const uint64_t *values,
                        size_t n)
{
    int rc = 0, nr = seccomp_syscall_resolve_name(name);

    for (size_t i = 0; !rc && i < n && nr >= 0; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 1, SCMP_CMP64(arg, SCMP_CMP_EQ, values[i]));
    return rc;
}

static int allow_masked(scmp_filter_ctx ctx, const char *name, unsigned arg, uint64_t mask,
                        uint64_t value)
{
    int nr = seccomp_syscall_resolve_name(name);

    if (nr < 0)
        return 0;
    return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 1,
                            SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value));
}

static int rules_narrow(scmp_filter_ctx ctx)
{
    static const uint64_t ioctls[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX};
    static const uint64_t prctls[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_PDEATHSIG, PR_GET_DUMPABLE,
                                      0x53564d41 /* PR_SET_VMA: names for mappings */};
    static const uint64_t none[] = {0};
    const uint64_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    int rc = allow_values(ctx, "ioctl", 1, ioctls, sizeof ioctls / sizeof *ioctls);

    if (!rc)
        rc = allow_values(ctx, "prctl", 0, prctls, sizeof prctls / sizeof *prctls);
    if (!rc) /* limits may be read, not set */
        rc = allow_values(ctx, "prlimit64", 2, none, 1);
    if (!rc)
        rc = allow_masked(ctx, "clone", 0, namespaces, 0);
    if (!rc) /* its flags cannot be seen from here; glibc falls back to clone */
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"),
                              0);
    return rc;
}

/* Files and signals: Landlock judges them where it can; else the arguments
 * must do, which tell reading from writing but not one file from another, and
 * nobody else from the own process group (0).
 */
static int rules_by_landlock(scmp_filter_ctx ctx, int version)
{
    static const char *const opens[] = {"open", "openat"};
    static const char *const signals[] = {"kill", "tgkill", "tkill"};
    static const uint64_t own_group[] = {0};
    const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
    int rc;

    if (version)
        rc = rules_add(ctx, SCMP_ACT_ALLOW, opens, 2);
    else {
        rc = allow_masked(ctx, "open", 1, writes, O_RDONLY);
        if (!rc)
            rc = allow_masked(ctx, "openat", 2, writes, O_RDONLY);
    }
    if (rc)
        return rc;
    if (version >= LANDLOCK_SIGNALS)
        return rules_add(ctx, SCMP_ACT_ALLOW, signals, 3);
    return allow_values(ctx, "kill", 0, own_group, 1);
}

/* libseccomp's rules as the program the kernel takes, on the heap. */
static q_code filter_export(scmp_filter_ctx ctx, struct sock_fprog *out, q_err *err)
{
    int fd = memfd_create("filter", MFD_CLOEXEC), rc;
    q_code code = Q_OK;
    struct stat st;

    if (fd < 0)
        return q_err_errno(err, "sandbox: memory file");
    rc = seccomp_export_bpf(ctx, fd);
    if (rc || fstat(fd, &st) || st.st_size % (off_t)sizeof(struct sock_filter) != 0) {
        code = q_err_set(err, Q_INTERNAL, "sandbox: export filter: error %d", -rc);
        goto done;
    }
    out->filter = malloc((size_t)st.st_size);
    out->len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
    if (!out->filter)
        code = q_err_nomem(err);
    else if (pread(fd, out->filter, (size_t)st.st_size, 0) != st.st_size)
        code = q_err_errno(err, "sandbox: read filter");
done:
    close(fd);
    return code;
}

static q_code filter_make(int landlock, struct sock_fprog *out, q_err *err)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    q_code code;
    int rc;

    if (!ctx)
        return q_err_set(err, Q_INTERNAL, "sandbox: seccomp is not available");
    rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
    if (!rc)
        rc = rules_add(ctx, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
    if (!rc)
        rc = rules_add(ctx, SCMP_ACT_KILL_PROCESS, deadly, sizeof deadly / sizeof *deadly);
    if (!rc)
        rc = rules_narrow(ctx);
    if (!rc)
        rc = rules_by_landlock(ctx, landlock);
    if (rc)
        code = q_err_set(err, Q_INTERNAL, "sandbox: seccomp rules: error %d", -rc);
    else
        code = filter_export(ctx, out, err);
    seccomp_release(ctx);
    return code;
}

/* ---- the sandbox ------------------------------------------------------- */

q_code sandbox__new(bool landlock, sandbox **out, q_err *err)
{
    sandbox *s = calloc(1, sizeof *s);
    q_code rc = Q_OK;

    if (!s)
        return q_err_nomem(err);
    s->ruleset = -1;
    if (landlock) {
        long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

        s->landlock = v > 0 ? (int)v : 0;
    }
    if (s->landlock)
        rc = landlock_make(s->landlock, &s->ruleset, err);
    if (!rc)
        rc = filter_make(s->landlock, &s->filter, err);
    if (rc) {
        sandbox__free(s);
        return rc;
    }
    *out = s;
    return Q_OK;
}

void sandbox__free(sandbox *s)
{
    if (!s)
        return;
    q_fd_close(s->ruleset);
    free(s->filter.filter);
    free(s);
}

int sandbox__landlock(const sandbox *s)
{
    return s->landlock;
}

int sandbox__ruleset(const sandbox *s)
{
    return s->ruleset;
}

bool sandbox__limits_memory(void)
{
    return !SHADOW_MEMORY;
}

static q_code limit(int what, rlim_t soft, rlim_t hard, q_err *err)
{
    struct rlimit now, wanted = {soft, hard};

    if (getrlimit(what, &now))
        return q_err_errno(err, "sandbox: read limit %d", what);
    if (wanted.rlim_max > now.rlim_max)
        wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > wanted.rlim_max)
        wanted.rlim_cur = wanted.rlim_max;
    if (setrlimit(what, &wanted))
        return q_err_errno(err, "sandbox: set limit %d", what);
    return Q_OK;
}

static q_code limits_set(const sandbox_limits *l, q_err *err)
{
    rlim_t cpu = l->cpu_seconds;
    q_code rc = Q_OK;

    if (sandbox__limits_memory())
        rc = limit(RLIMIT_AS, l->memory_bytes, l->memory_bytes, err);
    if (!rc && cpu) /* SIGXCPU says why; a second later comes SIGKILL */
        rc = limit(RLIMIT_CPU, cpu, cpu + 1, err);
    if (!rc)
        rc = limit(RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES, err);
    if (!rc)
        rc = limit(RLIMIT_NOFILE, MAX_FILES, MAX_FILES, err);
    if (!rc)
        rc = limit(RLIMIT_CORE, 0, 0, err);
    return rc;
}

/* Root becomes nobody; where that user is not mapped (some containers) the
 * capabilities go all the same. The process limit counts by user, so it is
 * set only for nobody: on a person's own account it would count their desktop.
 */
static q_code identity_drop(q_err *err)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    q_code rc = Q_OK;

    if (geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
        setresuid(NOBODY, NOBODY, NOBODY) == 0)
        rc = limit(RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES, err);
    if (!rc && syscall(SYS_capset, &head, none))
        rc = q_err_errno(err, "sandbox: drop capabilities");
    return rc;
}

q_code sandbox__enter(const sandbox *s, const sandbox_limits *limits, q_err *err)
{
    q_code rc = limits_set(limits, err);

    if (!rc)
        rc = identity_drop(err);
    if (rc)
        return rc;
    /* Behind the change of user, which clears both of the first. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return q_err_errno(err, "sandbox: set process attributes");
    if (s->ruleset >= 0 && syscall(SYS_landlock_restrict_self, s->ruleset, 0))
        return q_err_errno(err, "sandbox: enter Landlock");
    q_fd_close(s->ruleset);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &s->filter))
        return q_err_errno(err, "sandbox: enter seccomp");
    return Q_OK;
}
