// Erasure: nothing of a customer is left anywhere but a digest, nothing of others is touched, and who comes again
// is known by the digest.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/change_ids.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

// In every text of every table for gone-1 and gone-2, of which the second was merged into the first, and for
// stays-1 and stays-2 likewise. $ is the mark.
static const char fill[] =
    "INSERT INTO guanxi.customer (version, policy, warmth, level, stage, home, customer_id, book)"
    " VALUES (1, 1, 0, 1, 1, 1, '$-1', convert_to('$-', 'UTF8'));"
    "INSERT INTO guanxi.timeline (occurred_at, type, customer_id, source, event_id, data, recorded_as)"
    " VALUES (now(), 1, '$-1', '$-', '$-', '{\"x\":\"$-\"}', ''), (now(), 1, '$-1', '$-', '$-', '{}', '$-2'),"
    " (now(), 35, '$-1', '$-', '$-m', '{\"into\":\"$-1\"}', '$-2');"
    "UPDATE guanxi.timeline SET names = '$-1', winner = '$-2' WHERE event_id = '$-m';"
    "WITH held AS (INSERT INTO guanxi.parcel (held, from_at, until_at, home, messages, customers, instants, numbers,"
    " sources, event_ids) SELECT true, now(), now(), 1, 2, '{$-1,else}', ARRAY[now(), now()], '{1,1}', '{$-,NULL}',"
    " '{$-,NULL}' FROM generate_series(1, 2) RETURNING parcel_id),"
    " revoked AS (INSERT INTO guanxi.revoked (parcel_id, customer_id) SELECT max(parcel_id), '$-1' FROM held)"
    "INSERT INTO guanxi.transition (at, parcel, n, detail, kind, from_state, to_state, customer_id, source, event_id)"
    " SELECT now(), min(parcel_id), 1, 0, 0, 1, 2, '$-1', '$-', '$-' FROM held;"
    "INSERT INTO guanxi.promise (by, state, customer_id, promise_id, about) VALUES (0, 1, '$-1', '$-', '$-');"
    "INSERT INTO guanxi.objection (raised_at, kind, cause, customer_id) VALUES (now(), 1, 1, '$-1');"
    "INSERT INTO guanxi.profile (customer_id, name, owner, manager, channel) VALUES ('$-1', '$-', '$-', '$-', '$-');"
    "INSERT INTO guanxi.reminder (reminder_id, anchor, due_at, opened_at, home, kind, notices, customer_id,"
    " promise_id, closed_source, closed_event) SELECT gen_random_uuid(), 1, now(), now(), 1, 7, 1, c, '$-', '$-', '$-'"
    " FROM (VALUES ('$-1'), ('$-2')) AS v (c);"
    "INSERT INTO guanxi.notice (reminder_id, at, home, notice, recipients, customer_id, about)"
    " VALUES (gen_random_uuid(), now(), 1, 1, 1, '$-1', '$-');"
    "INSERT INTO guanxi.outbox (at, home, kind, customer_id, source, event_id, payload)"
    " VALUES (now(), 1, 2, '$-1', '$-', '$-', '$-');"
    "INSERT INTO guanxi.parcel (home, messages, customers, instants, numbers, reminder_ids, sources, event_ids,"
    " payloads) VALUES (1, 2, '{$-1,$-2}', ARRAY[now(), now()], '{1,1}', ARRAY[gen_random_uuid(), NULL],"
    " '{$-,NULL}', '{$-,NULL}', '{$-,$-}');"
    "INSERT INTO guanxi.quarantine (\"offset\", partition, topic, reason, detail, source, event_id, subject, key,"
    " headers, payload) SELECT 1, 1, 't', 'nul', '$-', '$-', '$-', '$-2', convert_to(k, 'UTF8'),"
    " convert_to('$-', 'UTF8'), convert_to('$-', 'UTF8') FROM (VALUES ('$-1'), ('k')) AS v (k);"
    "INSERT INTO guanxi.alias (at, customer_id, into_id) VALUES (now(), '$-2', '$-1');"
    "INSERT INTO guanxi.rank (epoch, valued_at, as_of, customers, changed, daily, segments)"
    " VALUES (0, now(), '2026-01-01', 1, 0, true, '{}') ON CONFLICT DO NOTHING;"
    "INSERT INTO guanxi.value (m, clv, as_of, f, recency_days, x, t_x, t_age, abc, tier, target_level, changed,"
    " customer_id) VALUES (1, 1, '2026-01-01', 1, 1, 1, 1, 1, 'A', 1, 1, false, '$-1');"
    "INSERT INTO guanxi.unranked (epoch, customer_id) VALUES (0, '$-1');"
    "INSERT INTO guanxi.departed (home, customer_id) VALUES (1, '$-2');";

