// What the daemon and `guanxid rank` have in common.
#ifndef GUANXI_MAIN_RANK_H
#define GUANXI_MAIN_RANK_H

#include "postgres/store.h"

enum { RANK_LAST_DAY = 84005 }; // 2199-12-31, counted from 1970
#define RANK_STATEMENT_TIMEOUT HOUR

// Settings of a store that ranks: its statements read and sort whole tables.
struct postgres_settings rank_store_settings(const struct postgres_settings *settings);

#endif
