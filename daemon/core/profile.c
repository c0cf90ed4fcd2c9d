#include "profile.h"

#include "core/model.h"

static bool set_text(struct book_text *text, struct span told, size_t most)
{
    if (!told.data || told.size > most || span_equal(book_text_span(text), told)) {
        return false;
    }
    memcpy(text->bytes, told.data, told.size);
    text->size = (uint16_t)told.size;
    return true;
}

static void set_known(struct customer *customer, enum trait trait, int told)
{
    if (told != 0) {
        customer_set_trait(customer, trait, told);
    }
}

static void set_fitness(struct customer *customer, enum trait trait, int told)
{
    if (told != 0) {
        customer_set_trait(customer, trait, told - 1);
    }
}

void profile_updated(const struct change *change, const struct event *event)
{
    const struct profile_update *told = event->profile;
    struct customer *customer = change->customer;
    struct book *book = customer->book;
    set_known(customer, TRAIT_KIND, told->kind);
    set_known(customer, TRAIT_ROLE, told->role);
    set_known(customer, TRAIT_STYLE, told->style);
    set_fitness(customer, TRAIT_MONEY, told->money);
    set_fitness(customer, TRAIT_AUTHORITY, told->authority);
    set_fitness(customer, TRAIT_NEED, told->need);
    bool changed = set_text(&book->owner, told->owner, BOOK_NAME_MAX);
    changed |= set_text(&book->manager, told->manager, BOOK_NAME_MAX);
    changed |= set_text(&book->name, told->name, BOOK_NAME_MAX);
    changed |= set_text(&book->channel, told->channel, BOOK_CHANNEL_MAX);
    if (changed) {
        change_emit(change, &(struct effect){.kind = EFFECT_PROFILE, .at = event->time, .event = event});
    }
}

bool customer_unfit(const struct customer *customer)
{
    return customer_trait(customer, TRAIT_MONEY) == FIT_NO || customer_trait(customer, TRAIT_AUTHORITY) == FIT_NO ||
           customer_trait(customer, TRAIT_NEED) == FIT_NO ||
           customer->book->objections[OBJECTION_NEED][CAUSE_CUSTOMER] != INSTANT_NONE;
}

void profile_valued(const struct change *change, const struct event *event)
{
    struct customer *customer = change->customer;
    int tier = customer_trait(customer, TRAIT_TIER), target = customer_trait(customer, TRAIT_TARGET);
    if (tier == event->tier && target == event->target) {
        return;
    }
    customer_set_trait(customer, TRAIT_TIER, event->tier);
    customer_set_trait(customer, TRAIT_TARGET, event->target);
    struct effect effect = {
        .kind = EFFECT_TRANSITION,
        .at = event->time,
        .event = event,
        .transition = {.kind = TRANSITION_TIER,
                       .from = (uint8_t)tier,
                       .to = event->tier,
                       .n = ++customer->tier_changes,
                       .detail = target * 8 + event->target},
    };
    change_emit(change, &effect);
}
