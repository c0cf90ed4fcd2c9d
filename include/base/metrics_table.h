// Every metric, one row each, and what their labels can say. Exposition, reference page (deploy/metrics.md) and the
// tests of alert rules and dashboards follow from here.
#ifndef GUANXI_BASE_METRICS_TABLE_H
#define GUANXI_BASE_METRICS_TABLE_H

// X(NAME, "label", values at most, "where its values come from")
// Values of RESULT, STAGE, SQLSTATE, SEVERITY, WAITING and STATE are the lists below. Those of the others are told
// when the process starts, by metric_label_value. There index 0 is for whatever has no place of its own.
#define METRIC_LABELS(X) \
    X(NONE, "", 1, "") \
    X(TOPIC, "topic", 64, "kafka.topics") \
    X(TYPE, "type", 192, "types of events, built in and configured; \"other\": without a type, or an unknown one") \
    X(RESULT, "result", 9, "what became of a record") \
    X(REASON, "reason", 24, "why a record was refused") \
    X(STAGE, "stage", 5, "what a batch goes through") \
    X(SQLSTATE, "sqlstate_class", 21, "first two characters of SQLSTATE; \"none\": the connection broke, \"other\"") \
    X(KIND, "kind", 16, "kinds of reminders") \
    X(NOTICE, "notice", 5, "which notice of a reminder: 1 to 4") \
    X(CUSTOMER_LEVEL, "level", 5, "levels of a relationship") \
    X(SEVERITY, "level", 5, "severity of a log line") \
    X(WAITING, "state", 2, "held: until every partition is read beyond its instant; released: to be sent")

#define METRIC_RESULTS(X) \
    X(APPLIED, "applied") \
    X(LATE, "late") \
    X(DUPLICATE, "duplicate") \
    X(IGNORED, "ignored") \
    X(ERASED, "erased") \
    X(UNKNOWN, "unknown") \
    X(TOMBSTONE, "tombstone") \
    X(TICK, "tick") \
    X(QUARANTINED, "quarantined")

#define METRIC_STAGES(X) \
    X(DECODE, "decode") X(LOAD, "load") X(APPLY, "apply") X(WRITE, "write") X(COMMIT, "commit")

#define METRIC_SQLSTATES(X) \
    X(NONE, "none") X(OTHER, "other") \
    X(08, "08") X(0A, "0A") X(21, "21") X(22, "22") X(23, "23") X(25, "25") X(26, "26") X(28, "28") X(3D, "3D") \
    X(3F, "3F") X(40, "40") X(42, "42") X(53, "53") X(54, "54") X(55, "55") X(57, "57") X(58, "58") X(F0, "F0") \
    X(XX, "XX")

#define METRIC_SEVERITIES(X) \
    X(ERROR, "error") X(WARNING, "warning") X(NOTICE, "notice") X(INFO, "info") X(DEBUG, "debug")

#define METRIC_WAITING(X) X(HELD, "held") X(RELEASED, "released")

// States of a lane, the values of label `state` of LANE_STATE.
#define METRIC_LANE_STATES(X) \
    X(RUNNING, "running") X(RESTARTING, "restarting") X(HALTED, "halted") X(FENCED, "fenced")

// Upper bounds of histograms in the unit they are counted in (seconds: microseconds), the last one +Inf.
#define METRIC_DURATION_BOUNDS \
    1000, 5000, 10000, 25000, 50000, 75000, 100000, 250000, 500000, 750000, 1000000, 2500000, 5000000, 7500000, 10000000
#define METRIC_AGE_BOUNDS \
    100000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 300000000, 900000000, 3600000000, \
    21600000000, 86400000000
#define METRIC_SIZE_BOUNDS 1, 10, 100, 1000, 5000, 10000, 25000, 50000, 100000

