#include "names.h"

#include <string.h>

enum { FIRST_PLACES = 1024, SLAB_BYTES = 64 * 1024 };

static uint32_t hash_of(const char *bytes, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t at = 0; at < length; at++)
        hash = (hash ^ (unsigned char)bytes[at]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ (hash >> 32));
}

static bool grow_places(stp_names *names)
{
    uint32_t count = names->places ? (names->place_mask + 1) * 2 : FIRST_PLACES;
    uint32_t *places = stp_malloc(count * sizeof *places);
    if (places == NULL)
        return false;
    memset(places, 0xff, count * sizeof *places);
    for (uint32_t id = 0; id < names->count; id++) {
        uint32_t at = names->names[id].hash & (count - 1);
        while (places[at] != STP_NONE)
            at = (at + 1) & (count - 1);
        places[at] = id;
    }
    free(names->places);
    names->places = places;
    names->place_mask = count - 1;
    return true;
}

static char *copy_text(stp_names *names, const char *bytes, size_t length)
{
    if (names->slabs == NULL || names->slab_size - names->slab_used < length) {
        size_t size = length > SLAB_BYTES ? length : SLAB_BYTES;
        stp_text_slab *slab = stp_malloc(sizeof *slab + size);
        if (slab == NULL)
            return NULL;
        slab->next = names->slabs;
        names->slabs = slab;
        names->slab_used = 0;
        names->slab_size = size;
    }
    char *copy = names->slabs->bytes + names->slab_used;
    memcpy(copy, bytes, length);
    names->slab_used += length;
    return copy;
}

uint32_t stp_names_intern(stp_names *names, const char *bytes, size_t length)
{
    if ((names->places == NULL || names->count > names->place_mask / 2) && !grow_places(names))
        return STP_NONE;
    uint32_t hash = hash_of(bytes, length);
    uint32_t at = hash & names->place_mask;
    for (; names->places[at] != STP_NONE; at = (at + 1) & names->place_mask) {
        const stp_name *known = &names->names[names->places[at]];
        if (known->hash == hash && known->length == length && memcmp(known->bytes, bytes, length) == 0)
            return names->places[at];
    }
    if (!stp_grow((void **)&names->names, &names->capacity, names->count, sizeof *names->names))
        return STP_NONE;
    char *copy = copy_text(names, bytes, length);
    if (copy == NULL)
        return STP_NONE;
    names->names[names->count] = (stp_name){.bytes = copy, .length = (uint32_t)length, .hash = hash};
    names->places[at] = names->count;
    return names->count++;
}

void stp_names_free(stp_names *names)
{
    free(names->names);
    free(names->places);
    while (names->slabs != NULL) {
        stp_text_slab *next = names->slabs->next;
        free(names->slabs);
        names->slabs = next;
    }
    *names = (stp_names){0};
}
