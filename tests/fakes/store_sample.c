// Counts of what waits.
#include "fakes/database.h"

static void sample_customer(const struct fake_customer *customer, instant watermark, instant clock,
                            struct store_sample *sample)
{
    const struct customer_row *row = &customer->row;
    instant earliest = row->version > 0 ? row->wake_at : INSTANT_NEVER;
    sample->timers_due += row->version > 0 && row->wake_at < watermark;
    sample->folds_due += row->version > 0 && row->fold_at <= watermark;
    for (size_t i = 0; i < customer->outbox_count; i++) {
        sample->outbox_held += !customer->outbox[i].released;
        sample->outbox_released += customer->outbox[i].released;
    }
    for (size_t i = 0; i < customer->notice_count; i++) {
        if (customer->notices[i].state != NOTICE_HELD)
            continue;
        sample->notices_due += customer->notices[i].at < watermark;
        earliest = instant_earlier(earliest, customer->notices[i].at);
    }
    if (earliest < clock && (sample->oldest_due == INSTANT_NONE || earliest < sample->oldest_due))
        sample->oldest_due = earliest;
}

int fake_do_sample(struct fake_database *database, instant watermark, instant clock, struct store_sample *sample)
{
    *sample = (struct store_sample){.oldest_due = INSTANT_NONE, .ranked = INSTANT_NONE};
    for (size_t i = 0; i < database->tables.customers.count; i++)
        sample_customer(database->tables.customers.items[i], watermark, clock, sample);
    for (size_t i = 0; i < database->tables.quarantine.count; i++)
        sample->quarantine_held += database->tables.quarantine.items[i].held;
    return STORE_OK;
}

int fake_do_levels(struct fake_database *database, int64_t customers[LEVEL_COUNT + 1], bool *known)
{
    memset(customers, 0, (LEVEL_COUNT + 1) * sizeof *customers);
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct customer_row *row = &database->tables.customers.items[i]->row;
        if (row->version > 0 && customer_exists(&row->state))
            customers[row->state.level]++;
    }
    *known = true;
    return STORE_OK;
}
