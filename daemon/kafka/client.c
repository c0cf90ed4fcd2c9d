#include "client.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "properties.h"

enum { PROBE_INTERVAL_US = 2000000, PROBE_TIMEOUT_MS = 200, QUIET_US = 15000000 };

// librdkafka's own lines. Failing connections and clients come as errors too, and are reported from there.
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
    (void)client;
    bool known = strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0 ||
                 strcmp(facility, "FATAL") == 0 || strcmp(facility, "CONFWARN") == 0;
    if (level <= LOG_WARNING && !known)
        log_warning("librdkafka: %s: %s", facility, line);
    else
        log_debug("librdkafka: %s: %s", facility, line);
}

static int set_ours(rd_kafka_conf_t *conf, const struct kafka_property *property)
{
    char message[512];
    for (; property->name; property++) {
        if (rd_kafka_conf_set(conf, property->name, property->value, message, sizeof message) !=
            RD_KAFKA_CONF_OK)
            return fault(STATUS_CONFIG, "kafka: %s: %s", property->name, message);
    }
    return 0;
}

int kafka_conf(const struct kafka_settings *settings, enum kafka_role role,
               const struct kafka_property *defaults, const struct kafka_property *fixed, void *opaque,
               void (*on_error)(rd_kafka_t *client, int error, const char *reason, void *opaque),
               rd_kafka_conf_t **conf)
{
    const struct kafka_property common[] = {
        {"bootstrap.servers", settings->brokers},
        {"client.id", settings->client_id},
        {"socket.nagle.disable", "true"},
        // Brokers close idle connections; that is no news.
        {"log.connection.close", "false"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *made = rd_kafka_conf_new();
    int status = set_ours(made, common);
    if (status == 0)
        status = set_ours(made, defaults);
    if (status == 0)
        status = kafka_properties_apply(made, settings, role);
    if (status == 0)
        status = set_ours(made, fixed);
    if (status != 0) {
        rd_kafka_conf_destroy(made);
        return status;
    }
    rd_kafka_conf_set_opaque(made, opaque);
    rd_kafka_conf_set_error_cb(made, on_error);
    rd_kafka_conf_set_log_cb(made, on_log);
    *conf = made;
    return 0;
}

int kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client)
{
    char message[512];
    *client = rd_kafka_new(type, conf, message, sizeof message);
    if (*client)
        return 0;
    // librdkafka takes the configuration only when it succeeds.
    rd_kafka_conf_destroy(conf);
    return fault(STATUS_CONFIG, "kafka: %s", message);
}

bool kafka_is_refusal(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR__SSL || error == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           error == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
           error == RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM;
}

const char *kafka_advice(rd_kafka_resp_err_t error)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR__SSL:
        return "see ssl.ca.location, ssl.certificate.location if the brokers ask for one, whether the certificates are in "
               "date, and whether that of the brokers names the host in kafka.brokers";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
        return "see sasl.mechanism, sasl.username and sasl.password in kafka.properties or its file, and whether the "
               "brokers know this user";
    case RD_KAFKA_RESP_ERR__RESOLVE: return "see the names of hosts in kafka.brokers";
    default:
        return "see whether they run, whether kafka.brokers names them, and whether security.protocol is that of their "
               "listener";
    }
}

static bool is_about_connections(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
           error == RD_KAFKA_RESP_ERR__RESOLVE || error == RD_KAFKA_RESP_ERR__TIMED_OUT ||
           error == RD_KAFKA_RESP_ERR__SSL || error == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

void kafka_outage_error(struct kafka_outage *outage, rd_kafka_resp_err_t error, const char *reason)
{
    if (!is_about_connections(error)) {
        log_warning("kafka: %s: %s", outage->who, reason);
        return;
    }
    outage->last_error = clock_monotonic_us();
    // With TLS 1.3 a broker refuses a certificate after the handshake: librdkafka takes that for lost transport.
    if (error == RD_KAFKA_RESP_ERR__TRANSPORT && strstr(reason, "SSL alert"))
        error = RD_KAFKA_RESP_ERR__SSL;
    if (kafka_is_refusal(error))
        outage->refusal = error;
    bool total = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (total && !outage->total)
        log_event(LOG_ERROR, KAFKA_AWAY, "kafka: %s: no broker can be reached (%s); waiting for one, nothing is lost: "
                  "%s", outage->who, reason, kafka_advice(outage->refusal ? outage->refusal : error));
    else if (!outage->begun)
        log_warning("kafka: %s: trouble with a broker: %s; %s", outage->who, reason, kafka_advice(error));
    outage->begun = true;
    outage->total |= total;
}

void kafka_outage_over(struct kafka_outage *outage)
{
    // Errors of one broker go on while the others answer: only their absence shows that it is back.
    if (!outage->begun || (!outage->total && clock_monotonic_us() - outage->last_error < QUIET_US))
        return;
    log_event(LOG_NOTICE, KAFKA_BACK, "kafka: %s: the cluster answers again", outage->who);
    outage->begun = outage->total = false;
    outage->refusal = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void kafka_outage_probe(struct kafka_outage *outage, rd_kafka_t *client)
{
    int64_t now = clock_monotonic_us();
    if (!outage->begun || now - outage->last_probe < PROBE_INTERVAL_US)
        return;
    outage->last_probe = now;
    const struct rd_kafka_metadata *metadata;
    // Known topics only, which also refreshes their leaders.
    if (rd_kafka_metadata(client, 0, NULL, &metadata, PROBE_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    rd_kafka_metadata_destroy(metadata);
    kafka_outage_over(outage);
}
