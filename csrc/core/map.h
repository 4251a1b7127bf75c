/* A map from 64-bit keys to 32-bit values: open addressing, linear probing, no deletion.
 *
 * Used for everything that is looked up by a pair of ids or by an address. The key UINT64_MAX is reserved.
 */
#ifndef STP_MAP_H
#define STP_MAP_H

#include "memory.h"

typedef struct {
    uint64_t *keys; /* owned; UINT64_MAX marks a free place */
    uint32_t *values; /* owned */
    uint32_t mask; /* places - 1; meaningless while keys is NULL */
    uint32_t used;
} stp_map;

#define STP_MAP_FREE UINT64_MAX

static inline uint64_t stp_pair(uint32_t high, uint32_t low) { return ((uint64_t)high << 32) | low; }

static inline uint32_t stp_map_place(uint64_t key, uint32_t mask)
{
    uint64_t mixed = key * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 32) & mask;
}

/* The value under `key`, or NULL. The pointer is good until the next put. */
static inline uint32_t *stp_map_get(const stp_map *map, uint64_t key)
{
    if (map->keys == NULL)
        return NULL;
    for (uint32_t at = stp_map_place(key, map->mask);; at = (at + 1) & map->mask) {
        if (map->keys[at] == key)
            return &map->values[at];
        if (map->keys[at] == STP_MAP_FREE)
            return NULL;
    }
}

/* Set the value under `key`. False: out of memory, the map is as before. */
bool stp_map_put(stp_map *map, uint64_t key, uint32_t value);

/* Forget all keys, keep the room. */
void stp_map_clear(stp_map *map);

void stp_map_free(stp_map *map);

#endif
