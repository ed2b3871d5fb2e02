#include "engine/kernel_tile.h"

#define MOST_TASKS 64
#define TASK_WORK (1 << 18) /* products, or elements of a pool, in a task */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many of `count` lines to take in a task, each of so much work. */
static size_t lines_of(size_t count, size_t work)
{
    size_t lines = work ? TASK_WORK / work : count;

    if (lines * MOST_TASKS < count)
        lines = (count + MOST_TASKS - 1) / MOST_TASKS;
    return lines ? lines : 1;
}

typedef struct depth {
    const kernel_set *set;
    const kernel_depthwise *d;
    size_t lines, strip; /* of a task; output columns walked together */
    kernel_fast fast;
} depth;

static void depth_task(void *ctx, size_t i)
{
    const depth *w = ctx;
    const kernel_depthwise *d = w->d;
    size_t first = i * w->lines, end = least(first + w->lines, d->batch * d->out_h);

    for (size_t x = 0; x < d->out_w; x += w->strip)
        for (size_t l = first; l < end; l++) {
            kernel_depth r = {d,      l / d->out_h, l % d->out_h, x, least(x + w->strip, d->out_w),
                              w->fast};

            w->set->depthwise(&r, w->set->vector);
        }
}

void kernel__depthwise_on(kernel_isa isa, q_team *team, const kernel_depthwise *d)
{
    const size_t cache = 256 << 10; /* bytes of L2 for the lines under a window */
    size_t lines = d->batch * d->out_h, kernel = d->kernel_h * d->kernel_w;
    size_t column = d->kernel_h * d->stride_w * d->channels * q_dtype_bits(d->dtype) / 8;
    depth w = {.set = kernel__set(isa), .d = d, .fast = kernel__fast(d->epilogue, d->dtype)};

    w.fast.scale = d->epilogue->scale;
    w.fast.bias = d->epilogue->bias;
    w.lines = lines_of(lines, d->out_w * d->channels * kernel);
    w.strip = column ? cache / column / 8 * 8 : 8;
    w.strip = w.strip < 16 ? 16 : w.strip;
    q_team_run(team, (lines + w.lines - 1) / w.lines, depth_task, &w);
}

void kernel__depthwise(q_team *team, const kernel_depthwise *d)
{
    kernel__depthwise_on(kernel__isa(), team, d);
}

typedef struct pooling {
    const kernel_set *set;
    const kernel_pool *p;
    size_t lines, channels; /* of a task */
    size_t channel_tasks;
} pooling;

static void pool_task(void *ctx, size_t i)
{
    const pooling *w = ctx;
    const kernel_pool *p = w->p;
    size_t c0 = i % w->channel_tasks * w->channels;
    size_t first = i / w->channel_tasks * w->lines;
    size_t end = least(first + w->lines, p->batch * p->out_h);

    for (size_t l = first; l < end; l++)
        w->set->pool(p, l / p->out_h, l % p->out_h, c0, least(c0 + w->channels, p->channels));
}

void kernel__pool_on(kernel_isa isa, q_team *team, const kernel_pool *p)
{
    size_t lines = p->batch * p->out_h;
    size_t work = p->out_w * p->channels * p->kernel_h * p->kernel_w;
    pooling w = {.set = kernel__set(isa), .p = p, .channels = p->channels, .channel_tasks = 1};

    if (p->channels == 0)
        return;
    w.lines = lines_of(lines, work);
    if (work > 2 * TASK_WORK) { /* few large windows: some of the channels each */
        w.channels = 64;
        w.channel_tasks = (p->channels + w.channels - 1) / w.channels;
    }
    q_team_run(team, (lines + w.lines - 1) / w.lines * w.channel_tasks, pool_task, &w);
}

void kernel__pool(q_team *team, const kernel_pool *p)
{
    kernel__pool_on(kernel__isa(), team, p);
}