// X(NAME, "name", kind, unit, LABEL, LABEL, "help")
//   kind   counter; gauge, 0 until it is set; sample, a gauge that is left out until it is known; histogram;
//          process, which the kernel knows; info, always 1, whose labels are told when the process starts
//   unit   count; seconds, counted in microseconds; instant, in microseconds since 1970 and shown in seconds; ratio, in millionths
//   of histograms the unit also says which bounds
#define METRICS(X) \
    X(EVENTS_CONSUMED, "guanxi_events_consumed_total", counter, count, TOPIC, NONE, "Records read from Kafka") \
    X(EVENTS, "guanxi_events_processed_total", counter, count, TYPE, RESULT, \
      "Records dealt with, by what became of them; series appear with their first record") \
    X(QUARANTINED, "guanxi_events_quarantined_total", counter, count, REASON, NONE, "Records put into quarantine") \
    X(MARKS_UNKNOWN, "guanxi_marks_unknown_total", counter, count, NONE, NONE, \
      "Checklist marks of events passed over as unknown") \
    X(EVENT_AGE, "guanxi_event_age_seconds", histogram, age, NONE, NONE, \
      "Age of events when they are dealt with, from their time to now") \
    X(LAST_EVENT, "guanxi_last_event_processed_timestamp_seconds", sample, instant, NONE, NONE, \
      "When the last batch was committed") \
    X(BATCHES, "guanxi_batches_total", counter, count, NONE, NONE, "Batches committed") \
    X(BATCH_SIZE, "guanxi_batch_size_events", histogram, size, NONE, NONE, "Records of committed batches") \
    X(BATCH_STAGE, "guanxi_batch_stage_duration_seconds", histogram, duration, STAGE, NONE, \
      "Time batches take, by stage: decode, load (reads), apply, write (all of the transaction), commit (its end)") \
    X(BATCH_RETRIES, "guanxi_batch_retries_total", counter, count, NONE, NONE, \
      "Batches worked out again because others wrote meanwhile") \
    X(FENCED, "guanxi_fence_losses_total", counter, count, NONE, NONE, \
      "Lanes found to have another owner; what was read of them was dropped") \
    X(CACHE_HITS, "guanxi_cache_hits_total", counter, count, NONE, NONE, "Customers found in the cache") \
    X(CACHE_MISSES, "guanxi_cache_misses_total", counter, count, NONE, NONE, "Customers not found in the cache") \
    X(FOLDS, "guanxi_folds_total", counter, count, NONE, NONE, "Customers made again from their timelines") \
    X(ADVANCED, "guanxi_advanced_total", counter, count, NONE, NONE, "Customers whose time had come, advanced") \
    X(NOTICES, "guanxi_reminder_notices_released_total", counter, count, KIND, NOTICE, \
      "Notices of reminders released for publication") \
    X(NOTICES_SUPPRESSED, "guanxi_reminder_notices_suppressed_total", counter, count, NONE, NONE, \
      "Notices not published: their reminder was closed meanwhile, or they are older than notice_horizon") \
    X(PUBLISHED, "guanxi_messages_published_total", counter, count, NONE, NONE, "Messages delivered to Kafka") \
    X(PUBLISH_REPEATS, "guanxi_messages_repeated_total", counter, count, NONE, NONE, \
      "Messages sent again after an interruption, with the same id") \
    X(PRODUCER_REBUILDS, "guanxi_kafka_producer_rebuilds_total", counter, count, NONE, NONE, \
      "Producers made anew after a fatal error") \
    X(KAFKA_UP, "guanxi_kafka_up", gauge, count, NONE, NONE, \
      "1 while the consumer is in its group and reaches a broker") \
    X(REBALANCES, "guanxi_kafka_rebalances_total", counter, count, NONE, NONE, "Assignments by the consumer group") \
    X(LANES_OWNED, "guanxi_kafka_assigned_partitions", gauge, count, NONE, NONE, "Lanes this instance owns") \
    X(POSTGRES_UP, "guanxi_postgres_up", gauge, count, NONE, NONE, "1 while every connection to PostgreSQL stands") \
    X(POSTGRES_RECONNECTS, "guanxi_postgres_reconnects_total", counter, count, NONE, NONE, "Connections made again") \
    X(POSTGRES_ERRORS, "guanxi_postgres_errors_total", counter, count, SQLSTATE, NONE, \
      "Statements refused and connections broken; what can be tried again is tried again") \
    X(WATERMARK, "guanxi_watermark_timestamp_seconds", sample, instant, NONE, NONE, \
      "How far all lanes have come: reminders are published up to here") \
    X(LEFT_OUT, "guanxi_lanes_left_out", gauge, count, NONE, NONE, \
      "Lanes halted or without an owner for longer than lane_hold, which no longer hold up reminders") \
    X(OUTBOX, "guanxi_outbox_messages", sample, count, WAITING, NONE, \
      "Messages that wait, in the database as a whole; about 100000 are counted") \
    X(TIMERS_DUE, "guanxi_timers_due", sample, count, NONE, NONE, \
      "Customers whose time came before the watermark and who are not advanced yet; counted up to 100000") \
    X(FOLDS_DUE, "guanxi_folds_due", sample, count, NONE, NONE, \
      "Customers to be made again from their timelines, as far as the watermark lets them; counted up to 100000") \
    X(NOTICES_DUE, "guanxi_reminder_notices_due", sample, count, NONE, NONE, \
      "Notices the watermark has passed that are not released yet; counted up to 100000") \
    X(OLDEST_DUE, "guanxi_oldest_due_timestamp_seconds", sample, instant, NONE, NONE, \
      "The earliest instant of a timer or notice that has come and is not dealt with; left out when there is none") \
    X(QUARANTINE_HELD, "guanxi_quarantine_held", sample, count, NONE, NONE, \
      "Records in quarantine, neither applied nor discarded; counted up to 100000") \
    X(CUSTOMERS, "guanxi_customers", sample, count, CUSTOMER_LEVEL, NONE, \
      "Customers by level; many of them every few minutes, and above 64 MiB by the planner's statistics") \
    X(SAMPLED, "guanxi_database_sampled_timestamp_seconds", sample, instant, NONE, NONE, \
      "When the values that are read from the database were read last") \
    X(RANK_SUCCESS, "guanxi_rank_last_success_timestamp_seconds", sample, instant, NONE, NONE, \
      "When all customers were last ranked, by whichever instance or command") \
    X(RANK_DURATION, "guanxi_rank_duration_seconds", sample, seconds, NONE, NONE, "How long the last rank by this instance took; of several instances one does it") \
    X(RANK_CUSTOMERS, "guanxi_rank_customers", sample, count, NONE, NONE, "Customers it ranked") \
    X(RANK_CHANGED, "guanxi_rank_changed_customers", sample, count, NONE, NONE, \
      "Customers whose tier or target level it changed") \
    X(RANK_PROGRESS, "guanxi_rank_progress_ratio", sample, ratio, NONE, NONE, \
      "How much of the rank is done that this instance is making; left out when it is making none") \
    X(HOLIDAYS_MISSING, "guanxi_holidays_missing", gauge, count, NONE, NONE, \
      "1 while the holidays of this year, or in its last quarter of the next, are not known") \
    X(LOG_LINES, "guanxi_log_messages_total", counter, count, SEVERITY, NONE, \
      "Log lines by severity, also those held back as repetitions") \
    X(RELOAD_OK, "guanxi_config_last_reload_successful", gauge, count, NONE, NONE, \
      "1 if the configuration in force is the one that was last read, 0 if that one was refused") \
    X(RELOADED, "guanxi_config_last_reload_success_timestamp_seconds", sample, instant, NONE, NONE, \
      "When the configuration in force was read") \
    X(BUILD, "guanxi_build_info", info, count, NONE, NONE, "Versions of guanxid and of the libraries it runs with") \
    X(CPU, "process_cpu_seconds_total", process, seconds, NONE, NONE, "User and system CPU time") \
    X(RESIDENT, "process_resident_memory_bytes", process, count, NONE, NONE, "Resident memory") \
    X(VIRTUAL, "process_virtual_memory_bytes", process, count, NONE, NONE, "Virtual memory") \
    X(OPEN_FDS, "process_open_fds", process, count, NONE, NONE, "Open file descriptors") \
    X(MOST_FDS, "process_max_fds", process, count, NONE, NONE, "Limit of open file descriptors") \
    X(THREADS, "process_threads", process, count, NONE, NONE, "Threads") \
    X(STARTED, "process_start_time_seconds", process, instant, NONE, NONE, "When the process began")

// Gauges of each lane this instance owns, labels topic and partition; gone when the lane is.
// X(NAME, "name", unit, "help")
#define LANE_METRICS(X) \
    X(LAG, "guanxi_kafka_consumer_lag", count, \
      "Offsets not committed to PostgreSQL yet, up to the end of the partition; also of a lane that stands still") \
    X(LAG_SECONDS, "guanxi_kafka_consumer_lag_seconds", seconds, \
      "Age of the oldest record that is not committed yet by its Kafka timestamp, 0 if there is none; of one not " \
      "fetched yet, how long it has been seen to be there") \
    X(COMMITTED, "guanxi_kafka_consumer_committed_offset", count, "The offset before which everything is committed to PostgreSQL") \
    X(END, "guanxi_kafka_log_end_offset", count, "The end of the partition, as last asked for") \
    X(STATE, "guanxi_lane_state", count, "1 for the state a lane is in, label state: running, restarting, halted " \
      "(stands until somebody acts), fenced (somebody else has it)")

#endif
