// Lines to batches: decoded, told to their shares, and written down as done when both are through.
#include "import_parts.h"

#include "app/cache.h"
#include "app/identity.h"
#include "base/clock.h"
#include "base/status.h"

#include <stdio.h>

enum { BLOCK = 1 << 18, UNDER_WAY = 2 };

static struct import_batch *batch_new(void)
{
    struct import_batch *batch = calloc(1, sizeof *batch);
    if (batch)
        arena_init(&batch->arena, BLOCK);
    return batch;
}

// The batch that is being filled, empty if there was none.
static struct import_batch *open_batch(struct import *import)
{
    if (import->batch)
        return import->batch;
    struct import_batch *batch = import->spare ? import->spare : batch_new();
    import->spare = NULL;
    if (!batch)
        return NULL;
    arena_reset(&batch->arena);
    for (int share = 0; share < IMPORT_SHARES; share++)
        vector_clear(&batch->shares[share]);
    vector_clear(&batch->notes);
    batch->latest = INSTANT_NONE;
    return import->batch = batch;
}

static bool add_note(struct import *import, int64_t line, const struct reject *reject, struct span text)
{
    struct import_batch *batch = import->batch;
    struct import_note *note = vector_push(&batch->notes);
    struct span detail = arena_copy(&batch->arena, span_of(reject->detail, strlen(reject->detail) + 1));
    if (!note || !detail.data)
        return false;
    *note = (struct import_note){.line = line, .reason = reject->reason, .detail = detail.data, .text = text};
    import->result->rejected[reject->reason]++;
    return true;
}

// ------------------------------------------------------------------------------------- what was written

static bool note_event(struct import_batch *batch, const struct import_event *event)
{
    struct import_note *note = vector_push(&batch->notes);
    if (!note)
        return false;
    bool conflict = event->fate == IMPORT_CONFLICT;
    *note = (struct import_note){
        .line = event->line, .text = event->text, .reason = conflict ? REJECT_CONFLICT : REJECT_BAD_DATA,
        .detail = conflict ? "the same source and id were read before with other content" : "refused by the database"};
    return true;
}

static int compare_notes(const void *a, const void *b)
{
    const struct import_note *left = a, *right = b;
    return (left->line > right->line) - (left->line < right->line);
}

// Counts what became of a batch's events and puts down what was not taken. 0, or negative.
static int account(struct import *import, struct import_batch *batch)
{
    const struct import_output *output = &import->parts->output;
    for (int share = 0; share < IMPORT_SHARES; share++) {
        for (size_t i = 0; i < batch->shares[share].count; i++) {
            const struct import_event *event = &batch->shares[share].items[i];
            import->result->fates[event->fate]++;
            if (event->fate != IMPORT_CONFLICT && event->fate != IMPORT_REFUSED)
                continue;
            if (!note_event(batch, event))
                return import_no_memory();
            import->result->rejected[event->fate == IMPORT_CONFLICT ? REJECT_CONFLICT : REJECT_BAD_DATA]++;
        }
    }
    if (batch->notes.count == 0)
        return 0;
    qsort(batch->notes.items, batch->notes.count, sizeof *batch->notes.items, compare_notes);
    int status = 0;
    for (size_t i = 0; status == 0 && i < batch->notes.count; i++) {
        const struct import_note *note = &batch->notes.items[i];
        status = output->reject(output->context, &(struct import_rejected){note->line, reject_code(note->reason),
                                                                           note->detail, note->text});
    }
    return status ? status : output->settle(output->context);
}

// A batch is done: the cursor moves behind it. 0, or negative.
static int retire(struct import *import, struct import_batch *batch)
{
    struct store *control = import->parts->control;
    struct lane_advance *cursor = &import->cursor;
    int status = account(import, batch);
    if (status != 0)
        return status;
    import->result->lines += batch->next - cursor->next_offset;
    cursor->from_offset = cursor->next_offset;
    cursor->next_offset = batch->next;
    cursor->anchor_offset = batch->next - 1;
    cursor->anchor = batch->digest;
    cursor->lane_time = instant_later(cursor->lane_time, batch->latest);
    status = import_status(import, control->ops->move(control, cursor, NULL));
    if (status == 0)
        import->parts->output.progress(import->parts->output.context, false, batch->next - 1, 0);
    return status;
}

// Sees to batches that are done, until `most` at most are under way. 0, or negative.
static int retire_done(struct import *import, int most)
{
    struct import_batch *batch;
    int outcome, status = 0;
    while (status == 0 && (batch = crew_take(&import->crew, most, &outcome)) != NULL) {
        status = retire(import, batch);
        if (import->spare)
            import_batch_free(batch);
        else
            import->spare = batch;
    }
    return status ? status : import_status(import, outcome);
}

// Hands the batch on, if it has any line. 0, or negative.
static int give(struct import *import, bool with_last)
{
    struct import_batch *batch = import->batch;
    if (!batch)
        return 0;
    const struct import_input *input = &import->parts->input;
    batch->next = import->next;
    batch->digest = input->digest(input->context, with_last);
    import->batch = NULL;
    crew_give(&import->crew, batch);
    return retire_done(import, UNDER_WAY - 1);
}

static int drain(struct import *import)
{
    int status = 0;
    while (status == 0 && import->crew.count > 0)
        status = retire_done(import, 0);
    return status;
}

// ------------------------------------------------------------------------------------------------ lines

static int add_event(struct import *import, const struct import_event *event)
{
    struct import_batch *batch = import->batch;
    struct span whose = event->stands.data ? event->stands : event->event.subject;
    struct import_event *added = vector_push(&batch->shares[customer_hash(whose) % IMPORT_SHARES]);
    if (!added)
        return import_no_memory();
    *added = *event;
    return 0;
}

