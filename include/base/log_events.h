// Things that happen to the daemon and that operators look for by name: a code for JSON lines and a message id for the
// journal, under which deploy/systemd/guanxid.catalog explains it. Ids are never used for anything else.
#ifndef GUANXI_BASE_LOG_EVENTS_H
#define GUANXI_BASE_LOG_EVENTS_H

// X(NAME, "message id", "code")
#define LOG_EVENTS(X) \
    X(READY, "32a1c597171b488ea347212f9cb30023", "ready") \
    X(STOPPED, "06f9e344b09d40a8977e99f4a59f5d9f", "stopped") \
    X(RELOADED, "2f8f032963104b6987540feedb617f41", "reloaded") \
    X(REFUSED, "94223040be9e400f927113dd79a900fd", "refused") \
    X(LANE_HALTED, "b7f2c1891a1449d8a7944b94a862dcf4", "lane_halted") \
    X(LANE_FENCED, "4b65648777614a98aff283d6d0aef610", "lane_fenced") \
    X(DATA_LOST, "29e428f05ba348128fd3077d4b38dbf3", "data_lost") \
    X(POSTGRES_AWAY, "914a0d1ce0da4186a60a71c213760826", "postgres_away") \
    X(POSTGRES_BACK, "ead2a62b172540b4b6d0b28ac9a20d03", "postgres_back") \
    X(POSTGRES_FULL, "b4f01ca405c9404fb01d1587d1f1018f", "postgres_full") \
    X(KAFKA_AWAY, "0e55f94dca6b415481f1a5e9b0a05a4f", "kafka_away") \
    X(KAFKA_BACK, "f46e83fb673845069910317d1b4567fb", "kafka_back") \
    X(STUCK, "866bbfcc90af44ab9d62116b4717485f", "stuck") \
    X(HOLIDAYS_MISSING, "b79f8876b4be471f8ebc4c91407bd6e8", "holidays_missing")

enum log_event {
    LOG_EVENT_NONE,
#define X(NAME, id, code) LOG_EVENT_##NAME,
    LOG_EVENTS(X)
#undef X
    LOG_EVENT_COUNT
};

#endif
