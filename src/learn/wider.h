/* learn/wider.h - functions that a processor's wider registers make faster, with
 * the same results bit for bit.
 *
 * The loader chooses when it binds the program, which is before the thread
 * sanitizer is ready for what it adds to the choice.
 */
#ifndef LEARN_WIDER_H
#define LEARN_WIDER_H

#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define WIDER(feature) __attribute__((target_clones(feature, "default")))
#else
#define WIDER(feature)
#endif

#endif
