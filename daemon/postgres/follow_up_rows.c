#include "follow_up_rows.h"

#include "base/status.h"
#include "result.h"

int keep_text(const PGresult *result, int row, int column, struct arena *arena, struct span *text)
{
    *text = result_span(result, row, column);
    if (!text->data)
        return 0;
    *text = arena_copy(arena, *text);
    return text->data ? 0 : fault(STATUS_NOMEM, "out of memory");
}

int reminder_read(const PGresult *result, int row, int first, struct arena *arena,
                  struct reminder_row *reminder)
{
    enum {
        CUSTOMER,
        ID,
        KIND,
        ANCHOR,
        DUE,
        OPENED,
        NOTICES,
        STATUS,
        CLOSED,
        SOURCE,
        EVENT,
        ACKNOWLEDGED,
        SNOOZED,
        AT_RISK,
        PUBLISHED,
        ANNOUNCE,
        PROMISE
    };
    *reminder = (struct reminder_row){
        .kind = (enum reminder_kind)result_int2(result, row, first + KIND),
        .anchor = result_int8(result, row, first + ANCHOR),
        .due_at = result_instant(result, row, first + DUE),
        .opened_at = result_instant(result, row, first + OPENED),
        .notices = (uint16_t)result_int2(result, row, first + NOTICES),
        .status = (enum reminder_status)result_int2(result, row, first + STATUS),
        .closed_at = result_instant(result, row, first + CLOSED),
        .acknowledged_at = result_instant(result, row, first + ACKNOWLEDGED),
        .snoozed_until = result_instant(result, row, first + SNOOZED),
        .at_risk = result_bool(result, row, first + AT_RISK),
        .published = result_bool(result, row, first + PUBLISHED),
        .announce = (int8_t)result_int2(result, row, first + ANNOUNCE),
        .exists = true,
    };
    result_uuid(result, row, first + ID, reminder->reminder_id);
    int status = keep_text(result, row, first + CUSTOMER, arena, &reminder->customer_id);
    if (status == 0)
        status = keep_text(result, row, first + SOURCE, arena, &reminder->closed_source);
    if (status == 0)
        status = keep_text(result, row, first + EVENT, arena, &reminder->closed_event);
    return status ? status : keep_text(result, row, first + PROMISE, arena, &reminder->promise_id);
}

int notice_read(const PGresult *result, int row, int first, struct arena *arena, struct notice_row *notice)
{
    enum { CUSTOMER, REMINDER, NUMBER, AT, RECIPIENTS, STATE, HOME, ABOUT, ORDER, NEXT };
    *notice = (struct notice_row){
        .notice = (uint16_t)result_int2(result, row, first + NUMBER),
        .at = result_instant(result, row, first + AT),
        .recipients = (uint8_t)result_int2(result, row, first + RECIPIENTS),
        .state = (enum notice_state)result_int2(result, row, first + STATE),
        .home = result_int4(result, row, first + HOME),
        .last_order_at = result_instant(result, row, first + ORDER),
        .next_at = result_instant(result, row, first + NEXT),
        .exists = true,
    };
    notice->was = notice->state;
    result_uuid(result, row, first + REMINDER, notice->reminder_id);
    int status = keep_text(result, row, first + CUSTOMER, arena, &notice->customer_id);
    return status ? status : keep_text(result, row, first + ABOUT, arena, &notice->about);
}

