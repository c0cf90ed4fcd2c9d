#include "app/import.h"

#include "base/clock.h"
#include "base/status.h"
#include "import_parts.h"

#include <stdio.h>

enum { ARENA_BLOCK = 16 * 1024 };

int import_no_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while importing");
}

int import_status(const struct import *import, int outcome)
{
    if (outcome <= 0)
        return outcome;
    if (outcome == STORE_FENCED)
        return fault(STATUS_UNAVAILABLE, "another process has begun to import under the name \"%s\": this one ends",
                     import->parts->settings->name);
    return fault(STATUS_UNAVAILABLE, "PostgreSQL is not to be had: %s; run the same command again, and it goes on where "
                 "it was", fault_message());
}

static int claim(struct import *import)
{
    const struct import_parts *parts = import->parts;
    char topic[sizeof IMPORT_LANE + 256];
    snprintf(topic, sizeof topic, IMPORT_LANE "%s", parts->settings->name);
    const struct lane_claim claimed = {.topic = topic, .start = 1, .end = -1};
    return import_status(import, parts->control->ops->claim(parts->control, parts->settings->owner, &claimed, 1,
                                                            &import->lane));
}

// Where it goes on: behind what was taken, or at the beginning.
static int find_place(struct import *import)
{
    const struct import_parts *parts = import->parts;
    const struct lane_row *lane = &import->lane;
    import->cursor = (struct lane_advance){.lane_id = lane->lane_id, .epoch = lane->epoch,
                                           .next_offset = lane->next_offset, .anchor_offset = lane->anchor_offset,
                                           .anchor = lane->anchor, .lane_time = lane->lane_time, .end_offset = -1};
    if (!parts->settings->again || lane->next_offset == 1)
        return 0;
    import->cursor.next_offset = 1;
    import->cursor.anchor_offset = -1;
    import->cursor.anchor = 0;
    return import_status(import, parts->control->ops->move(parts->control, &import->cursor, NULL));
}

// What is before this is not told of: the clock as the import begins; in simulated time the watermark, and all where
// there is none yet.
static int find_quiet(struct import *import)
{
    const struct import_parts *parts = import->parts;
    instant watermark, wall;
    int32_t left_out;
    int outcome = parts->control->ops->beat(parts->control, NULL, 0, parts->settings->lane_hold, &watermark, &left_out,
                                            &wall);
    if (outcome != STORE_OK)
        return import_status(import, outcome);
    wall_sample(wall, clock_monotonic_us());
    if (!parts->policy->events_clock)
        import->quiet_until = wall;
    else if (parts->settings->announce)
        import->quiet_until = INSTANT_NONE; // nothing is too old there
    else
        import->quiet_until = watermark != INSTANT_NONE ? watermark : INSTANT_LAST;
    return 0;
}

static int begin(struct import *import)
{
    const struct import_parts *parts = import->parts;
    import->decoder = decoder_new();
    int status = import->decoder ? claim(import) : import_no_memory();
    if (import->decoder)
        decoder_take_own(import->decoder, &import->own);
    if (status == 0)
        status = find_place(import);
    if (status == 0)
        status = find_quiet(import);
    const struct importer common = {
        .policy = parts->policy, .lane_id = import->lane.lane_id, .quiet_until = import->quiet_until,
        .brought = parts->settings->announce ? BROUGHT_TO_TELL : BROUGHT_SILENTLY};
    int started = crew_start(&import->crew, parts->shares, &common);
    import->next = 1;
    import->result->before = import->cursor.next_offset - 1;
    return status ? status : started;
}

static int run(struct import *import)
{
    const struct import_output *output = &import->parts->output;
    int status = begin(import);
    if (status == 0)
        status = import_pass(import);
    if (status == 0)
        status = output->resume(output->context, import->cursor.next_offset);
    if (status == 0)
        status = import_feed(import);
    return status;
}

static void end(struct import *import)
{
    crew_end(&import->crew);
    import_batch_free(import->batch);
    import_batch_free(import->spare);
    writeset_free(&import->set);
    arena_free(&import->arena);
    decoder_free(import->decoder);
}

int import_run(const struct import_parts *parts, struct import_result *result)
{
    struct import import = {.parts = parts, .result = result};
    char message[512];
    *result = (struct import_result){0};
    writeset_init(&import.set);
    arena_init(&import.arena, ARENA_BLOCK);
    int status = run(&import);
    snprintf(message, sizeof message, "%s", status ? fault_message() : "");
    end(&import);
    if (status == 0 || status == STATUS_IO) { // what could be read of a damaged file counts
        int folded = import_fold(&import);
        if (folded != 0)
            snprintf(message, sizeof message, "%s", fault_message());
        status = folded ? folded : status;
    }
    if (import.lane.lane_id != 0)
        parts->control->ops->release(parts->control, &import.lane, 1);
    return status ? fault(status, "%s", message) : 0;
}
