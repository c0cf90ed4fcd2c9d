#include "main/introduce.h"

#include "app/tally.h"
#include "kafka/version.h"
#include "postgres/version.h"

void introduce_metrics(const struct settings *settings, const struct policy *policy)
{
    char versions[256];
    int libpq = postgres_library_version();
    snprintf(versions, sizeof versions, "version=\"%s\",librdkafka_version=\"%s\",libpq_version=\"%d.%d\"",
             GUANXID_VERSION, kafka_library_version(), libpq / 10000, libpq % 10000);
    metric_info(METRIC_BUILD, versions);
    for (size_t i = 0; i < settings->kafka.topic_count; i++)
        metric_label_value(LABEL_TOPIC, (int)i + 1, settings->kafka.topics[i]);
    tally_name_series(policy);
}

void introduce_print_metrics(FILE *out)
{
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    tally_name_series(&policy);
    metrics_write_reference(out);
}
