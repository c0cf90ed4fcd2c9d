// Every option of the configuration, one row each. A row gives the member of struct config, the parser,
// its limits, the default, and its place in the sample file and in --print-defaults.
//
// X(kind, name, "default", (limits), "help")
//   kind     one of OPTION_KINDS; the type of the member is OPTION_TYPE_<kind>
//   default  as it would stand in the file
//   limits   designated initialisers of struct option_limits, in parentheses
//   help     becomes the comment above the option; limits and choices are added to it
#ifndef GUANXI_BASE_OPTIONS_H
#define GUANXI_BASE_OPTIONS_H

#include <stdint.h>

// Limits of an option; for arrays, of each element.
struct option_limits {
    double least, most;  // numbers as they are, durations in microseconds, sizes in bytes, texts in bytes
    int count;           // arrays: elements exactly, 0 any number
    const char *choices; // enums: words separated by '|', the value is the index;
                         // windows: the word that stands for 0
};

#define OPTION_KINDS(X) \
    X(boolean) X(integer) X(real) X(text) X(choice) X(duration) X(size) X(window) X(texts) \
    X(durations) X(reals) X(integers) X(rates) X(types) X(checklists) X(stages) X(breakpoints) X(segments)

#define OPTION_MS 1e3
#define OPTION_S 1e6
#define OPTION_H 3600e6
#define OPTION_D 86400e6
#define OPTION_MIB 1048576.0
#define OPTION_CENTURY (36525 * OPTION_D)

#define KAFKA_OPTIONS(X) \
    X(text, brokers, "\"localhost:9092\"", (.least = 1, .most = 4096), \
      "Brokers to begin with: host:port, separated by commas.") \
    X(texts, topics, "[\"guanxi.events\"]", (.least = 1, .most = 249), \
      "Topics to read. They must exist; any number of partitions.") \
    X(text, group_id, "\"guanxi\"", (.least = 1, .most = 255), \
      "The consumer group. Instances of one group share the work.") \
    X(text, reminders_topic, "\"guanxi.reminders\"", (.least = 1, .most = 249), \
      "Where reminders are published.") \
    X(text, changes_topic, "\"guanxi.changes\"", (.least = 1, .most = 249), \
      "Where changes of customers are published.") \
    X(text, client_id, "\"guanxid\"", (.least = 1, .most = 255), \
      "How this client calls itself to the brokers.") \
    X(texts, properties, "[]", (.least = 3, .most = 8192), \
      "Further properties of librdkafka as \"name=value\", for consumer and producer, for example " \
      "\"security.protocol=sasl_ssl\". Those that the guarantees rest on are refused.") \
    X(texts, consumer_properties, "[]", (.least = 3, .most = 8192), "The same for the consumer alone.") \
    X(texts, producer_properties, "[]", (.least = 3, .most = 8192), "The same for the producer alone.") \
    X(text, properties_file, "\"\"", (.most = 4096), \
      "A file of further properties, one name=value a line: the place for sasl.password and other " \
      "secrets. Without one, kafka.properties in $CREDENTIALS_DIRECTORY is read if it is there.")

#define POSTGRES_OPTIONS(X) \
    X(text, conninfo, "\"dbname=guanxi\"", (.most = 8192), \
      "A connection string or URI of libpq, with several hosts if need be. What it leaves out comes " \
      "from PG* variables and service files. Keep passwords out of it.") \
    X(text, password_file, "\"\"", (.most = 4096), \
      "A file whose first line is the password. The environment (GUANXI_POSTGRES_PASSWORD, PGPASSWORD) " \
      "goes before it; without one, postgres.password in $CREDENTIALS_DIRECTORY is read if it is there.") \
    X(duration, connect_timeout, "\"10 s\"", (.least = OPTION_S, .most = OPTION_H), \
      "How long one attempt to connect may take, all hosts together.") \
    X(duration, statement_timeout, "\"30 s\"", (.least = OPTION_S, .most = OPTION_D), \
      "How long a statement may run; a batch that takes longer is tried again in halves.") \
    X(duration, lock_timeout, "\"5 s\"", (.least = 100 * OPTION_MS, .most = OPTION_H), \
      "How long a statement may wait for a lock.") \
    X(duration, idle_timeout, "\"15 s\"", (.least = OPTION_S, .most = OPTION_H), \
      "After this the server ends a transaction of ours that has fallen silent.")

