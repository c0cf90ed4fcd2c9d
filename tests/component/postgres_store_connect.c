// Connecting: what waiting may mend is away, what a person must mend is a status with advice.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

// The outcome of connecting so, and of one statement if that succeeds.
static int connect_with(const char *conninfo, const char *password)
{
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.conninfo = conninfo;
    settings.password = password;
    settings.connect_timeout = SECOND / 2;
    struct store *store;
    int outcome = postgres_store_open(&settings, &store);
    if (outcome)
        return outcome;
    outcome = store->ops->reconnect(store);
    struct span id = SPAN_LITERAL("a");
    struct customer_row row;
    if (outcome == 0)
        outcome = store->ops->load(store, &id, 1, &test.arena, &row);
    store->ops->close(store);
    return outcome;
}

static const char *conninfo_of(const char *user)
{
    static char conninfo[512];
    test_database_conninfo(&test.database, user, conninfo, sizeof conninfo);
    return conninfo;
}

static const char *conninfo_with(const char *more)
{
    static char conninfo[768];
    snprintf(conninfo, sizeof conninfo, "%s %s", test.database.conninfo, more);
    return conninfo;
}

static void a_wrong_connection_string_is_configuration(void **state)
{
    (void)state;
    assert_outcome(STATUS_CONFIG, connect_with("hots=x", NULL));
    assert_non_null(strstr(fault_message(), "hots"));
    assert_outcome(STATUS_CONFIG, connect_with(conninfo_with("sslmode=perhaps"), NULL));
    assert_outcome(STATUS_CONFIG, connect_with(conninfo_with("dbname=nowhere_at_all"), NULL));
    assert_non_null(strstr(fault_message(), "dbname"));
}

static void a_server_that_is_not_there_is_away(void **state)
{
    (void)state;
    assert_outcome(STORE_AWAY, connect_with("host=/nonexistent dbname=x", NULL));
    assert_outcome(STORE_AWAY, connect_with("host=127.0.0.1 port=1 dbname=x", NULL));
    assert_null(strchr(fault_message(), '\n'));
}

static void a_server_that_never_answers_is_given_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 5), 0);
    getsockname(listener, (struct sockaddr *)&address, &size);
    char conninfo[64];
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d dbname=x user=x", ntohs(address.sin_port));
    int64_t start = clock_monotonic_us();
    assert_outcome(STORE_AWAY, connect_with(conninfo, NULL));
    assert_in_range(clock_monotonic_us() - start, SECOND / 3, 5 * SECOND);
    close(listener);
}

static void a_login_that_is_refused_is_denied(void **state)
{
    (void)state;
    assert_outcome(STATUS_DENIED, connect_with(conninfo_of("nobody_of_ours"), NULL));
    assert_non_null(strstr(fault_message(), "28000"));
    test_sql(&test.database, "DROP ROLE IF EXISTS store_stranger; CREATE ROLE store_stranger LOGIN");
    assert_outcome(STATUS_DENIED,
                   connect_with(conninfo_of("store_stranger"), NULL)); // may connect, may not read
    assert_non_null(strstr(fault_message(), "guanxi_writer"));
    char sql[256];
    snprintf(sql, sizeof sql, "ALTER DATABASE %s CONNECTION LIMIT 0", test.database.name);
    test_sql(&test.database, sql);
    assert_outcome(STORE_AWAY, connect_with(conninfo_of("store_stranger"), NULL)); // 53300 passes
    test_sql(&test.database, "DROP ROLE store_stranger");
}

// Puts a line on top of pg_hba.conf, or takes it off again.
static void set_access(const char *line)
{
    static char kept[65536];
    static size_t kept_size;
    char path[512];
    snprintf(path, sizeof path, "%s/data/pg_hba.conf", getenv("GUANXI_TEST_POSTGRES_DIR"));
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    if (line) {
        kept_size = fread(kept, 1, sizeof kept, file);
        rewind(file);
        fprintf(file, "%s\n", line);
    }
    fwrite(kept, 1, kept_size, file);
    fflush(file);
    assert_int_equal(ftruncate(fileno(file), ftell(file)), 0);
    fclose(file);
    test_sql(&test.database, "SELECT pg_reload_conf(); SELECT pg_sleep(0.2)");
}

