#include "visited.h"

uint64_t *stp_visited_make_chunk(stp_visited *seen, uintptr_t address)
{
    if (address >> 48)
        return NULL;
    const size_t places = (size_t)1 << STP_TABLE_BITS;
    if (seen->tables == NULL)
        seen->tables = stp_calloc(places, sizeof *seen->tables);
    if (seen->tables == NULL)
        goto fail;
    uint64_t ***table = &seen->tables[address >> (STP_CHUNK_BITS + STP_TABLE_BITS)];
    if (*table == NULL)
        *table = stp_calloc(places, sizeof **table);
    if (*table == NULL)
        goto fail;
    if (seen->slabs == NULL || seen->slab_used == STP_SLAB_CHUNKS) {
        stp_slab *slab = stp_calloc(1, sizeof *slab);
        if (slab == NULL)
            goto fail;
        slab->next = seen->slabs;
        seen->slabs = slab;
        seen->slab_used = 0;
    }
    uint64_t *chunk = seen->slabs->words[seen->slab_used++];
    (*table)[(address >> STP_CHUNK_BITS) & (places - 1)] = chunk;
    return chunk;
fail:
    seen->out_of_memory = true;
    return NULL;
}

void stp_visited_free(stp_visited *seen)
{
    if (seen->tables != NULL)
        for (size_t at = 0; at < (size_t)1 << STP_TABLE_BITS; at++)
            free(seen->tables[at]);
    free(seen->tables);
    while (seen->slabs != NULL) {
        stp_slab *next = seen->slabs->next;
        free(seen->slabs);
        seen->slabs = next;
    }
    *seen = (stp_visited){0};
}
