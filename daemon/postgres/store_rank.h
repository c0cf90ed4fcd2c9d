// Ranks in PostgreSQL: port/rank.h.
#ifndef GUANXI_POSTGRES_STORE_RANK_H
#define GUANXI_POSTGRES_STORE_RANK_H

#include "port/rank.h"
#include "store_internal.h"

extern const struct rank_ops store_rank_operations;

int store_rank_put(struct store *store, const struct rank_row *row, const struct ranked *values,
                   const char *const *names, size_t name_count);

#endif
