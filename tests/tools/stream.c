// stream: writes a random stream of records (support/stream_file.h) for the tests of the whole daemon.
// The same options give the same bytes.
//
//   stream [--seed N] [--events N] [--customers N] [--start TIME] [--days N] [--phases N] [--partitions N]
//          [--prefix TEXT] [--late N] [--duplicates N] [--conflicts N] [--bad N] [--changes N] [--no-ticks]
//
// --late, --duplicates, --conflicts, --bad and --changes (merges, unmerges, erasures) are permilles. Without --no-ticks every lane ends each phase
// with a guanxi.tick at the phase's end, which is later than every event before it.
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "codec/time.h"
#include "support/bad_records.h"
#include "support/cloud_event.h"
#include "support/stream_family.h"
#include "support/stream_file.h"
#include "support/stream_tale.h"

enum { RECENT = 400 };

static const char *const topics[TALE_TOPICS] = {"calls", "orders", "crm"};

struct told {
    struct tale_event event;
    char key[64]; // "": null
    int32_t partition;
};

struct options {
    uint64_t seed;
    int64_t events;
    int customers, days, phases, partitions;
    int late, duplicates, conflicts, bad, changes;
    bool ticks;
    const char *prefix;
    instant start;
};

struct stream {
    struct options options;
    struct tale tale;
    struct families families;
    struct random random; // of what happens to the records, apart from the story
    struct told recent[RECENT];
    size_t recent_count, recent_next;
    int phase;
};

static int32_t partition_of(const struct stream *stream, const char *key)
{
    uint32_t hash = 2166136261u; // FNV-1a
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return (int32_t)(hash % (uint32_t)stream->options.partitions);
}

static void write_record(struct stream *stream, int topic, int32_t partition, const char *key,
                         const struct cloud_event *made)
{
    struct stream_line line = {.topic = topics[topic], .partition = partition, .phase = stream->phase};
    line.record.key = *key ? span_text(key) : SPAN_NONE;
    line.record.value = made->value;
    line.record.headers = made->headers;
    line.record.header_count = made->header_count;
    stream_write(stdout, &line);
}

static void write_event(struct stream *stream, const struct tale_event *event, int topic, int32_t partition,
                        const char *key)
{
    char type[96];
    snprintf(type, sizeof type, "%s%s", stream->options.prefix, event->type);
    struct cloud_event made;
    cloud_event_make(&made, &(struct cloud_attributes){
        .type = type, .id = event->id, .source = event->source, .subject = event->subject,
        .time = event->time, .data = event->data, .variant = random_next(&stream->random)});
    write_record(stream, topic, partition, key, &made);
}

// ------------------------------------------------------------------------------------ one step of a stream

// False when the event would be dropped in one order of arrival and kept in another: one about a reminder
// counts only once its customer is known, which its own lane must have seen to.
static bool find_lane(const struct stream *stream, struct tale_event *event)
{
    if (!event->about_reminder)
        return true;
    const struct tale_customer *customer = &stream->tale.customers[event->customer];
    for (int i = 0; i < TALE_TOPICS; i++) {
        int topic = (event->topic + i) % TALE_TOPICS;
        if (customer->known_since[topic] != INSTANT_NONE && customer->known_since[topic] < event->time) {
            event->topic = topic;
            return true;
        }
    }
    return false;
}

static void tell(struct stream *stream, const struct told *told)
{
    write_event(stream, &told->event, told->event.topic, told->partition, told->key);
    stream->recent[stream->recent_next++ % RECENT] = *told;
    if (stream->recent_count < RECENT)
        stream->recent_count++;
}

