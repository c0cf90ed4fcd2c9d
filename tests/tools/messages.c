// messages: writes an example of everything that is published, one a line: each type with as little as it can have
// and with as much.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/encode.h"
#include "core/model.h"

static const instant noon = INT64_C(1767268800) * 1000000; // 2026-01-01T12:00:00Z

static void set_text(struct book_text *text, const char *told)
{
    text->size = (uint16_t)strlen(told);
    memcpy(text->bytes, told, text->size);
}

static void tell(struct arena *arena, struct span message)
{
    if (!message.data)
        exit(1);
    puts(message.data);
    arena_reset(arena);
}

// Somebody of whom all is known, due for everything.
static void fill(struct customer *customer)
{
    set_text(&customer->book->name, "李娜 \"<b>\"");
    set_text(&customer->book->owner, "wang");
    set_text(&customer->book->manager, "zhao");
    set_text(&customer->book->channel, "wechat");
    customer->level = LEVEL_PROACTIVE;
    customer->stage = STAGE_GROWING;
    customer->last_contact_at = customer->last_order_at = noon;
    customer->agreement_at = noon;
    customer_set_trait(customer, TRAIT_TIER, TIER_STAR);
    customer_set_trait(customer, TRAIT_TARGET, LEVEL_PROACTIVE);
    customer_set_trait(customer, TRAIT_STYLE, STYLE_THINKER);
}

static void tell_notices(struct arena *arena, const struct policy *policy, bool full)
{
    struct book *book = malloc(sizeof *book);
    struct customer customer;
    if (!book)
        exit(1);
    customer_init(&customer);
    book_init(book);
    customer.book = book;
    customer.first_seen_at = customer.as_of = noon;
    if (full)
        fill(&customer);
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        bool promised = kind >= REMINDER_INSTANT_KINDS;
        struct span promise = promised ? SPAN_LITERAL("p-1") : SPAN_NONE;
        struct about about = {.customer_id = SPAN_LITERAL("c-1"), .customer = &customer, .kind = (enum reminder_kind)kind,
                              .promise_id = promise, .anchor = noon, .due_at = noon + DAY, .notice_at = noon + DAY};
        struct notice_message notice = {
            .customer_id = about.customer_id, .kind = about.kind, .promise_id = promise, .anchor = noon,
            .due_at = about.due_at, .opened_at = about.due_at, .notice = full ? 4 : 1, .notice_at = about.notice_at,
            .next_notice_at = full ? INSTANT_NONE : noon + 4 * DAY, .late = full,
            .recipients = full ? TO_OWNER | TO_MANAGER : TO_OWNER, .about = encode_about(arena, policy, &about),
            .recency_days = full ? 3 : -1, .f = full, .m = full ? -100 : 0,
        };
        tell(arena, encode_notice(arena, &notice));
        struct closing_message closing = {
            .customer_id = about.customer_id, .kind = about.kind, .promise_id = promise, .anchor = noon,
            .status = full ? REMINDER_DONE : REMINDER_MOOT, .due_at = noon, .opened_at = noon, .closed_at = noon + DAY,
            .event_source = full ? SPAN_LITERAL("crm") : SPAN_NONE, .event_id = full ? SPAN_LITERAL("e-1") : SPAN_NONE,
        };
        tell(arena, encode_closing(arena, &closing));
    }
    free(book);
}

static void tell_changes(struct arena *arena, bool full)
{
    struct span source = full ? SPAN_LITERAL("crm") : SPAN_NONE, id = full ? SPAN_LITERAL("e-1") : SPAN_NONE;
    const struct transition transitions[] = {
        {.kind = TRANSITION_LEVEL, .from = LEVEL_BASIC, .to = LEVEL_REACTIVE, .n = 1, .detail = LEVEL_BY_EVENT},
        {.kind = TRANSITION_LEVEL, .from = LEVEL_REACTIVE, .to = LEVEL_BASIC, .n = 2, .detail = LEVEL_BY_WARMTH},
        {.kind = TRANSITION_STAGE, .from = STAGE_STRANGER, .to = STAGE_ESTABLISHED, .n = 1, .detail = STAGE_IMPLIED},
        {.kind = TRANSITION_STAGE, .from = STAGE_MATURE, .to = STAGE_ENDED, .n = 2},
        {.kind = TRANSITION_PRAM, .from = PHASE_NONE, .to = PHASE_PLAN, .n = 1, .detail = 2},
        {.kind = TRANSITION_PRAM, .from = PHASE_PLAN, .to = PHASE_MAINTAIN, .n = 2, .detail = 3},
        {.kind = TRANSITION_TIER, .from = TIER_NONE, .to = TIER_ORDINARY, .n = 1, .detail = 1},
        {.kind = TRANSITION_TIER, .from = TIER_ORDINARY, .to = TIER_FADING, .n = 2, .detail = 1 * 8 + 3},
    };
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
        const struct transition_message message = {.customer_id = SPAN_LITERAL("c-1"), .at = noon,
                                                   .transition = transitions[i], .event_source = source, .event_id = id};
        tell(arena, encode_transition(arena, &message));
    }
    for (int kind = MESSAGE_MERGED; kind <= MESSAGE_ERASED; kind++) {
        struct identity_message message = {.subject = SPAN_LITERAL("c-1"), .at = noon, .n = 1, .event_source = source,
                                           .event_id = id};
        message.kind = kind;
        message.other = kind == MESSAGE_ERASED ? SPAN_NONE : SPAN_LITERAL("c-2");
        tell(arena, encode_identity(arena, &message));
    }
}

int main(void)
{
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    struct arena arena;
    policy_defaults(&policy, types);
    arena_init(&arena, 1 << 16);
    for (int full = 0; full < 2; full++) {
        tell_notices(&arena, &policy, full);
        tell_changes(&arena, full);
    }
    arena_free(&arena);
    return 0;
}
