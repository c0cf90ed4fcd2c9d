// oracle: what must stand in the views after a stream file (support/stream_file.h) has been read.
//
//   oracle [--prefix TEXT] [--phase N] [--watermark TIME] [--wall TIME] [--zone HOURS] FILE
//
// --phase N reads phases 0..N only. --wall TIME is for clock = "wall": records are judged as read at that
// time; then --watermark must be told, which otherwise follows from the file. --zone is a fixed offset from
// UTC. The rates of foreign currencies are those of the tests' configuration.
#include <getopt.h>
#include <stdlib.h>

#include "codec/time.h"
#include "support/oracle.h"

static const struct currency_rate rates[] = {
    {"USD", 2, 4, 71234},  // 7.1234
    {"JPY", 0, 6, 47811},  // 0.047811
    {"KWD", 3, 2, 2317},   // 23.17
};

static struct zone_transition zone = {INSTANT_NONE, 0};

struct options {
    instant watermark;
    int last_phase;
};

static void set_up(struct oracle *oracle)
{
    policy_defaults(&oracle->policy, oracle->types);
    oracle->policy.rate_count = sizeof rates / sizeof *rates;
    oracle->policy.rates = rates;
    oracle->policy.zone = (struct zone){1, &zone};
    oracle->policy.events_clock = true;
    oracle->wall = INSTANT_NONE;
    oracle->out = stdout;
    arena_init(&oracle->arena, 1 << 20);
    oracle->decoder = decoder_new();
    if (!oracle->decoder)
        abort();
}

static void tear_down(struct oracle *oracle)
{
    decoder_free(oracle->decoder);
    arena_free(&oracle->arena);
    vector_free(&oracle->ids);
    vector_free(&oracle->rejects);
    free(oracle->events);
}

static bool set_option(struct oracle *oracle, struct options *options, int option)
{
    switch (option) {
    case 'x': oracle->policy.type_prefix = span_text(optarg); return true;
    case 'h': options->last_phase = atoi(optarg); return true;
    case 'm': return time_parse(span_text(optarg), &options->watermark) == 0;
    case 'w':
        oracle->policy.events_clock = false;
        return time_parse(span_text(optarg), &oracle->wall) == 0;
    case 'z': zone.offset = atoi(optarg) * 3600; return true;
    default: return false;
    }
}

static void print_watermark(const struct oracle *oracle, instant watermark)
{
    for (int i = 0; i < oracle->lane_count; i++) {
        const struct oracle_lane *lane = &oracle->lanes[i];
        row_begin(oracle->out, "v_lane");
        row_text(oracle->out, "topic", span_text(lane->topic));
        row_integer(oracle->out, "partition", lane->partition);
        row_integer(oracle->out, "next_offset", lane->records);
        if (oracle->policy.events_clock)
            row_instant(oracle->out, "lane_time", lane->time);
        row_end(oracle->out);
    }
    row_begin(oracle->out, "watermark");
    row_instant(oracle->out, "at", watermark);
    row_end(oracle->out);
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"prefix", required_argument, NULL, 'x'}, {"phase", required_argument, NULL, 'h'},
        {"watermark", required_argument, NULL, 'm'}, {"wall", required_argument, NULL, 'w'},
        {"zone", required_argument, NULL, 'z'}, {NULL, 0, NULL, 0}};
    static struct oracle oracle;
    struct options options = {.watermark = INSTANT_NONE, .last_phase = INT32_MAX};
    set_up(&oracle);
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!set_option(&oracle, &options, option))
            return 64;
    if (optind + 1 != argc) {
        fprintf(stderr, "oracle: give one file; see the head of tests/tools/oracle.c\n");
        return 64;
    }
    bool read = oracle_read(&oracle, argv[optind], options.last_phase);
    if (read) {
        oracle_identify(&oracle);
        oracle_resolve(&oracle);
        oracle_print_quarantine(&oracle);
        instant watermark = options.watermark != INSTANT_NONE ? options.watermark : oracle_watermark(&oracle);
        print_watermark(&oracle, watermark);
        oracle_fold(&oracle, watermark);
    }
    tear_down(&oracle);
    return !read ? 66 : fflush(stdout) == 0 ? 0 : 74;
}