// Where an event goes: mostly where its key says, now and then (without a key) anywhere, and some of a family's into
// the family's lane, for its changes to know of them.
static void choose_lane(struct stream *stream, struct family *family, struct told *told)
{
    struct tale_event *event = &told->event;
    if (event->about_reminder || !random_permille(&stream->random, family ? 150 : 20)) {
        snprintf(told->key, sizeof told->key, "%s", event->subject);
        told->partition = partition_of(stream, told->key);
        instant *since = &stream->tale.customers[event->customer].known_since[event->topic];
        if (!event->about_reminder && (*since == INSTANT_NONE || event->time < *since))
            *since = event->time;
    } else if (family && random_permille(&stream->random, 850)) {
        snprintf(told->key, sizeof told->key, "%s", event->subject);
        event->topic = family->topic;
        told->partition = family->partition;
    } else {
        told->partition = (int32_t)random_below(&stream->random, stream->options.partitions);
    }
    if (family && event->topic == family->topic && told->partition == family->partition)
        family_note(family, event);
}

static void step_tale(struct stream *stream, instant now)
{
    struct told told = {0};
    struct tale_event *event = &told.event;
    do
        tale_next(&stream->tale, now, event);
    while (!find_lane(stream, event));
    struct family *family = families_find(&stream->families, event->customer);
    if (family)
        family_mingle(family, &stream->random, event);
    choose_lane(stream, family, &told);
    tell(stream, &told);
}

static void step_change(struct stream *stream, instant now)
{
    struct told told = {0};
    const struct family *family = families_next(&stream->families, &stream->tale, now, &told.event);
    if (!family)
        return;
    snprintf(told.key, sizeof told.key, "%s", told.event.subject);
    told.partition = family->partition;
    tell(stream, &told);
}

static const struct told *pick_recent(struct stream *stream)
{
    return &stream->recent[random_below(&stream->random, (int64_t)stream->recent_count)];
}

// The same again: at once or much later, in the same topic or in another, told in another form.
static void step_duplicate(struct stream *stream)
{
    const struct told *told = pick_recent(stream);
    if (random_permille(&stream->random, 500) || told->event.about_reminder || told->event.changes_ids) {
        write_event(stream, &told->event, told->event.topic, told->partition, told->key);
        return;
    }
    int topic = (int)random_below(&stream->random, TALE_TOPICS);
    write_event(stream, &told->event, topic, partition_of(stream, told->event.subject), told->event.subject);
}

// The same identity with other content, in the lane of the first: whatever happens, it comes second.
static void step_conflict(struct stream *stream)
{
    const struct told *told = pick_recent(stream);
    struct tale_event other = told->event;
    if (other.changes_ids || random_permille(&stream->random, 400))
        other.time += SECOND;
    else if (random_permille(&stream->random, 500))
        other.type = strcmp(other.type, "demo.given") == 0 ? "exchange.held" : "demo.given";
    else
        snprintf(other.data, sizeof other.data, "{\"direction\":\"both\",\"sentiment\":\"praise\",\"kind\":\"price\","
                 "\"order_id\":\"x\",\"amount\":1,\"currency\":\"CNY\",\"promise_id\":\"x\",\"by\":\"us\",\"list\":\"spin\","
                 "\"item\":\"payoff\",\"due\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-01T00:00:00Z\","
                 "\"reminder_id\":\"x\"}");
    write_event(stream, &other, told->event.topic, told->partition, told->key);
}

static void step_bad(struct stream *stream, instant now)
{
    static int made_so_far;
    struct cloud_event bad;
    char subject[64];
    tale_subject((int)random_below(&stream->random, stream->options.customers), subject, sizeof subject);
    bad_record_make(&bad, made_so_far++, stream->options.prefix, subject, now);
    write_record(stream, (int)random_below(&stream->random, TALE_TOPICS), partition_of(stream, subject), subject, &bad);
}

static void step(struct stream *stream, instant now)
{
    const struct options *options = &stream->options;
    int64_t chance = random_below(&stream->random, 1000);
    if ((chance -= options->bad) < 0)
        step_bad(stream, now);
    else if ((chance -= options->duplicates) < 0 && stream->recent_count)
        step_duplicate(stream);
    else if ((chance -= options->conflicts) < 0 && stream->recent_count)
        step_conflict(stream);
    else if ((chance -= options->changes) < 0)
        step_change(stream, now);
    else
        step_tale(stream, now);
}

