/* Allocations that fail when told to, on this thread, while armed. A test that
 * uses them lists memory.c and links with `memory_wraps` (tests/meson.build).
 */
#ifndef Q_TEST_MEMORY_H
#define Q_TEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Let the nth allocation from now fail, from 1; 0: none does. */
void faults_arm(size_t nth);
/* How many there were; more than n when the nth has failed. */
size_t faults_disarm(void);

#endif
