// A Kafka broker for the demo: librdkafka's mock cluster in a process of its own. It keeps what it is told
// in memory, at most 5 MiB a partition, and is gone when this ends.
//
//   mock_broker TOPIC[:PARTITIONS]...
//
// Prints the address to begin with as one line, and lives until its standard input is closed or SIGTERM.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { MOST_PARTITIONS = 1000 };

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("mock_broker: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void create_topic(rd_kafka_mock_cluster_t *cluster, char *argument)
{
    long partitions = 1;
    char *colon = strchr(argument, ':');
    if (colon) {
        char *end;
        *colon = '\0';
        partitions = strtol(colon + 1, &end, 10);
        if (end == colon + 1 || *end != '\0' || partitions < 1 || partitions > MOST_PARTITIONS)
            die("%s: partitions must be 1..%d", argument, MOST_PARTITIONS);
    }
    rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(cluster, argument, (int)partitions, 1);
    if (error)
        die("%s: %s", argument, rd_kafka_err2str(error));
}

// Returns when standard input has ended or one of the signals came.
static void wait_for_the_end(int signals)
{
    struct pollfd sources[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        char ignored[256];
        if (poll(sources, 2, -1) < 0 && errno != EINTR)
            die("poll: %s", strerror(errno));
        if (sources[1].revents)
            return;
        if (sources[0].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
            return;
    }
}

int main(int argc, char **argv)
{
    char message[512];
    sigset_t set;
    // Before the first thread is started, so that every one inherits it.
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (signals < 0)
        die("signalfd: %s", strerror(errno));
    if (argc < 2)
        die("usage: mock_broker TOPIC[:PARTITIONS]...");

    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), message, sizeof message);
    if (!client)
        die("%s", message);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, 1);
    if (!cluster)
        die("the mock cluster could not be started");
    for (int i = 1; i < argc; i++)
        create_topic(cluster, argv[i]);
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    if (fflush(stdout) != 0)
        die("standard output: %s", strerror(errno));

    wait_for_the_end(signals);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    close(signals);
    return 0;
}
