// Lanes: their rows, claims, signs of life and the watermark.
#include <stdio.h>

#include "base/status.h"
#include "fakes/database.h"

static struct fake_lane *lane_of(struct fake_database *database, int32_t lane_id)
{
    return lane_id >= 1 && (size_t)lane_id <= database->tables.lanes.count ? &database->tables.lanes.items[lane_id - 1]
                                                                           : NULL;
}

// The lane when the epoch still stands.
static struct fake_lane *owned(struct fake_database *database, int32_t lane_id, int64_t epoch)
{
    struct fake_lane *lane = lane_of(database, lane_id);
    return lane && lane->row.epoch == epoch ? lane : NULL;
}

static struct fake_lane *claimed_lane(struct fake_database *database, const struct lane_claim *claim)
{
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        struct fake_lane *lane = &database->tables.lanes.items[i];
        if (lane->partition == claim->partition && strcmp(lane->topic, claim->topic) == 0)
            return lane;
    }
    struct fake_lane *lane = vector_push(&database->tables.lanes);
    if (!lane)
        abort();
    lane->row = (struct lane_row){.lane_id = (int32_t)database->tables.lanes.count, .next_offset = claim->start,
                                  .anchor_offset = -1, .lane_time = INSTANT_NONE};
    snprintf(lane->topic, sizeof lane->topic, "%s", claim->topic);
    snprintf(lane->row.cluster_id, sizeof lane->row.cluster_id, "%s", claim->cluster_id);
    lane->partition = claim->partition;
    lane->end_offset = -1;
    lane->halted_at = INSTANT_NONE;
    return lane;
}

int fake_do_claim(struct fake_database *database, const char *owner, const struct lane_claim *claims, size_t count,
                  struct lane_row *rows)
{
    fake_remember(database, true);
    for (size_t i = 0; i < count; i++) {
        struct fake_lane *lane = claimed_lane(database, &claims[i]);
        lane->row.epoch++;
        rows[i] = lane->row;
        lane->row.halted = false;
        lane->halted_at = INSTANT_NONE;
        lane->reason[0] = '\0';
        lane->heartbeat_at = database->wall;
        snprintf(lane->owner, sizeof lane->owner, "%s", owner);
        if (!lane->row.cluster_id[0])
            snprintf(lane->row.cluster_id, sizeof lane->row.cluster_id, "%s", claims[i].cluster_id);
    }
    return STORE_OK;
}

int fake_do_lanes(struct fake_database *database, const int32_t *lane_ids, size_t count, struct lane_row *rows)
{
    for (size_t i = 0; i < count; i++) {
        const struct fake_lane *lane = lane_of(database, lane_ids[i]);
        if (!lane)
            return STATUS_BROKEN;
        rows[i] = lane->row;
    }
    return STORE_OK;
}

int fake_do_move(struct fake_database *database, const struct lane_advance *move, const struct loss_row *loss)
{
    struct fake_lane *lane = owned(database, move->lane_id, move->epoch);
    if (!lane)
        return STORE_FENCED;
    fake_remember(database, loss != NULL);
    lane->row.next_offset = move->next_offset;
    lane->row.anchor_offset = move->anchor_offset;
    lane->row.anchor = move->anchor;
    lane->row.lane_time = instant_later(lane->row.lane_time, move->lane_time);
    lane->heartbeat_at = database->wall;
    if (move->end_offset >= 0)
        lane->end_offset = move->end_offset;
    if (!loss)
        return STORE_OK;
    struct fake_loss *lost = vector_push(&database->tables.losses);
    if (!lost)
        abort();
    snprintf(lost->topic, sizeof lost->topic, "%s", loss->topic);
    snprintf(lost->reason, sizeof lost->reason, "%s", loss->reason);
    lost->partition = loss->partition;
    lost->from_offset = loss->from_offset;
    lost->to_offset = loss->to_offset;
    return STORE_OK;
}

int fake_do_halt(struct fake_database *database, int32_t lane_id, int64_t epoch, const char *reason)
{
    struct fake_lane *lane = owned(database, lane_id, epoch);
    if (!lane)
        return STORE_FENCED;
    fake_remember(database, false);
    lane->row.halted = reason != NULL;
    snprintf(lane->reason, sizeof lane->reason, "%s", reason ? reason : "");
    if (!reason)
        lane->halted_at = INSTANT_NONE;
    else if (lane->halted_at == INSTANT_NONE)
        lane->halted_at = database->wall;
    return STORE_OK;
}

int fake_do_beat(struct fake_database *database, const struct lane_advance *lanes, size_t count, duration lane_hold,
                 instant *watermark, int32_t *left_out, instant *wall)
{
    for (size_t i = 0; i < count; i++) {
        struct fake_lane *lane = owned(database, lanes[i].lane_id, lanes[i].epoch);
        if (!lane)
            continue;
        lane->heartbeat_at = database->wall;
        lane->row.lane_time = instant_later(lane->row.lane_time, lanes[i].lane_time);
        if (lanes[i].end_offset >= 0)
            lane->end_offset = lanes[i].end_offset;
    }
    instant least = INSTANT_NEVER;
    *left_out = 0;
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        const struct fake_lane *lane = &database->tables.lanes.items[i];
        if (strncmp(lane->topic, "import:", 7) == 0 || lane->row.lane_time == INSTANT_NONE)
            continue;
        if (lane->heartbeat_at < database->wall - lane_hold ||
            (lane->halted_at != INSTANT_NONE && lane->halted_at < database->wall - lane_hold))
            ++*left_out;
        else
            least = instant_earlier(least, lane->row.lane_time);
    }
    *watermark = least == INSTANT_NEVER ? INSTANT_NONE : least;
    *wall = database->wall;
    return STORE_OK;
}

int fake_do_release(struct fake_database *database, const struct lane_row *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fake_lane *lane = owned(database, lanes[i].lane_id, lanes[i].epoch);
        if (!lane)
            continue;
        lane->owner[0] = '\0';
        lane->heartbeat_at = strncmp(lane->topic, "import:", 7) == 0 ? INSTANT_NONE : database->wall;
    }
    return STORE_OK;
}

int fake_do_orphans(struct fake_database *database, duration grace, struct arena *arena, int32_t **lane_ids,
                    size_t *count)
{
    *lane_ids = arena_take(arena, (database->tables.lanes.count + 1) * sizeof **lane_ids);
    *count = 0;
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        if (database->tables.lanes.items[i].heartbeat_at < database->wall - grace)
            (*lane_ids)[(*count)++] = (int32_t)i + 1;
    }
    return STORE_OK;
}
