/* Allocation for the core: malloc and free, with a switch that lets the core's tests make the n-th one fail
 * (not in release builds, which define NDEBUG).
 *
 * Every allocation has one owner: the struct whose field points to it, freed by that struct's `…_free`.
 * Nothing here calls the interpreter, so the walker works in a forked child and never changes the heap it walks.
 */
#ifndef STP_MEMORY_H
#define STP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define STP_NONE UINT32_MAX /* "no id": not found, or out of memory */

#ifndef NDEBUG
extern long stp_allocations_left; /* < 0: never fail */
static inline bool stp_allocation_fails(void)
{
    if (stp_allocations_left == 0)
        return true;
    if (stp_allocations_left > 0)
        stp_allocations_left--;
    return false;
}
#else
static inline bool stp_allocation_fails(void) { return false; }
#endif

static inline void *stp_malloc(size_t bytes) { return stp_allocation_fails() ? NULL : malloc(bytes); }
static inline void *stp_calloc(size_t count, size_t bytes) { return stp_allocation_fails() ? NULL : calloc(count, bytes); }
static inline void *stp_realloc(void *old, size_t bytes) { return stp_allocation_fails() ? NULL : realloc(old, bytes); }

/* Room for one more element of `bytes` each in `*array`; doubles. False: out of memory, the array is as before. */
static inline bool stp_grow(void **array, uint32_t *capacity, uint32_t used, size_t bytes)
{
    if (used < *capacity)
        return true;
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    if (wanted <= *capacity)
        return false;
    void *grown = stp_realloc(*array, (size_t)wanted * bytes);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

#define STP_LIKELY(x) __builtin_expect(!!(x), 1)
#define STP_UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