#define DAEMON_OPTIONS(X) \
    X(integer, workers, "2", (.least = 1, .most = 64), "Batches worked on at once, each with its own connection.") \
    X(size, cache_size, "\"256 MiB\"", (.least = OPTION_MIB, .most = 1048576 * OPTION_MIB), \
      "Memory for customers kept at hand and for batches at work: the more, the larger batches are.") \
    X(choice, lost_data, "\"stop\"", (.choices = "stop|continue"), \
      "When records were lost before they were read (retention, a topic made anew): stop that lane " \
      "until somebody decides, or continue and record exactly what is missing.") \
    X(choice, unknown_types, "\"quarantine\"", (.choices = "quarantine|ignore"), \
      "What becomes of events whose type is unknown; ignored ones are counted.") \
    X(text, type_prefix, "\"\"", (.most = 64), \
      "A prefix that every type of event carries, for example \"com.example.\".") \
    X(duration, lateness, "\"60 s\"", (.most = OPTION_D), \
      "How long after their time events may arrive before reminders are published without them.") \
    X(duration, lane_hold, "\"1 h\"", (.least = OPTION_S, .most = 3650 * OPTION_D), \
      "A lane (topic and partition) that was halted or without owner for longer no longer holds up " \
      "reminders.") \
    X(duration, notice_horizon, "\"72 h\"", (.least = OPTION_S, .most = 3650 * OPTION_D), \
      "Notices older than this are not published one by one; their reminder is announced once.") \
    X(integer, announce_rate, "10", (.least = 1, .most = 1000000), "Such announcements per second.") \
    X(duration, sweep_interval, "\"1 s\"", (.least = 10 * OPTION_MS, .most = OPTION_H), \
      "How often to look for customers whose time has come.") \
    X(integer, batch_events, "50000", (.least = 1, .most = 1000000), \
      "Events of a batch at most; batches are small when there is no backlog.") \
    X(integer, max_event_bytes, "65536", (.least = 256, .most = 16 * OPTION_MIB), \
      "Records with a larger value are quarantined.") \
    X(duration, future_tolerance, "\"5 min\"", (.most = 3650 * OPTION_D), \
      "Events further ahead of the clock are quarantined.") \
    X(real, poison_share, "0.5", (.least = 0.000001, .most = 1), \
      "A lane stops when more than this share of its last poison_window records was bad: the format " \
      "of the topic broke, and swallowing it helps nobody.") \
    X(integer, poison_window, "1000", (.least = 10, .most = 1000000), "See poison_share.") \
    X(choice, clock, "\"wall\"", (.choices = "wall|events"), \
      "What time it is: the clock of PostgreSQL, or the events alone (simulation, demo, tests).") \
    X(text, instance, "\"\"", (.most = 128), \
      "The name of this instance as owner of lanes; empty: host name and process id.")

#define LOG_OPTIONS(X) \
    X(choice, level, "\"info\"", (.choices = "error|warning|notice|info|debug"), "The least severe lines that are written.") \
    X(choice, format, "\"auto\"", (.choices = "auto|text|json|journal"), \
      "auto: for the journal under systemd, else text.")

