#include "frontier.h"

bool stp_frontier_extend(stp_frontier *queue)
{
    stp_block *block = queue->spare;
    queue->spare = NULL;
    if (block == NULL)
        block = stp_malloc(sizeof *block);
    if (block == NULL) {
        queue->out_of_memory = true;
        return false;
    }
    block->next = NULL;
    block->fill = 0;
    if (queue->tail != NULL)
        queue->tail->next = block;
    else
        queue->head = block;
    queue->tail = block;
    return true;
}

bool stp_frontier_advance(stp_frontier *queue)
{
    stp_block *done = queue->head;
    if (done->next == NULL) {
        done->fill = queue->read = 0;
        return false;
    }
    queue->head = done->next;
    queue->read = 0;
    if (queue->spare == NULL)
        queue->spare = done;
    else
        free(done);
    return queue->head->fill > 0;
}

void stp_frontier_free(stp_frontier *queue)
{
    while (queue->head != NULL) {
        stp_block *next = queue->head->next;
        free(queue->head);
        queue->head = next;
    }
    free(queue->spare);
    *queue = (stp_frontier){0};
}