int outbox_read(const PGresult *result, int row, struct arena *arena, struct outbox_row *outbox)
{
    enum {
        SEQ,
        CUSTOMER,
        HOME,
        AT,
        KIND,
        REMINDER,
        N,
        TRANSITION,
        FROM,
        TO,
        DETAIL,
        REMINDER_PUBLISHED,
        SOURCE,
        EVENT,
        PAYLOAD,
        HELD_IN
    };
    *outbox = (struct outbox_row){
        .seq = result_int8(result, row, SEQ),
        .home = result_int4(result, row, HOME),
        .at = result_instant(result, row, AT),
        .kind = (enum outbox_kind)result_int2(result, row, KIND),
        .reminder_published = result_bool(result, row, REMINDER_PUBLISHED),
        .parcel = result_int8(result, row, HELD_IN),
    };
    if (outbox->kind == OUTBOX_TRANSITION)
        outbox->transition = (struct transition){
            .kind = (uint8_t)result_int2(result, row, TRANSITION),
            .from = (uint8_t)result_int2(result, row, FROM),
            .to = (uint8_t)result_int2(result, row, TO),
            .n = result_int4(result, row, N),
            .detail = result_int4(result, row, DETAIL),
        };
    else
        outbox->n = result_int4(result, row, N);
    if (!result_null(result, row, REMINDER))
        result_uuid(result, row, REMINDER, outbox->reminder_id);
    int status = keep_text(result, row, CUSTOMER, arena, &outbox->customer_id);
    if (status == 0)
        status = keep_text(result, row, SOURCE, arena, &outbox->source);
    if (status == 0)
        status = keep_text(result, row, EVENT, arena, &outbox->event_id);
    return status ? status : keep_text(result, row, PAYLOAD, arena, &outbox->payload);
}

int held_notice_read(const PGresult *result, int row, struct arena *arena, struct held_notice *held)
{
    int status = notice_read(result, row, 0, arena, &held->notice);
    return status ? status : reminder_read(result, row, NOTICE_COLUMNS, arena, &held->reminder);
}

enum { PARCEL, PARCEL_HOME, PARCEL_MESSAGES, PARCEL_ARRAYS };
enum parcel_array {
    OF_KINDS,
    OF_CUSTOMERS,
    OF_INSTANTS,
    OF_NUMBERS,
    OF_TRANSITIONS,
    OF_FROM,
    OF_TO,
    OF_DETAILS,
    OF_SOURCES,
    OF_EVENTS,
    OF_REMINDERS,
    OF_PAYLOADS,
    PARCEL_ARRAY_COUNT
};

size_t parcel_messages(const PGresult *result, int row)
{
    return (size_t)result_int4(result, row, PARCEL_MESSAGES);
}

static int parcel_next(struct array *arrays, struct arena *arena, struct outbox_row *outbox)
{
    outbox->kind = (enum outbox_kind)array_number(&arrays[OF_KINDS]);
    outbox->at = array_number(&arrays[OF_INSTANTS]) + POSTGRES_EPOCH;
    int32_t n = (int32_t)array_number(&arrays[OF_NUMBERS]);
    outbox->transition.kind = (uint8_t)array_number(&arrays[OF_TRANSITIONS]);
    outbox->transition.from = (uint8_t)array_number(&arrays[OF_FROM]);
    outbox->transition.to = (uint8_t)array_number(&arrays[OF_TO]);
    outbox->transition.detail = (int32_t)array_number(&arrays[OF_DETAILS]);
    *(outbox->kind == OUTBOX_TRANSITION ? &outbox->transition.n : &outbox->n) = n;
    struct span reminder = array_next(&arrays[OF_REMINDERS]);
    if (reminder.data)
        memcpy(outbox->reminder_id, reminder.data, sizeof outbox->reminder_id);
    struct span *const texts[] = {&outbox->customer_id, &outbox->source, &outbox->event_id, &outbox->payload};
    static const enum parcel_array from[] = {OF_CUSTOMERS, OF_SOURCES, OF_EVENTS, OF_PAYLOADS};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        struct span text = array_next(&arrays[from[i]]);
        *texts[i] = text.data ? arena_copy(arena, text) : text;
        if (text.data && !texts[i]->data)
            return fault(STATUS_NOMEM, "out of memory");
    }
    outbox->is_void = !outbox->customer_id.data;
    return 0;
}

int parcel_read(const PGresult *result, int row, struct arena *arena, struct outbox_row *outbox)
{
    struct array arrays[PARCEL_ARRAY_COUNT];
    int32_t count = (int32_t)parcel_messages(result, row);
    int status = 0;
    for (int i = 0; i < PARCEL_ARRAY_COUNT; i++)
        arrays[i] = result_array(result, row, PARCEL_ARRAYS + i);
    for (int32_t i = 0; status == 0 && i < count; i++) {
        outbox[i] = (struct outbox_row){
            .seq = result_int8(result, row, PARCEL), .place = i + 1, .of = count,
            .home = result_int4(result, row, PARCEL_HOME), .released = true};
        status = parcel_next(arrays, arena, &outbox[i]);
    }
    return status;
}
