/* The walk's queue: first in, first out, 12 bytes an entry (an address and the step that led to it). */
#ifndef STP_FRONTIER_H
#define STP_FRONTIER_H

#include "memory.h"

enum { STP_BLOCK_ENTRIES = 16384 };

typedef struct stp_block {
    struct stp_block *next; /* owned */
    uint32_t fill;
    uintptr_t address[STP_BLOCK_ENTRIES];
    uint32_t step[STP_BLOCK_ENTRIES];
} stp_block;

typedef struct {
    stp_block *head, *tail; /* owned: the chain from head */
    stp_block *spare; /* owned: one emptied block, kept for the next push */
    uint32_t read; /* entries taken from head */
    bool out_of_memory;
} stp_frontier;

/* An empty block at the tail. False: out of memory (noted). */
bool stp_frontier_extend(stp_frontier *queue);

/* Drop the emptied head. False: the queue is empty. */
bool stp_frontier_advance(stp_frontier *queue);

static inline void stp_frontier_push(stp_frontier *queue, uintptr_t address, uint32_t step)
{
    stp_block *tail = queue->tail;
    if (STP_UNLIKELY(tail == NULL || tail->fill == STP_BLOCK_ENTRIES)) {
        if (!stp_frontier_extend(queue))
            return;
        tail = queue->tail;
    }
    tail->address[tail->fill] = address;
    tail->step[tail->fill++] = step;
}

/* Take the oldest entry. False: the queue is empty. */
static inline bool stp_frontier_pop(stp_frontier *queue, uintptr_t *address, uint32_t *step)
{
    if (STP_UNLIKELY(queue->head == NULL))
        return false;
    if (STP_UNLIKELY(queue->read == queue->head->fill) && !stp_frontier_advance(queue))
        return false;
    *address = queue->head->address[queue->read];
    *step = queue->head->step[queue->read++];
    return true;
}

/* The address `ahead` entries after the one just taken, when it lies in the same block; else 0. For prefetching. */
static inline uintptr_t stp_frontier_peek(const stp_frontier *queue, uint32_t ahead)
{
    uint32_t at = queue->read + ahead;
    return at < queue->head->fill ? queue->head->address[at] : 0;
}

void stp_frontier_free(stp_frontier *queue);

#endif
