/* engine/vector_flags.h - what a file of vectorised loops allows the compiler.
 *
 * To be included first: multiply and add may be fused where the processor can,
 * and no float operation is kept from moving for errno's or traps' sake.
 */
#ifdef __clang__
#pragma STDC FP_CONTRACT ON
#else
#pragma GCC optimize("O3", "no-math-errno", "no-trapping-math", "fp-contract=fast")
#endif
