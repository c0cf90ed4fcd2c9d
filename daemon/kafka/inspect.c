#include "kafka/inspect.h"

#include <string.h>

#include "base/clock.h"
#include "client.h"
#include "inspection.h"

enum { SLICE_MS = 250 };

int kafka_look_left(const struct kafka_look *look, int most)
{
    int64_t left_ms = (look->deadline - clock_monotonic_us()) / 1000;
    return left_ms < 0 ? 0 : left_ms < most ? (int)left_ms : most;
}

void kafka_look_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
    struct kafka_look *look = opaque;
    (void)client;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        look->all_down = true;
        return;
    }
    look->error = (rd_kafka_resp_err_t)error;
    snprintf(look->reason, sizeof look->reason, "%s", reason);
}

void kafka_look_tell_topic(const struct kafka_look *look, const char *topic, const char *option, const char *right,
                           rd_kafka_resp_err_t error)
{
    char subject[300];
    snprintf(subject, sizeof subject, "%s %s", option, topic);
    switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        inspection_tell(look->inspection, FINDING_WRONG, subject,
                        "does not exist, or this login may not know of it: create it, or allow DESCRIBE and %s", right);
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        inspection_tell(look->inspection, FINDING_WRONG, subject, "not allowed: an ACL has to give this login %s and DESCRIBE",
                        right);
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        inspection_tell(look->inspection, FINDING_WRONG, subject, "is no name of a topic: see %s", option);
        break;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
        inspection_tell(look->inspection, FINDING_AWAY, subject, "no answer within the time%s%s: see whether its brokers run",
                        *look->reason ? "; last: " : "", look->reason);
        break;
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
        inspection_tell(look->inspection, FINDING_AWAY, subject, "a partition has no leader: see whether all brokers run");
        break;
    default:
        inspection_tell(look->inspection, FINDING_WRONG, subject, "%s (%s)", rd_kafka_err2str(error), rd_kafka_err2name(error));
        break;
    }
}

static int open_client(struct kafka_look *look)
{
    static const struct kafka_property defaults[] = {{"fetch.wait.max.ms", "25"}, {NULL, NULL}};
    const struct kafka_property fixed[] = {
        {"group.id", look->settings->group_id},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {"isolation.level", "read_committed"},
        {"allow.auto.create.topics", "false"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf;
    int status = kafka_conf(look->settings, KAFKA_CONSUMER, defaults, fixed, look, kafka_look_error, &conf);
    return status == 0 ? kafka_client(RD_KAFKA_CONSUMER, conf, &look->client) : status;
}

// Until a broker answers, or none of them is left to try.
static bool reach(struct kafka_look *look)
{
    const struct rd_kafka_metadata *metadata;
    int left;
    while ((left = kafka_look_left(look, SLICE_MS)) > 0) {
        rd_kafka_resp_err_t error = rd_kafka_metadata(look->client, 0, NULL, &metadata, left);
        while (rd_kafka_poll(look->client, 0) > 0)
            continue;
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            char *cluster = rd_kafka_clusterid(look->client, kafka_look_left(look, SLICE_MS));
            inspection_tell(look->inspection, FINDING_OK, "kafka.brokers", "cluster %s, %d %s", cluster ? cluster : "unknown",
                            metadata->broker_cnt, metadata->broker_cnt == 1 ? "broker" : "brokers");
            if (cluster)
                rd_kafka_mem_free(look->client, cluster);
            rd_kafka_metadata_destroy(metadata);
            return true;
        }
        if (look->all_down)
            break;
    }
    enum finding finding = kafka_is_refusal(look->error) ? FINDING_WRONG : FINDING_AWAY;
    inspection_tell(look->inspection, finding, "kafka.brokers", "none can be reached%s%s: %s", *look->reason ? ": " : "",
                    look->reason, kafka_advice(look->error));
    return false;
}

int kafka_inspect(const struct kafka_settings *settings, const char *reminders_topic, const char *changes_topic,
                  int timeout_ms, const struct inspection *inspection)
{
    struct kafka_written written[] = {{.name = reminders_topic, .option = "kafka.reminders_topic"},
                                      {.name = changes_topic, .option = "kafka.changes_topic"}};
    struct kafka_look look = {.settings = settings, .inspection = inspection};
    look.deadline = clock_monotonic_us() + timeout_ms * INT64_C(1000);
    int status = open_client(&look);
    if (status != 0)
        return status;
    if (reach(&look)) {
        look.deadline = clock_monotonic_us() + timeout_ms * INT64_C(1000);
        status = kafka_look_at_reading(&look);
        if (status == 0)
            status = kafka_look_at_writing(&look, written, sizeof written / sizeof *written, timeout_ms);
    }
    rd_kafka_destroy_flags(look.client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return status;
}