// One that changes who ids mean, while nothing is under way. 0, or negative.
static int take_identity(struct import *import, struct import_event *event)
{
    struct reject reject;
    int status = import_status(import, import_identity(import, event, &reject));
    if (status != 0)
        return status;
    crew_forget_ids(&import->crew);
    if (event->fate == IMPORT_PENDING) // without effect: like any other
        return add_event(import, event);
    import->result->fates[event->fate]++;
    bool refused = event->fate == IMPORT_CONFLICT || event->fate == IMPORT_REFUSED;
    return !refused || add_note(import, event->line, &reject, event->text) ? 0 : import_no_memory();
}

static int decode(struct import *import, const struct import_line *line, struct import_event *event,
                  struct reject *reject)
{
    static const struct record_header structured = {SPAN_LITERAL("content-type"),
                                                    SPAN_LITERAL("application/cloudevents+json")};
    struct import_batch *batch = open_batch(import);
    if (!batch)
        return import_no_memory();
    *event = (struct import_event){.line = line->number, .text = arena_copy(&batch->arena, line->text)};
    bool same = line->value.data == line->text.data && line->value.size == line->text.size;
    const struct record record = {
        .offset = line->number, .timestamp_ms = -1, .headers = &structured, .header_count = 1,
        .value = same ? event->text : arena_copy(&batch->arena, line->value),
    };
    if (!event->text.data || !record.value.data)
        return import_no_memory();
    int decoded = decode_kept_record(import->decoder, import->parts->policy, &record, wall_now(), &batch->arena,
                                     &event->event, reject, &import->result->unknown_marks);
    if (decoded == DECODED_EVENT && event_is_identity(&event->event))
        event->stands = import->own.stands;
    return decoded;
}

// Whether an event changes who ids mean, here and now.
static bool changes_ids(const struct import_event *event)
{
    return event_is_identity(&event->event) && !event->stands.data;
}

// Takes a line with a value. 0, or negative.
static int take_value(struct import *import, const struct import_line *line)
{
    struct import_event event;
    struct reject reject;
    int decoded = decode(import, line, &event, &reject);
    if (decoded == DECODED_EVENT && changes_ids(&event)) {
        int status = give(import, false);
        if (status == 0)
            status = drain(import);
        if (status != 0)
            return status;
        decoded = decode(import, line, &event, &reject); // into a batch that stays
    }
    if (decoded < 0)
        return decoded;
    struct import_batch *batch = import->batch;
    switch (decoded) {
    case DECODED_EVENT:
        batch->latest = instant_later(batch->latest, event.event.time);
        return changes_ids(&event) ? take_identity(import, &event) : add_event(import, &event);
    case DECODED_REJECTED: return add_note(import, line->number, &reject, event.text) ? 0 : import_no_memory();
    case DECODED_TICK: batch->latest = instant_later(batch->latest, event.event.time); break;
    default: break;
    }
    import->result->passed_over++;
    return 0;
}

// 0, or negative.
static int take_line(struct import *import, const struct import_line *line)
{
    int status = 0;
    if (!open_batch(import))
        return import_no_memory();
    if (line->reject) {
        struct span text = arena_copy(&import->batch->arena, line->text);
        status = text.data && add_note(import, line->number, line->reject, text) ? 0 : import_no_memory();
    } else if (line->value.data) {
        status = take_value(import, line);
    }
    import->next = line->next;
    return status;
}

static bool is_full(const struct import *import)
{
    const struct import_batch *batch = import->batch;
    const struct import_settings *settings = import->parts->settings;
    size_t events = batch->notes.count;
    for (int share = 0; share < IMPORT_SHARES; share++)
        events += batch->shares[share].count;
    return events >= settings->batch_events || batch->arena.total >= settings->batch_bytes;
}

// ------------------------------------------------------------------------------------------ where it was

static int other_file(const struct import *import, const char *what)
{
    return fault(STATUS_CONFIG, "%s than the one of which %lld lines were imported under the name \"%s\": give it a "
                 "name of its own with --name, or take all of it from its first line with --again",
                 what, (long long)import->cursor.next_offset - 1, import->parts->settings->name);
}

// A line that was taken before. 0, or negative: it is another file.
static int pass_line(struct import *import, const struct import_line *line)
{
    const struct import_input *input = &import->parts->input;
    int64_t cursor = import->cursor.next_offset;
    if (line->next < cursor)
        return 0;
    if (line->next > cursor || input->digest(input->context, true) != import->cursor.anchor)
        return other_file(import, "this is another file");
    return 0;
}

int import_pass(struct import *import)
{
    const struct import_input *input = &import->parts->input;
    struct import_line line;
    int status = 0;
    while (status == 0 && import->next < import->cursor.next_offset) {
        int got = input->next(input->context, &line);
        if (got < 0)
            return got;
        if (got == 0)
            return other_file(import, "this file is shorter");
        status = pass_line(import, &line);
        import->next = line.next;
    }
    return status;
}

int import_feed(struct import *import)
{
    const struct import_input *input = &import->parts->input;
    char message[512] = "";
    struct import_line line;
    int got = 0, status = 0;
    while (status == 0 && (got = input->next(input->context, &line)) == 1) {
        status = take_line(import, &line);
        if (status == 0 && is_full(import))
            status = give(import, true);
    }
    if (status != 0)
        return status;
    if (got < 0) // what was read before is good, and is taken
        snprintf(message, sizeof message, "%s", fault_message());
    status = give(import, true);
    if (status == 0)
        status = drain(import);
    return status || got == 0 ? status : fault(got, "%s", message);
}