static void the_password_is_needed_and_must_be_right(void **state)
{
    (void)state;
    test_sql(&test.database, "DROP ROLE IF EXISTS store_locked;"
                             "CREATE ROLE store_locked LOGIN SUPERUSER PASSWORD 'open sesame'");
    set_access("local all store_locked scram-sha-256");
    assert_outcome(STATUS_DENIED, connect_with(conninfo_of("store_locked"), NULL));
    assert_outcome(STATUS_DENIED, connect_with(conninfo_of("store_locked"), "close sesame"));
    assert_null(strstr(fault_message(), "sesame"));
    assert_done(connect_with(conninfo_of("store_locked"), "open sesame"));
    set_access(NULL);
    test_sql(&test.database, "DROP ROLE store_locked");
}

static void a_read_only_server_is_away(void **state)
{
    (void)state;
    assert_outcome(STORE_AWAY,
                   connect_with(conninfo_with("options='-c default_transaction_read_only=on'"), NULL));
}

static void a_missing_schema_says_what_to_do(void **state)
{
    (void)state;
    test_sql(&test.database, "ALTER SCHEMA guanxi RENAME TO elsewhere");
    assert_outcome(STATUS_SCHEMA, connect_with(test.database.conninfo, NULL));
    assert_non_null(strstr(fault_message(), "guanxid migrate up"));
    assert_outcome(STATUS_SCHEMA, test.store->ops->check_schema(test.store));
}

// Starts the server again as this process' child: it ends with its parent, so no shell may stand between.
static void start_server(const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s/start", dir);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
}

static pid_t server_pid(const char *dir)
{
    char path[512];
    int pid = 0;
    snprintf(path, sizeof path, "%s/pid", dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    return pid;
}

static void a_server_that_crashed_is_found_again(void **state)
{
    (void)state;
    const char *dir = getenv("GUANXI_TEST_POSTGRES_DIR");
    struct lane_row lane = test_store_lane(test.store, 0);
    struct lane_advance advance = test_advance(&lane, 1);
    struct store_write write = {.lanes = &advance, .lane_count = 1, .durable = true};
    assert_done(test.store->ops->write(test.store, &write));
    pid_t server = server_pid(dir);
    assert_int_equal(kill(server, SIGQUIT), 0);
    for (int i = 0; i < 1000 && kill(server, 0) == 0; i++)
        usleep(10000);
    advance.from_offset = 1;
    advance.next_offset = 2;
    assert_outcome(STORE_AWAY, test.store->ops->write(test.store, &write));
    assert_outcome(STORE_AWAY, test.store->ops->reconnect(test.store));

    start_server(dir);
    int outcome = STORE_AWAY;
    for (int i = 0; i < 600 && outcome == STORE_AWAY; i++, usleep(50000))
        outcome = test.store->ops->reconnect(test.store);
    assert_done(outcome);
    struct lane_row now;
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_int_equal(now.next_offset, 1); // durable
    assert_done(test.store->ops->write(test.store, &write));
    PQreset(test.database.connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_wrong_connection_string_is_configuration),
        STORE_TEST(a_server_that_is_not_there_is_away),
        STORE_TEST(a_server_that_never_answers_is_given_up),
        STORE_TEST(a_login_that_is_refused_is_denied),
        STORE_TEST(the_password_is_needed_and_must_be_right),
        STORE_TEST(a_read_only_server_is_away),
        STORE_TEST(a_missing_schema_says_what_to_do),
        STORE_TEST(a_server_that_crashed_is_found_again),
    };
    return cmocka_run_group_tests_name("postgres_store_connect", tests, NULL, NULL);
}