#define HTTP_OPTIONS(X) \
    X(text, listen, "\"127.0.0.1:8487\"", (.most = 128), \
      "Where metrics and health are served: address:port, [address]:port, or :port for every address; empty: " \
      "nowhere. There is no password: only those should reach it who may see how guanxid does.") \
    X(text, socket, "\"\"", (.most = 107), \
      "The path of a Unix socket that serves the same to user and group; empty: none.") \
    X(choice, page, "\"overview\"", (.choices = "off|overview|full"), \
      "A page for people at the same address. overview: how guanxid does, without personal data. full: customers, " \
      "owners and records in quarantine as well, for whoever has the token. There is no TLS: put a proxy before it.") \
    X(text, token_file, "\"\"", (.most = 4096), \
      "A file whose first line is the token, at least 16 characters. The environment (GUANXI_HTTP_TOKEN) goes " \
      "before it; without one, http.token in $CREDENTIALS_DIRECTORY is read if it is there.")

// Settings that decide outcomes. By level: reactive, accountable, proactive, with basic first where there
// are four.
#define MODEL_OPTIONS(X) \
    X(text, time_zone, "\"UTC\"", (.least = 1, .most = 63), \
      "The business time zone, which says what a calendar day is, for example \"Asia/Shanghai\".") \
    X(text, base_currency, "\"CNY\"", (.least = 3, .most = 3), "The currency in which values are kept (ISO 4217).") \
    X(rates, rates, "( )", (.most = 200), \
      "Other currencies that orders may name: base units for one unit, as decimal texts, for example " \
      "( { code = \"USD\"; rate = \"7.1234\"; }, { code = \"EUR\"; rate = \"7.85\"; } )") \
    X(duration, half_life, "\"90 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "After this time the points of an event weigh half.") \
    X(reals, enter, "[5.0, 15.0, 30.0]", (.least = 0.001, .most = 1e9, .count = 3), \
      "Warmth at which the levels reactive, accountable, proactive are entered.") \
    X(reals, leave, "[2.5, 7.5, 15.0]", (.least = 0.001, .most = 1e9, .count = 3), \
      "Warmth at which they are left, each below its enter.") \
    X(duration, inbound_window, "\"365 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Evidence of reactive: the customer came to us within this time.") \
    X(duration, followed_window, "\"365 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Evidence of accountable: we followed up after a sale within this time.") \
    X(duration, outbound_window, "\"45 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Evidence of proactive: we went to the customer within this time, with a rhythm of rhythm_least.") \
    X(integer, rhythm_least, "3", (.least = 1, .most = 1000), "See outbound_window.") \
    X(duration, rhythm_gap, "\"45 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "The longest time between contacts of ours that keeps the rhythm.") \
    X(duration, fade_step, "\"30 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "The least time between two steps down.") \
    X(duration, follow_up_window, "\"30 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "A contact this soon after an order follows it up.") \
    X(durations, cadence, "[\"180 d\", \"90 d\", \"45 d\", \"30 d\"]", \
      (.least = OPTION_S, .most = OPTION_CENTURY, .count = 4), \
      "Time without contact after which care is due: basic, reactive, accountable, proactive.") \
    X(duration, response_within, "\"1 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Time to answer a customer who asked.") \
    X(duration, aftersale_after, "\"7 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Time to follow up an order.") \
    X(reals, tier_factor, "[1.0, 0.75, 0.5, 1.0]", (.least = 0.01, .most = 10, .count = 4), \
      "What the tier of a customer makes of cadence: ordinary, rising, star, fading. Customers without a " \
      "tier have 1. The product is cut to whole seconds.") \
    X(duration, zone_grace, "\"30 d\"", (.most = OPTION_CENTURY), \
      "How long a customer may be under its target level.") \
    X(duration, stall_after, "\"60 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Time in one stage of life, short of mature, after which a customer has stalled.") \
    X(duration, objection_within, "\"3 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "Time to resolve an objection.") \
    X(duration, renewal_lead, "\"30 d\"", (.most = OPTION_CENTURY), \
      "How long before an agreement runs out to plan the next one.") \
    X(duration, cycle_after, "\"180 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "The same for agreements that do not say until when: time after they were made.") \
    X(duration, promise_lead, "\"1 d\"", (.least = OPTION_S, .most = OPTION_CENTURY), \
      "How long before it is due to recall a promise of ours.") \
    X(duration, promise_grace, "\"1 d\"", (.most = OPTION_CENTURY), \
      "How long after it is due a promise, of either side, is overdue.") \
    X(durations, escalate, "[\"3 d\", \"5 d\", \"7 d\"]", (.least = OPTION_S, .most = OPTION_CENTURY, .count = 3), \
      "When the second, third and fourth notice follow the opening of a reminder.") \
    X(texts, working_hours, "[]", (.least = 1, .most = 32), \
      "When reminders may go out: intervals of the local day, at most 8, for example " \
      "[\"09:00-12:00\", \"13:30-18:00\"]; without any, the whole day. Reminders that are due outside " \
      "of them go out when the next one begins. A day ends at 24:00.") \
    X(texts, days_off, "[]", (.least = 1, .most = 32), \
      "Weekdays without reminders, for example [\"saturday\", \"sunday\"].") \
    X(texts, holidays, "[]", (.least = 1, .most = 4096), \
      "Files of holidays and of make-up work days, each of one year, in the JSON form of holiday-cn; " \
      "relative to the directory of the file that names them. They go before days_off. In years without " \
      "a file days_off alone counts, which is warned of from the quarter before. For China: " \
      "time_zone = \"Asia/Shanghai\"; working_hours = [\"09:00-12:00\", \"13:30-18:00\"]; " \
      "days_off = [\"saturday\", \"sunday\"]; holidays = [\"holidays/cn-2025.json\", " \
      "\"holidays/cn-2026.json\"];") \
    X(window, rfm_window, "365", (.least = 1, .most = 36525, .choices = "lifetime"), \
      "Calendar days over which orders count for frequency and monetary value.") \
    X(text, rank_at, "\"02:30\"", (.most = 5), \
      "When customers are ranked each day, for the day before: local time of day; \"\" is never.") \
    X(choice, scores, "\"population\"", (.choices = "population|breakpoints"), \
      "How a rank scores recency, frequency and monetary value from 1 to 5: by the share of customers that a " \
      "customer leaves behind, or by fixed breakpoints.") \
    X(breakpoints, breakpoints, "{ }", (.least = 1, .most = 1e9, .count = 4), \
      "For scores = \"breakpoints\": the days since the last order, the orders and the money (decimal texts in " \
      "base_currency) with which the next of five classes begins, for example { recency = [30, 90, 180, 365]; " \
      "frequency = [2, 4, 8, 16]; monetary = [\"500\", \"2000\", \"5000\", \"20000.00\"]; }") \
    X(segments, segments, \
      "(\n" \
      "    { name = \"Champions\"; r = [5, 5]; f = [5, 5]; m = [5, 5]; },\n" \
      "    { name = \"Potential Loyalist\"; r = [3, 5]; f = [3, 5]; m = [2, 5]; },\n" \
      "    { name = \"Loyal Customers\"; r = [2, 4]; f = [2, 4]; m = [2, 4]; },\n" \
      "    { name = \"Promising\"; r = [3, 4]; f = [1, 3]; m = [3, 5]; },\n" \
      "    { name = \"New Customers\"; r = [4, 5]; f = [1, 3]; m = [1, 5]; },\n" \
      "    { name = \"Can't Lose Them\"; r = [1, 2]; f = [3, 4]; m = [4, 5]; },\n" \
      "    { name = \"At Risk\"; r = [1, 2]; f = [2, 5]; m = [4, 5]; },\n" \
      "    { name = \"Need Attention\"; r = [1, 3]; f = [3, 5]; m = [3, 5]; },\n" \
      "    { name = \"About To Sleep\"; r = [2, 3]; f = [1, 3]; m = [1, 4]; },\n" \
      "    { name = \"Lost\"; r = [1, 1]; f = [1, 5]; m = [1, 5]; }\n" \
      ")", \
      (.most = 64), "Segments of customers by their scores of recency (r), frequency (f) and monetary value (m), " \
      "each from and to; the first that fits counts. Those whom none fits are Others.") \
    X(real, margin, "1.0", (.most = 1), \
      "The part of revenue that is profit, costs (cost.incurred) aside, for customer lifetime value. Six decimals count.") \
    X(real, retention, "0.80", (.most = 1), \
      "The part of the mean yearly profit that is expected of each further year.") \
    X(real, discount, "0.10", (.most = 10), "What makes money of a later year worth less: the yearly rate.") \
    X(integer, clv_horizon, "5", (.most = 50), "Years ahead of the running one that count for customer lifetime value.") \
    X(duration, value_retention, "\"400 d\"", (.least = OPTION_D, .most = OPTION_CENTURY), \
      "How long the rows of a rank are kept: older ones go with the next rank.") \
    X(types, types, "( )", (.most = 1000), \
      "Changes to the table of event types, and further types. Only what is given changes; contact is " \
      "one of none, by_direction, inbound, outbound, both; points are -1000 to 1000. For example " \
      "( { type = \"visit.completed\"; points = 6; }, " \
      "{ type = \"webinar.attended\"; contact = \"inbound\"; points = 2.5; marks = [\"buying.interest\"]; } )") \
    X(checklists, checklists, \
      "(\n" \
      "    { name = \"five_as\"; items = [\"opening\", \"discovery\", \"message\", \"objection\", \"closing\"]; },\n" \
      "    { name = \"buying\"; items = [\"attention\", \"interest\", \"desire\", \"evaluation\", \"purchase\"]; },\n" \
      "    { name = \"spin\"; items = [\"situation\", \"problem\", \"implication\", \"payoff\"]; },\n" \
      "    { name = \"fab\"; items = [\"features\", \"advantages\", \"benefits\"]; },\n" \
      "    { name = \"icon\"; items = [\"interests\", \"criteria\", \"options\", \"alternative\"]; },\n" \
      "    { name = \"tasks\"; items = [\"plan\", \"invite\", \"visit\", \"survey\", \"proposal\", \"demo\", \"exchange\",\n" \
      "                               \"requirements\", \"design\", \"evaluation\", \"negotiation\", \"contract\"]; }\n" \
      ")", \
      (.most = 64), "Lists of what is to be done, at most 16 items each and 64 together. A new cycle of " \
      "planning clears them, but for the one called tasks.") \
    X(choice, mature_by, "\"order\"", (.choices = "order|contract"), \
      "What makes a customer mature: an order or a signed contract, or a contract alone.") \
    X(stages, stages, \
      "{\n" \
      "    stranger = [\"tasks.plan\", \"tasks.invite\"];\n" \
      "    established = [\"tasks.visit\", \"tasks.survey\", \"tasks.proposal\"];\n" \
      "    evaluating = [\"tasks.demo\", \"tasks.exchange\"];\n" \
      "    growing = [\"tasks.requirements\", \"tasks.design\", \"tasks.evaluation\"];\n" \
      "    mature = [\"tasks.negotiation\", \"tasks.contract\"];\n" \
      "}", \
      (.least = 1, .most = 63), \
      "What reminders name as next steps in each stage of life, as far as it is unmarked: \"list.item\", or " \
      "\"list\" for all of its items. Only the stages that are given change.")

// S("group", member, OPTIONS): the groups in the order of the sample file; the group "" is the file itself.
#define OPTION_GROUPS(S) \
    S("kafka", kafka, KAFKA_OPTIONS) \
    S("postgres", postgres, POSTGRES_OPTIONS) \
    S("", daemon, DAEMON_OPTIONS) \
    S("log", log, LOG_OPTIONS) \
    S("http", http, HTTP_OPTIONS) \
    S("model", model, MODEL_OPTIONS)

#endif
