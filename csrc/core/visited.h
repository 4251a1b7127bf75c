/* Which addresses were seen: one bit per 16 bytes, in a two-level table of 1 MiB address chunks.
 *
 * Two objects never share a bit, since every object is at least 16 bytes long. The table covers 48-bit addresses;
 * what lies above counts as already seen (user space of the platforms we build for ends below).
 */
#ifndef STP_VISITED_H
#define STP_VISITED_H

#include "memory.h"

enum {
    STP_GRAIN_BITS = 4,
    STP_CHUNK_BITS = 20,
    STP_TABLE_BITS = 14,
    STP_CHUNK_WORDS = 1 << (STP_CHUNK_BITS - STP_GRAIN_BITS - 6),
    STP_SLAB_CHUNKS = 64
};

typedef struct stp_slab {
    struct stp_slab *next; /* owned */
    uint64_t words[STP_SLAB_CHUNKS][STP_CHUNK_WORDS];
} stp_slab;

typedef struct {
    uint64_t ***tables; /* owned; [address >> 34][address >> 20] → a chunk inside a slab */
    stp_slab *slabs; /* owned */
    uint32_t slab_used; /* chunks given away from the newest slab */
    bool out_of_memory;
} stp_visited;

/* The chunk for an address, made when it is not there; NULL: out of memory (noted) or beyond 48 bits. */
uint64_t *stp_visited_make_chunk(stp_visited *seen, uintptr_t address);

static inline uint64_t *stp_visited_chunk(const stp_visited *seen, uintptr_t address)
{
    if (STP_UNLIKELY(seen->tables == NULL || address >> 48))
        return NULL;
    uint64_t **table = seen->tables[address >> (STP_CHUNK_BITS + STP_TABLE_BITS)];
    return table ? table[(address >> STP_CHUNK_BITS) & ((1u << STP_TABLE_BITS) - 1)] : NULL;
}

static inline uint32_t stp_visited_grain(uintptr_t address)
{
    return (uint32_t)((address >> STP_GRAIN_BITS) & ((1u << (STP_CHUNK_BITS - STP_GRAIN_BITS)) - 1));
}

/* Mark an address. True: it was not marked before. */
static inline bool stp_visited_add(stp_visited *seen, const void *object)
{
    uintptr_t address = (uintptr_t)object;
    uint64_t *chunk = stp_visited_chunk(seen, address);
    if (STP_UNLIKELY(chunk == NULL)) {
        chunk = stp_visited_make_chunk(seen, address);
        if (chunk == NULL)
            return false;
    }
    uint32_t grain = stp_visited_grain(address);
    uint64_t bit = UINT64_C(1) << (grain & 63);
    uint64_t word = chunk[grain >> 6];
    if (word & bit)
        return false;
    chunk[grain >> 6] = word | bit;
    return true;
}

static inline bool stp_visited_has(const stp_visited *seen, const void *object)
{
    uintptr_t address = (uintptr_t)object;
    if (address >> 48)
        return true;
    const uint64_t *chunk = stp_visited_chunk(seen, address);
    uint32_t grain = stp_visited_grain(address);
    return chunk != NULL && (chunk[grain >> 6] >> (grain & 63) & 1);
}

void stp_visited_free(stp_visited *seen);

#endif