static void fill_for(const char *mark)
{
    char *sql = NULL;
    size_t size;
    FILE *out = open_memstream(&sql, &size);
    assert_non_null(out);
    for (const char *at = fill; *at; at++) {
        if (*at == '$')
            fputs(mark, out);
        else
            fputc(*at, out);
    }
    fclose(out);
    test_sql(&test.database, sql);
    free(sql);
}

// All data as pg_dump gives it, bytes in hexadecimal. Freed by the caller.
static char *dump(void)
{
    char command[1024], piece[4096];
    char *text = NULL;
    size_t size, taken;
    int length = snprintf(command, sizeof command, "pg_dump --data-only --inserts --schema=guanxi -d '%s'",
                          test.database.conninfo);
    assert_true(length > 0 && (size_t)length < sizeof command);
    FILE *out = open_memstream(&text, &size), *in = popen(command, "r");
    assert_true(out && in);
    while ((taken = fread(piece, 1, sizeof piece, in)) > 0)
        fwrite(piece, 1, taken, out);
    assert_int_equal(pclose(in), 0);
    fclose(out);
    return text;
}

// Columns that could hold a text of a customer and do not have the mark, as a text or in hexadecimal.
static const char unmarked[] =
    "CREATE FUNCTION public.unmarked(mark text) RETURNS SETOF text LANGUAGE plpgsql AS $$"
    " DECLARE item record; found boolean;"
    " BEGIN"
    "  FOR item IN SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    "    WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
    "    AND a.atttypid IN ('text'::regtype, 'bytea'::regtype, 'text[]'::regtype)"
    "    AND c.relname NOT IN ('schema_version', 'lane', 'loss', 'event_type', 'policy', 'checklist_item',"
    "      'secret', 'erased')"
    "    AND (c.relname, a.attname) NOT IN (('quarantine', 'topic'), ('quarantine', 'reason'),"
    "      ('quarantine', 'state'), ('quarantine', 'type'), ('rank', 'segments'))"
    "  LOOP"
    "   EXECUTE format('SELECT EXISTS (SELECT FROM guanxi.%I WHERE %I::text LIKE ''%%'' || $1 || ''%%''"
    "     OR %I::text LIKE ''%%'' || encode(convert_to($1, ''UTF8''), ''hex'') || ''%%'')',"
    "     item.relname, item.attname, item.attname) USING mark INTO found;"
    "   IF NOT found THEN RETURN NEXT item.relname || '.' || item.attname; END IF;"
    "  END LOOP;"
    " END $$";

// All rows that have a mark of those who stay, except parcels.
#define OTHERS                                                                                                  \
    "SELECT md5(string_agg(x, '' ORDER BY x)) FROM (SELECT t::text AS x FROM guanxi.customer t"                 \
    " UNION ALL SELECT t::text FROM guanxi.timeline t UNION ALL SELECT t::text FROM guanxi.transition t"         \
    " UNION ALL SELECT t::text FROM guanxi.promise t UNION ALL SELECT t::text FROM guanxi.objection t"           \
    " UNION ALL SELECT t::text FROM guanxi.profile t UNION ALL SELECT t::text FROM guanxi.reminder t"            \
    " UNION ALL SELECT t::text FROM guanxi.notice t UNION ALL SELECT t::text FROM guanxi.outbox t"               \
    " UNION ALL SELECT t::text FROM guanxi.parcel t UNION ALL SELECT t::text FROM guanxi.quarantine t"           \
    " UNION ALL SELECT t::text FROM guanxi.revoked t"                                                            \
    " UNION ALL SELECT t::text FROM guanxi.value t UNION ALL SELECT t::text FROM guanxi.unranked t"              \
    " UNION ALL SELECT t::text FROM guanxi.alias t UNION ALL SELECT t::text FROM guanxi.departed t) AS v"        \
    " WHERE x LIKE '%stays-%' OR x LIKE '%73746179732d%'"

