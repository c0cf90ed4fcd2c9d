#include "support/bad_records.h"

#include <stdio.h>
#include <string.h>

#include "codec/time.h"

// In a template: $A stands for good attributes but type, data and the closing brace, $P for the type
// prefix, $S for the subject as a JSON string, $T for a good time, $B for 65536 bytes, $D for 40 open arrays
// and 40 closed ones, $X for a byte that is no UTF-8.
static const char *const templates[] = {
    // too_large
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\",\"note\":\"$B\"}}",
    // bad_utf8
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\",\"note\":\"$X\"}}",
    // not_json
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\"}",
    "hello",
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\"}} 1",
    "",
    // nul
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\",\"note\":\"a\\u0000b\"}}",
    // too_deep
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\",\"note\":$D}}",
    // duplicate_key
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"inbound\",\"direction\":\"outbound\"}}",
    // bad_attribute
    "{\"specversion\":\"0.3\",\"id\":\"b\",\"source\":\"//bad\",\"time\":\"$T\",\"subject\":$S,\"type\":\"$Pdemo.given\"}",
    "{\"specversion\":\"1.0\",\"source\":\"//bad\",\"time\":\"$T\",\"subject\":$S,\"type\":\"$Pdemo.given\"}",
    "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"//bad\",\"time\":\"$T\",\"type\":\"$Pdemo.given\"}",
    "{\"specversion\":\"1.0\",\"id\":7,\"source\":\"//bad\",\"time\":\"$T\",\"subject\":$S,\"type\":\"$Pdemo.given\"}",
    "{$A,\"type\":\"$Pdemo.given\",\"data_base64\":\"e30=\"}",
    // bad_time
    "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"//bad\",\"time\":\"1969-12-31T23:59:59Z\",\"subject\":$S,"
        "\"type\":\"$Pdemo.given\"}",
    "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"//bad\",\"time\":\"2026-01-01T00:00:60Z\",\"subject\":$S,"
        "\"type\":\"$Pdemo.given\"}",
    "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"//bad\",\"time\":\"yesterday\",\"subject\":$S,\"type\":\"$Pdemo.given\"}",
    // unknown_type
    "{$A,\"type\":\"$Pcustomer.sneezed\",\"data\":{}}",
    "{$A,\"type\":\"other.call.completed\",\"data\":{\"direction\":\"inbound\"}}",
    // bad_data
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{}}",
    "{$A,\"type\":\"$Pcall.completed\",\"data\":{\"direction\":\"sideways\"}}",
    "{$A,\"type\":\"$Pcall.completed\",\"data\":[1]}",
    "{$A,\"type\":\"$Porder.placed\",\"data\":{\"order_id\":\"o\",\"amount\":\"1\",\"currency\":\"yuan\"}}",
    "{$A,\"type\":\"$Ppromise.made\",\"data\":{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"soon\"}}",
    "{$A,\"type\":\"$Pchecklist.marked\",\"data\":{\"list\":\"spin\",\"item\":\"nothing\"}}",
    // bad_amount
    "{$A,\"type\":\"$Porder.placed\",\"data\":{\"order_id\":\"o\",\"amount\":\"1.005\",\"currency\":\"CNY\"}}",
    "{$A,\"type\":\"$Porder.placed\",\"data\":{\"order_id\":\"o\",\"amount\":-1,\"currency\":\"CNY\"}}",
    "{$A,\"type\":\"$Porder.placed\",\"data\":{\"order_id\":\"o\",\"amount\":\"10000000000000.01\",\"currency\":\"CNY\"}}",
    // no_rate
    "{$A,\"type\":\"$Porder.placed\",\"data\":{\"order_id\":\"o\",\"amount\":\"1\",\"currency\":\"CHF\"}}",
};
enum { TEMPLATES = sizeof templates / sizeof *templates };

struct out {
    char *text;
    size_t length, capacity;
};

static void put(struct out *out, const char *text, size_t size)
{
    if (size > out->capacity - out->length)
        size = out->capacity - out->length;
    memcpy(out->text + out->length, text, size);
    out->length += size;
}

static void put_text(struct out *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_many(struct out *out, char c, size_t count)
{
    memset(out->text + out->length, c, count);
    out->length += count;
}

static void put_json_string(struct out *out, const char *text)
{
    put(out, "\"", 1);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            put(out, "\\", 1);
        put(out, text, 1);
    }
    put(out, "\"", 1);
}

struct details {
    int number;
    const char *prefix, *subject, *time;
};

static void put_detail(struct out *out, char which, const struct details *details)
{
    char id[32];
    switch (which) {
    case 'A':
        snprintf(id, sizeof id, "bad-%d", details->number);
        put_text(out, "\"specversion\":\"1.0\",\"source\":\"//bad\",\"id\":");
        put_json_string(out, id);
        put_text(out, ",\"subject\":");
        put_json_string(out, details->subject);
        put_text(out, ",\"time\":");
        put_json_string(out, details->time);
        break;
    case 'P': put_text(out, details->prefix); break;
    case 'S': put_json_string(out, details->subject); break;
    case 'T': put_text(out, details->time); break;
    case 'B': put_many(out, 'b', 65536); break;
    case 'D':
        put_many(out, '[', 40);
        put_many(out, ']', 40);
        break;
    default: put(out, "\xff", 1); break;
    }
}

void bad_record_make(struct cloud_event *made, int number, const char *prefix, const char *subject, instant now)
{
    char time[TIME_TEXT_MAX];
    time_format(now, time);
    struct details details = {number, prefix, subject, time};
    struct out out = {made->text, 0, sizeof made->text};
    // The last of the kinds is a tombstone: no fault, but no event either.
    if (number % (TEMPLATES + 1) == TEMPLATES) {
        made->header_count = 0;
        made->value = SPAN_NONE;
        return;
    }
    for (const char *at = templates[number % (TEMPLATES + 1)]; *at; at++)
        if (*at == '$')
            put_detail(&out, *++at, &details);
        else
            put(&out, at, 1);
    cloud_event_structured(made, made->text, out.length);
}
