#include "core/customer.h"

static const struct care care_none = {
    .anchor = INSTANT_NONE,
    .due_at = INSTANT_NONE,
    .opened_at = INSTANT_NONE,
    .next_notice = INSTANT_NONE,
    .acknowledged_at = INSTANT_NONE,
    .snoozed_until = INSTANT_NONE,
};

void customer_init(struct customer *customer)
{
    memset(customer, 0, sizeof *customer);
#define UNSET_INSTANT(name) customer->name = INSTANT_NONE;
#define UNSET_LAST UNSET_INSTANT
#define UNSET_SINCE UNSET_INSTANT
#define UNSET_INT2(name)
#define UNSET_COUNT4(name)
#define UNSET_COUNT8(name)
#define UNSET_REAL(name)
#define X(name, kind, meaning) UNSET_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
#undef UNSET_INSTANT
#undef UNSET_LAST
#undef UNSET_SINCE
#undef UNSET_INT2
#undef UNSET_COUNT4
#undef UNSET_COUNT8
#undef UNSET_REAL
    customer->level = LEVEL_BASIC;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        customer->care[kind] = care_none;
    }
}

// A record of packed care: kind (1 byte), open (1), notices (2), then the instants in this order.
#define CARE_INSTANTS(X) \
    X(anchor) X(due_at) X(opened_at) X(next_notice) X(acknowledged_at) X(snoozed_until)

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static uint64_t take(const uint8_t **at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint64_t) * (*at)++ << (8 * i);
    }
    return value;
}

size_t customer_pack_care(const struct customer *customer, uint8_t packed[CARE_PACKED_MAX])
{
    uint8_t *at = packed;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        const struct care *care = &customer->care[kind];
        if (care->anchor == INSTANT_NONE) {
            continue;
        }
        at = put(at, (uint64_t)kind, 1);
        at = put(at, care->open, 1);
        at = put(at, care->notices, 2);
#define X(name) at = put(at, (uint64_t)care->name, 8);
        CARE_INSTANTS(X)
#undef X
    }
    return (size_t)(at - packed);
}

int customer_unpack_care(struct customer *customer, const uint8_t *packed, size_t size)
{
    if (size % CARE_RECORD_SIZE != 0 || size > CARE_PACKED_MAX) {
        return -1;
    }
    struct care unpacked[REMINDER_KIND_COUNT];
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        unpacked[kind] = care_none;
    }
    int last_kind = -1;
    const uint8_t *at = packed;
    while (size > 0) {
        int kind = (int)take(&at, 1);
        uint64_t open = take(&at, 1);
        if (kind <= last_kind || kind >= REMINDER_KIND_COUNT || open > 1) {
            return -1;
        }
        struct care *care = &unpacked[kind];
        care->open = open == 1;
        care->notices = (uint16_t)take(&at, 2);
#define X(name) care->name = (instant)take(&at, 8);
        CARE_INSTANTS(X)
#undef X
        if (care->anchor == INSTANT_NONE) {
            return -1; // never opened: has no record
        }
        last_kind = kind;
        size -= CARE_RECORD_SIZE;
    }
    memcpy(customer->care, unpacked, sizeof unpacked);
    return 0;
}