static void write_ticks(struct stream *stream, instant at)
{
    for (int topic = 0; topic < TALE_TOPICS; topic++)
        for (int32_t partition = 0; partition < stream->options.partitions; partition++) {
            char id[64];
            snprintf(id, sizeof id, "tick-%s-%d-%d", topics[topic], partition, stream->phase);
            struct cloud_event made;
            cloud_event_make(&made, &(struct cloud_attributes){
                .type = "guanxi.tick", .id = id, .source = "//clock", .time = at,
                .variant = random_next(&stream->random)});
            write_record(stream, topic, partition, "", &made);
        }
}

static void write_stream(struct stream *stream)
{
    const struct options *options = &stream->options;
    duration span = options->days * DAY;
    for (int64_t i = 0; i < options->events; i++) {
        int phase = (int)(i * options->phases / options->events);
        if (phase != stream->phase && options->ticks)
            write_ticks(stream, options->start + span / options->events * i);
        stream->phase = phase;
        // Twice in a row the same instant is as good as any; what matters is that time goes on.
        step(stream, options->start + span / options->events * i + random_below(&stream->random, 1 + span / options->events));
    }
    if (options->ticks)
        write_ticks(stream, options->start + span + MINUTE);
}

// ------------------------------------------------------------------------------------------------ options

static const struct option long_options[] = {
    {"seed", required_argument, NULL, 's'}, {"events", required_argument, NULL, 'e'},
    {"customers", required_argument, NULL, 'c'}, {"start", required_argument, NULL, 't'},
    {"days", required_argument, NULL, 'd'}, {"phases", required_argument, NULL, 'h'},
    {"partitions", required_argument, NULL, 'p'}, {"prefix", required_argument, NULL, 'x'},
    {"late", required_argument, NULL, 'l'}, {"duplicates", required_argument, NULL, 'u'},
    {"conflicts", required_argument, NULL, 'o'}, {"bad", required_argument, NULL, 'b'},
    {"changes", required_argument, NULL, 'g'}, {"no-ticks", no_argument, NULL, 'n'}, {NULL, 0, NULL, 0},
};

static bool set_option(struct options *options, int option)
{
    switch (option) {
    case 's': options->seed = strtoull(optarg, NULL, 10); return true;
    case 'e': options->events = atoll(optarg); return options->events > 0;
    case 'c': options->customers = atoi(optarg); return options->customers > 0;
    case 't': return time_parse(span_text(optarg), &options->start) == 0;
    case 'd': options->days = atoi(optarg); return options->days > 0;
    case 'h': options->phases = atoi(optarg); return options->phases > 0;
    case 'p': options->partitions = atoi(optarg); return options->partitions > 0;
    case 'x': options->prefix = optarg; return true;
    case 'l': options->late = atoi(optarg); return true;
    case 'u': options->duplicates = atoi(optarg); return true;
    case 'o': options->conflicts = atoi(optarg); return true;
    case 'b': options->bad = atoi(optarg); return true;
    case 'g': options->changes = atoi(optarg); return true;
    case 'n': options->ticks = false; return true;
    default: return false;
    }
}

int main(int argc, char **argv)
{
    struct stream stream = {.options = {
        .seed = 1, .events = 1000, .customers = 50, .days = 480, .phases = 1, .partitions = 4, .late = 50,
        .duplicates = 30, .conflicts = 10, .bad = 20, .changes = 20, .ticks = true, .prefix = "",
        .start = INT64_C(1735689600) * SECOND}}; // 2025-01-01
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!set_option(&stream.options, option)) {
            fprintf(stderr, "stream: bad option; see the head of tests/tools/stream.c\n");
            return 64;
        }
    stream.random.state = stream.options.seed * 2 + 1;
    if (!tale_init(&stream.tale, stream.options.seed, stream.options.customers) ||
        !families_init(&stream.families, &stream.random, stream.options.customers, stream.options.partitions))
        return 70;
    stream.tale.late = stream.options.late;
    write_stream(&stream);
    families_free(&stream.families);
    tale_free(&stream.tale);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 74;
}