static void nothing_of_a_customer_is_left(void **state)
{
    (void)state;
    static const char hex[] = "676f6e652d"; // gone-
    char others[64];
    test_sql(&test.database, unmarked);
    fill_for("stays");
    snprintf(others, sizeof others, "%s", test_sql_text(&test.database, OTHERS));
    fill_for("gone");
    // What is not filled is not tested.
    EXPECT("SELECT public.unmarked('gone-')", "");
    char *before = dump();
    assert_true(strstr(before, "gone-") && strstr(before, hex));
    free(before);
    assert_done(test_erase(test.store, "gone-1"));
    char *after = dump();
    assert_null(strstr(after, "gone-"));
    assert_null(strstr(after, hex));
    assert_non_null(strstr(after, "stays-"));
    free(after);
    assert_string_equal(others, test_sql_text(&test.database, OTHERS));
    EXPECT("SELECT times, stands FROM guanxi.erased", "1|t\n1|t\n");
    EXPECT("SELECT epoch FROM guanxi.identity", "1\n");
}

static void records_in_quarantine_keep_no_bytes(void **state)
{
    (void)state;
    test_sql(&test.database,
             "INSERT INTO guanxi.quarantine (\"offset\", partition, topic, reason, detail, state, resolved_at, source,"
             " event_id, type, subject, key, headers, payload) VALUES"
             " (1, 1, 't', 'nul', 'd', 'held', NULL, 's', 'e', 'x', 'a', NULL, 'h', 'p'),"
             " (2, 1, 't', 'nul', 'd', 'held', NULL, NULL, NULL, NULL, NULL, 'a', 'h', 'p'),"
             " (3, 1, 't', 'nul', 'd', 'applied', '2020-01-01', NULL, NULL, NULL, 'a', 'k', 'h', 'p'),"
             " (4, 1, 't', 'nul', 'd', 'held', NULL, NULL, NULL, NULL, 'b', 'ab', 'h', 'a'),"
             " (5, 1, 't', 'nul', 'd', 'held', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
    assert_done(test_erase(test.store, "a"));
    EXPECT("SELECT \"offset\", state, resolved_at IS NULL, detail, num_nulls(source, event_id, subject, key, headers,"
           " payload), type FROM guanxi.quarantine ORDER BY 1",
           "1|discarded|f||6|x\n2|discarded|f||6|\n3|applied|f||6|\n4|held|t|d|2|\n5|held|t|d|6|\n");
    EXPECT("SELECT resolved_at = '2020-01-01Z' FROM guanxi.quarantine WHERE \"offset\" = 3", "t\n");
}

// The erasure itself may come out of quarantine.
static void a_record_that_is_settled_with_it_stays_applied(void **state)
{
    (void)state;
    test_sql(&test.database, "INSERT INTO guanxi.quarantine (\"offset\", partition, topic, reason, detail, subject)"
                             " VALUES (1, 1, 't', 'future', 'd', 'a')");
    struct span id = SPAN_LITERAL("a");
    struct quarantine_settle settle = {
        .quarantine_id = atoi(test_sql_text(&test.database, "SELECT quarantine_id FROM guanxi.quarantine")),
        .applied = true};
    struct identity_change change = {.kind = IDENTITY_ERASE, .subject = id, .from = id, .ids = &id, .id_count = 1};
    struct store_write write = {.identity = &change, .settle = &settle, .settle_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    EXPECT("SELECT state, subject, detail FROM guanxi.quarantine", "applied||\n");
}

static const int32_t homes[1] = {1};

static struct outbox_row *released(size_t *count)
{
    struct outbox_row *outbox;
    assert_done(test.store->ops->released(test.store, homes, 1, 100, &test.arena, &outbox, count));
    return outbox;
}

static struct outbox_row message_of(const char *customer, enum outbox_kind kind)
{
    return (struct outbox_row){.customer_id = span_text(customer), .home = 1, .at = 5, .kind = kind, .n = 1,
                               .reminder_id = {7}, .released = true, .payload = SPAN_LITERAL("{}")};
}

static void messages_on_their_way_become_void(void **state)
{
    (void)state;
    struct outbox_row messages[5] = {message_of("a", OUTBOX_NOTICE), message_of("b", OUTBOX_NOTICE),
                                     message_of("a", OUTBOX_CLOSING), message_of("a", OUTBOX_IDENTITY),
                                     message_of("b", OUTBOX_IDENTITY)};
    struct notice_row notices[2] = {{.customer_id = SPAN_LITERAL("b"), .reminder_id = {7}, .notice = 1},
                                    {.customer_id = SPAN_LITERAL("c"), .reminder_id = {7}, .notice = 1}};
    struct store_write write = {.outbox = messages, .outbox_count = 5, .notices = notices, .notice_count = 2};
    assert_done(test.store->ops->write(test.store, &write));
    assert_done(test_erase(test.store, "a"));
    size_t count;
    struct outbox_row *outbox = released(&count);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        bool is_void = i == 0 || i == 2 || i == 3;
        assert_int_equal(outbox[i].is_void, is_void);
        assert_int_equal(outbox[i].kind, messages[i].kind);
        assert_int_equal(outbox[i].place, i + 1);
        assert_int_equal(outbox[i].of, 5);
        assert_int_equal(outbox[i].payload.size, is_void ? 0 : 2);
        assert_int_equal(outbox[i].reminder_id[0], is_void || i == 4 ? 0 : 7);
        assert_true(is_void ? !outbox[i].customer_id.data : span_equal(outbox[i].customer_id, SPAN_LITERAL("b")));
    }
    // Void ones count as delivered, and the rest stays where it is.
    assert_done(test.store->ops->delivered(test.store, outbox, 3));
    EXPECT("SELECT customer_id, state FROM guanxi.notice ORDER BY 1", "b|2\nc|0\n");
    outbox = released(&count);
    assert_int_equal(count, 2);
    assert_true(outbox[0].is_void && !outbox[1].is_void && outbox[1].kind == OUTBOX_IDENTITY);
    assert_done(test.store->ops->delivered(test.store, outbox, 2));
    EXPECT("SELECT count(*) FROM guanxi.parcel", "0\n");
}

// What the write says itself is sent: closings, and that the customer was erased.
static void the_erasure_itself_is_published(void **state)
{
    (void)state;
    struct span id = SPAN_LITERAL("a");
    struct outbox_row message = message_of("a", OUTBOX_IDENTITY);
    struct identity_change change = {.kind = IDENTITY_ERASE, .subject = id, .from = id, .ids = &id, .id_count = 1};
    struct store_write write = {.identity = &change, .outbox = &message, .outbox_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    size_t count;
    const struct outbox_row *outbox = released(&count);
    assert_int_equal(count, 1);
    assert_true(!outbox->is_void && outbox->kind == OUTBOX_IDENTITY && outbox->payload.size == 2);
}

static void *erase_with_a_store_of_its_own(void *outcome)
{
    struct store *store = test_store_open(&test, NULL);
    *(int *)outcome = test_erase(store, "a");
    store->ops->close(store);
    return NULL;
}

// Somebody releases a message of the customer at that moment: the erasure waits and finds it in its parcel.
static void a_message_that_is_being_released_does_not_escape(void **state)
{
    (void)state;
    struct customer_row customer = test_customer("a", 1);
    struct outbox_row message = {.customer_id = customer.id, .home = 1, .at = 5, .kind = OUTBOX_TRANSITION};
    struct store_write write = {.customers = &customer, .customer_count = 1, .outbox = &message, .outbox_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    test_sql(&test.database,
             "BEGIN; WITH due AS (DELETE FROM guanxi.outbox RETURNING home, customer_id, at)"
             " INSERT INTO guanxi.parcel (home, messages, customers, instants, numbers)"
             " SELECT home, 1, ARRAY[customer_id], ARRAY[at], '{1}' FROM due");
    pthread_t thread;
    int outcome = -1;
    assert_int_equal(pthread_create(&thread, NULL, erase_with_a_store_of_its_own, &outcome), 0);
    assert_true(test_await_waiting(&test.database, 1));
    test_sql(&test.database, "COMMIT");
    pthread_join(thread, NULL);
    assert_done(outcome);
    size_t count;
    const struct outbox_row *outbox = released(&count);
    assert_int_equal(count, 1);
    assert_true(outbox->is_void);
}

// Or somebody takes what was sent out of its parcel.
static void a_parcel_that_is_being_shortened_is_erased_as_it_is_left(void **state)
{
    (void)state;
    struct outbox_row messages[3] = {message_of("a", OUTBOX_CLOSING), message_of("b", OUTBOX_CLOSING),
                                     message_of("a", OUTBOX_CLOSING)};
    struct store_write write = {.outbox = messages, .outbox_count = 3};
    assert_done(test.store->ops->write(test.store, &write));
    test_sql(&test.database, "BEGIN; UPDATE guanxi.parcel SET messages = 2, kinds = kinds[2:3],"
                             " customers = customers[2:3], instants = instants[2:3], numbers = numbers[2:3],"
                             " reminder_ids = reminder_ids[2:3], payloads = payloads[2:3]");
    pthread_t thread;
    int outcome = -1;
    assert_int_equal(pthread_create(&thread, NULL, erase_with_a_store_of_its_own, &outcome), 0);
    assert_true(test_await_waiting(&test.database, 1));
    test_sql(&test.database, "COMMIT");
    pthread_join(thread, NULL);
    assert_done(outcome);
    EXPECT("SELECT messages, customers, payloads FROM guanxi.parcel", "2|{b,NULL}|{\"{}\",NULL}\n");
}

// Or somebody divides a parcel that has a message of the customer: it is void in both parts.
static void a_parcel_that_is_being_divided_is_erased_in_parts(void **state)
{
    (void)state;
    struct customer_row customer = test_customer("a", 1);
    struct transition_row steps[2] = {{.customer_id = customer.id, .home = 1, .at = 5, .message = 1},
                                      {.customer_id = customer.id, .home = 1, .at = 7, .message = 1}};
    steps[1].transition.kind = TRANSITION_STAGE;
    struct store_write write = {
        .customers = &customer, .customer_count = 1, .transitions = steps, .transition_count = 2};
    assert_done(test.store->ops->write(test.store, &write));
    test_sql(&test.database,
             "BEGIN; INSERT INTO guanxi.parcel (home, messages, customers, instants, numbers)"
             " SELECT home, 1, customers[1:1], instants[1:1], numbers[1:1] FROM guanxi.parcel;"
             " UPDATE guanxi.parcel SET from_at = until_at, messages = 1, customers = customers[2:2],"
             " instants = instants[2:2], numbers = numbers[2:2], sources = sources[2:2],"
             " event_ids = event_ids[2:2] WHERE held");
    pthread_t thread;
    int outcome = -1;
    assert_int_equal(pthread_create(&thread, NULL, erase_with_a_store_of_its_own, &outcome), 0);
    assert_true(test_await_waiting(&test.database, 1));
    test_sql(&test.database, "COMMIT");
    pthread_join(thread, NULL);
    assert_done(outcome);
    EXPECT("SELECT held, customers, messages FROM guanxi.parcel ORDER BY held", "f|{NULL}|1\nt|{NULL}|1\n");
    size_t count;
    assert_done(test.store->ops->release_changes(test.store, homes, 1, 9, 9, &count));
    assert_int_equal(count, 1); // whole as it is: the void message goes the way of others
    const struct outbox_row *outbox = released(&count);
    assert_int_equal(count, 2);
    assert_true(outbox[0].is_void && outbox[1].is_void);
}

static struct identity_row resolve(const char *id)
{
    struct span asked = span_text(id);
    struct identity_row row;
    int64_t epoch;
    assert_done(test.store->ops->resolve(test.store, &asked, 1, &test.arena, &row, &epoch));
    return row;
}

static void an_erased_id_is_known_until_it_is_readmitted(void **state)
{
    (void)state;
    assert_done(test_merge(test.store, "b", "a", "m"));
    assert_outcome(STORE_CONFLICT, test_readmit(test.store, "a"));
    assert_done(test_erase(test.store, "a"));
    assert_true(resolve("a").erased && resolve("b").erased && !resolve("c").erased);
    assert_true(span_equal(resolve("b").customer, SPAN_LITERAL("b")));
    assert_int_equal(resolve("b").merged, 0);
    assert_int_equal(resolve("a").erasures, 1);
    assert_int_equal(resolve("c").erasures, 0);
    assert_done(test_readmit(test.store, "a"));
    assert_outcome(STORE_CONFLICT, test_readmit(test.store, "a"));
    assert_true(!resolve("a").erased && resolve("b").erased);
    assert_int_equal(resolve("a").erasures, 1);
    assert_done(test_erase(test.store, "a"));
    assert_true(resolve("a").erased);
    assert_int_equal(resolve("a").erasures, 2);
    assert_true(test_epoch(test.store) == 4);
    EXPECT("SELECT count(*) FROM guanxi.customer", "0\n");
}

static void an_erasure_is_guarded(void **state)
{
    (void)state;
    struct customer_row row = test_customer("a", 1);
    struct identity_change change = {.kind = IDENTITY_ERASE, .subject = row.id, .ids = &row.id, .id_count = 1};
    struct store_write write = {.identity = &change};
    assert_done(test_write(test.store, &row, 1, NULL, 0));
    // It came to life after it was looked for.
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    write.delete_customers = &row;
    write.delete_customer_count = 1;
    row.version = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    EXPECT("SELECT (SELECT count(*) FROM guanxi.customer), (SELECT count(*) FROM guanxi.erased)", "1|0\n");
    row.version = 1;
    assert_done(test.store->ops->write(test.store, &write));
    EXPECT("SELECT (SELECT count(*) FROM guanxi.customer), (SELECT count(*) FROM guanxi.erased)", "0|1\n");
    EXPECT("SELECT count(*) FROM guanxi.departed", "0\n");
}

// RFC 4231, cases 1 to 4, 6 and 7.
static void digests_are_hmac_sha_256(void **state)
{
    (void)state;
    EXPECT("SELECT encode(guanxi.hmac(guanxi.hmac_pad(k, 54), guanxi.hmac_pad(k, 92), m), 'hex')"
           " FROM (VALUES (1, decode(repeat('0b', 20), 'hex'), 'Hi There'::bytea),"
           " (2, 'Jefe', 'what do ya want for nothing?'),"
           " (3, decode(repeat('aa', 20), 'hex'), decode(repeat('dd', 50), 'hex')),"
           " (4, decode('0102030405060708090a0b0c0d0e0f10111213141516171819', 'hex'),"
           "  decode(repeat('cd', 50), 'hex')),"
           " (6, decode(repeat('aa', 131), 'hex'), 'Test Using Larger Than Block-Size Key - Hash Key First'),"
           " (7, decode(repeat('aa', 131), 'hex'), 'This is a test using a larger than block-size key and a larger"
           " than block-size data. The key needs to be hashed before being used by the HMAC algorithm.'))"
           " AS v (n, k, m) ORDER BY n",
           "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7\n"
           "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\n"
           "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe\n"
           "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b\n"
           "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54\n"
           "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2\n");
    // The key is of 32 bytes, the same in both pads, and another one in another database.
    EXPECT("SELECT bool_and((get_byte(s.inner_pad, i) # 54) = (get_byte(s.outer_pad, i) # 92)"
           " AND (i < 32 OR get_byte(s.inner_pad, i) = 54)), length(s.inner_pad), length(s.outer_pad)"
           " FROM guanxi.secret s, generate_series(0, 63) i GROUP BY s.inner_pad, s.outer_pad",
           "t|64|64\n");
    EXPECT("SELECT guanxi.tombstone('客') = guanxi.hmac(inner_pad, outer_pad, '\\xe5aea2') FROM guanxi.secret", "t\n");
    char digest[80];
    snprintf(digest, sizeof digest, "%s", test_sql_text(&test.database, "SELECT guanxi.tombstone('a')"));
    struct test_database other;
    test_database_create(&other, true);
    assert_string_not_equal(digest, test_sql_text(&other, "SELECT guanxi.tombstone('a')"));
    test_database_drop(&other);
}

int main(void)
{
#define TEST(name) STORE_TEST(name)
    const struct CMUnitTest tests[] = {
        TEST(nothing_of_a_customer_is_left),
        TEST(records_in_quarantine_keep_no_bytes),
        TEST(a_record_that_is_settled_with_it_stays_applied),
        TEST(messages_on_their_way_become_void),
        TEST(the_erasure_itself_is_published),
        TEST(a_message_that_is_being_released_does_not_escape),
        TEST(a_parcel_that_is_being_divided_is_erased_in_parts),
        TEST(a_parcel_that_is_being_shortened_is_erased_as_it_is_left),
        TEST(an_erased_id_is_known_until_it_is_readmitted),
        TEST(an_erasure_is_guarded),
        TEST(digests_are_hmac_sha_256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
