#include "codec/orders.h"

#include "base/advice.h"
#include "base/status.h"
#include "codec/money.h"
#include "codec/time.h"
#include "codec/writer.h"
#include "json_index.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 1024, NAMES_MAX = 200, DATE_SIZE = sizeof "2026-01-31" - 1 };

enum column { CUSTOMER, DATE, AMOUNT, ID, COLUMNS };

struct orders {
    const struct policy *policy;
    const struct orders_form *form;
    const char *names[COLUMNS]; // NULL: there is none
    size_t places[COLUMNS];
    size_t fields; // of the head
    // How many orders of a customer there were on a day, by a hash of both; 0: free.
    uint64_t *keys;
    uint32_t *counts;
    size_t slots, used;
};

struct orders *orders_new(const struct policy *policy, const struct orders_form *form)
{
    struct orders *orders = calloc(1, sizeof *orders);
    if (!orders)
        return NULL;
    *orders = (struct orders){.policy = policy, .form = form,
                              .names = {[CUSTOMER] = form->customer, [DATE] = form->date, [AMOUNT] = form->amount,
                                        [ID] = form->id}};
    return orders;
}

void orders_free(struct orders *orders)
{
    if (!orders)
        return;
    free(orders->keys);
    free(orders->counts);
    free(orders);
}

// ------------------------------------------------------------------------------------------------- head

static int missing(const struct csv_record *head, const char *name)
{
    char known[NAMES_MAX] = "", advice[ADVICE_MAX];
    char texts[CSV_FIELDS_MAX][64];
    const char *names[CSV_FIELDS_MAX + 1] = {NULL};
    size_t size = 0;
    for (size_t i = 0; i < head->count; i++) {
        snprintf(texts[i], sizeof texts[i], "%.*s", (int)head->fields[i].size, head->fields[i].data);
        names[i] = texts[i];
        if (size < sizeof known)
            size += (size_t)snprintf(known + size, sizeof known - size, "%s%s", i ? ", " : "", texts[i]);
    }
    advise_name(name, names, advice);
    return fault(STATUS_CONFIG, "line %lld: the head has no column \"%s\"%s: it has %s%s", (long long)head->line, name,
                 advice, known, size < sizeof known ? "" : "...");
}

int orders_head(struct orders *orders, const struct csv_record *head)
{
    if (head->fault[0])
        return fault(STATUS_CONFIG, "line %lld: the head is no CSV: %s", (long long)head->line, head->fault);
    orders->fields = head->count;
    for (int column = 0; column < COLUMNS; column++) {
        const char *name = orders->names[column];
        size_t found = 0, times = 0;
        for (size_t i = 0; name && i < head->count; i++) {
            if (span_equal(head->fields[i], span_text(name))) {
                found = i;
                times++;
            }
        }
        if (name && times == 0)
            return missing(head, name);
        if (times > 1)
            return fault(STATUS_CONFIG, "line %lld: the head has column \"%s\" %zu times", (long long)head->line, name, times);
        orders->places[column] = found;
    }
    return 0;
}

// ------------------------------------------------------------------------------------------------- rows

static int refuse(struct reject *reject, enum reject_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int refuse(struct reject *reject, enum reject_reason reason, const char *format, ...)
{
    va_list arguments;
    *reject = (struct reject){.reason = reason};
    va_start(arguments, format);
    vsnprintf(reject->detail, sizeof reject->detail, format, arguments);
    va_end(arguments);
    return 1;
}

static int refuse_column(const struct orders *orders, struct reject *reject, enum reject_reason reason,
                         enum column column, const char *what)
{
    return refuse(reject, reason, "column %s (%zu): %s", orders->names[column], orders->places[column] + 1, what);
}

// An instant, or a calendar day of the business time zone. False: neither.
static bool read_date(const struct orders *orders, struct span text, instant *at)
{
    int64_t days;
    if (time_parse(text, at) == 0)
        return true;
    if (time_parse_date(text, &days) != 0 || days < 0 || days > INSTANT_LAST / DAY)
        return false;
    *at = policy_day_begins(orders->policy, (int32_t)days);
    return *at >= 0 && *at <= INSTANT_LAST;
}

static const char *money_fault(enum money money)
{
    return money == MONEY_NO_RATE ? "the currency has no rate"
                                  : "expected a decimal as in 12.50, without sign and with no more decimals than the "
                                    "currency has";
}

// Judges all that a column can be blamed for. 0, or 1.
static int judge(const struct orders *orders, const struct csv_record *record, instant *at, struct reject *reject)
{
    const struct span *fields = record->fields;
    if (!utf8_is_valid(record->text.data, record->text.size))
        return refuse(reject, REJECT_BAD_UTF8, "the line is not UTF-8");
    if (record->fault[0])
        return refuse(reject, record->too_long ? REJECT_TOO_LARGE : REJECT_BAD_ATTRIBUTE, "no CSV: %s", record->fault);
    if (record->count != orders->fields)
        return refuse(reject, REJECT_BAD_ATTRIBUTE, "%zu fields, the head has %zu", record->count, orders->fields);
    static const enum column ids[] = {CUSTOMER, ID};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (orders->names[ids[i]] && !text_is_id(fields[orders->places[ids[i]]]))
            return refuse_column(orders, reject, REJECT_BAD_ATTRIBUTE, ids[i],
                                 "expected 1 to 128 bytes without control characters");
    }
    if (!read_date(orders, fields[orders->places[DATE]], at))
        return refuse_column(orders, reject, REJECT_BAD_TIME, DATE,
                             "expected a day as in 2026-01-31 or an instant as in 2026-01-31T10:00:00+08:00, from 1970 to 2199");
    return 0;
}

