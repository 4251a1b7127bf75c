#include "map.h"

#include <string.h>

enum { FIRST_PLACES = 64, MOST_PLACES = 1 << 30 };

static void insert_new(stp_map *map, uint64_t key, uint32_t value)
{
    uint32_t at = stp_map_place(key, map->mask);
    while (map->keys[at] != STP_MAP_FREE)
        at = (at + 1) & map->mask;
    map->keys[at] = key;
    map->values[at] = value;
    map->used++;
}

static bool grow(stp_map *map)
{
    uint32_t old_places = map->keys ? map->mask + 1 : 0;
    if (old_places >= MOST_PLACES)
        return false;
    uint32_t places = old_places ? old_places * 2 : FIRST_PLACES;
    stp_map bigger = {.mask = places - 1};
    bigger.keys = stp_malloc(places * sizeof *bigger.keys);
    bigger.values = stp_malloc(places * sizeof *bigger.values);
    if (bigger.keys == NULL || bigger.values == NULL) {
        stp_map_free(&bigger);
        return false;
    }
    memset(bigger.keys, 0xff, places * sizeof *bigger.keys);
    for (uint32_t at = 0; at < old_places; at++)
        if (map->keys[at] != STP_MAP_FREE)
            insert_new(&bigger, map->keys[at], map->values[at]);
    stp_map_free(map);
    *map = bigger;
    return true;
}

bool stp_map_put(stp_map *map, uint64_t key, uint32_t value)
{
    uint32_t *known = stp_map_get(map, key);
    if (known != NULL) {
        *known = value;
        return true;
    }
    /* At most half full: probes stay short whatever the addresses look like. */
    if ((map->keys == NULL || map->used >= (map->mask + 1) / 2) && !grow(map))
        return false;
    insert_new(map, key, value);
    return true;
}

void stp_map_clear(stp_map *map)
{
    if (map->keys != NULL)
        memset(map->keys, 0xff, ((size_t)map->mask + 1) * sizeof *map->keys);
    map->used = 0;
}

void stp_map_free(stp_map *map)
{
    free(map->keys);
    free(map->values);
    *map = (stp_map){0};
}
