/* Interned strings: equal bytes get equal ids, dense from 0, for as long as the table lives. */
#ifndef STP_NAMES_H
#define STP_NAMES_H

#include "memory.h"

typedef struct stp_text_slab {
    struct stp_text_slab *next; /* owned */
    char bytes[];
} stp_text_slab;

typedef struct {
    const char *bytes; /* inside a slab, not NUL-terminated */
    uint32_t length;
    uint32_t hash;
} stp_name;

typedef struct {
    stp_name *names; /* owned */
    uint32_t count, capacity;
    uint32_t *places; /* owned: open addressing, ids or STP_NONE */
    uint32_t place_mask;
    stp_text_slab *slabs; /* owned */
    size_t slab_used, slab_size;
} stp_names;

/* The id of these bytes (UTF-8, surrogates passed through); STP_NONE: out of memory, the table is as before. */
uint32_t stp_names_intern(stp_names *names, const char *bytes, size_t length);

void stp_names_free(stp_names *names);

#endif