static bool grow(struct orders *orders)
{
    size_t slots = orders->slots ? orders->slots * 2 : FIRST_SLOTS;
    uint64_t *keys = calloc(slots, sizeof *keys);
    uint32_t *counts = calloc(slots, sizeof *counts);
    if (!keys || !counts) {
        free(keys);
        free(counts);
        return false;
    }
    for (size_t i = 0; i < orders->slots; i++) {
        size_t slot = orders->keys[i] & (slots - 1);
        while (orders->counts[i] && counts[slot])
            slot = (slot + 1) & (slots - 1);
        if (orders->counts[i]) {
            keys[slot] = orders->keys[i];
            counts[slot] = orders->counts[i];
        }
    }
    free(orders->keys);
    free(orders->counts);
    orders->keys = keys;
    orders->counts = counts;
    orders->slots = slots;
    return true;
}

// Which order of its customer on its day it is, from 1; 0: memory is out.
static uint32_t number_of(struct orders *orders, struct span customer, struct span date)
{
    if (orders->used * 4 >= orders->slots * 3 && !grow(orders))
        return 0;
    uint64_t key = XXH3_64bits_withSeed(customer.data, customer.size, XXH3_64bits(date.data, date.size));
    size_t slot = key & (orders->slots - 1);
    while (orders->counts[slot] && orders->keys[slot] != key)
        slot = (slot + 1) & (orders->slots - 1);
    orders->used += orders->counts[slot] == 0;
    orders->keys[slot] = key;
    return ++orders->counts[slot];
}

static struct span encode(const struct orders *orders, const struct csv_record *record, struct arena *arena, struct span id,
                          instant at)
{
    const struct orders_form *form = orders->form;
    struct writer writer, type;
    writer_init(&type, arena);
    write_bytes(&type, orders->policy->type_prefix);
    write_text(&type, "order.placed");
    struct span name = writer_finish(&type);
    writer_init(&writer, arena);
    json_open(&writer, '{');
    member_text(&writer, "specversion", "1.0");
    member_string(&writer, "id", id);
    member_text(&writer, "source", form->source);
    member_string(&writer, "type", name);
    member_string(&writer, "subject", record->fields[orders->places[CUSTOMER]]);
    member_instant(&writer, "time", at);
    json_key(&writer, "data");
    json_open(&writer, '{');
    member_string(&writer, "order_id", id);
    member_string(&writer, "amount", record->fields[orders->places[AMOUNT]]);
    member_text(&writer, "currency", form->currency);
    json_close(&writer, '}');
    json_close(&writer, '}');
    return name.data ? writer_finish(&writer) : SPAN_NONE;
}

int orders_event(struct orders *orders, const struct csv_record *record, struct arena *arena, struct span *event,
                 struct reject *reject)
{
    const struct span *fields = record->fields;
    struct span id = fields[orders->places[ID]];
    char made[64];
    instant at = INSTANT_NONE;
    int64_t minor;
    int refused = judge(orders, record, &at, reject);
    if (refused)
        return refused;
    if (!orders->names[ID]) { // counted whether the amount is good or not: mended, it is the same order
        char time[TIME_TEXT_MAX];
        struct span date = fields[orders->places[DATE]];
        if (date.size != DATE_SIZE)
            date = span_of(time, (size_t)time_format(at, time));
        uint32_t number = number_of(orders, fields[orders->places[CUSTOMER]], date);
        if (number == 0)
            return fault(STATUS_NOMEM, "out of memory while orders were counted");
        id = span_of(made, (size_t)snprintf(made, sizeof made, "%.*s/%u", (int)date.size, date.data, number));
    }
    enum money money = money_convert(orders->policy, fields[orders->places[AMOUNT]], span_text(orders->form->currency), &minor);
    if (money != MONEY_OK)
        return refuse_column(orders, reject, money == MONEY_NO_RATE ? REJECT_NO_RATE : REJECT_BAD_AMOUNT, AMOUNT,
                             money_fault(money));
    *event = encode(orders, record, arena, id, at);
    return event->data ? 0 : fault(STATUS_NOMEM, "out of memory while orders were read");
}
