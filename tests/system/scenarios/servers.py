"""Kafka and PostgreSQL that are not there, go away, or refuse: what it says, how it ends, how it goes on."""
import os
import time

from rig import case, stream
from rig.servers import wait_until

END = "2026-06-01T00:00:00Z"
NOWHERE = "127.0.0.1:9"  # the discard port: nobody listens


def calls(count, start=0):
    return [stream.event("calls", "call.completed", f"2026-03-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z",
                         f"c{n % 50}", {"direction": "outbound"}, id=str(n)) for n in range(start, start + count)]


class Refusals(case.SystemTest):
    """Whatever is wrong at the start: one message that says what, where and what to do, and its exit code."""

    def setUp(self):
        self.here = self.site(topics={"calls": 1})

    def ends(self, config, code, *texts, environment=None, seconds=40):
        self.assert_ends(self.here.start(config, environment), code, *texts, seconds=seconds)

    def test_postgres_unreachable(self):
        conninfo = f"host=127.0.0.1 port=9 dbname={self.here.name} user=postgres"
        self.ends(self.here.configure("off", postgres={"conninfo": conninfo}), 69, "PostgreSQL", "127.0.0.1", "port 9",
                  "Is the server running")

    def test_wrong_password(self):
        self.postgres.execute("DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'right'")
        with open(f"{self.postgres.folder}/data/pg_hba.conf", "r+") as file:
            rules = file.read()
            file.seek(0)
            file.write("host all guarded 127.0.0.1/32 scram-sha-256\n" + rules)
        self.postgres.execute("SELECT pg_reload_conf()")
        address = self.postgres.address.replace("user=postgres", "user=guarded")
        config = self.here.configure("wrong", postgres={"conninfo": f"{address} dbname={self.here.name}"})
        self.ends(config, 77, "password", environment={"GUANXI_POSTGRES_PASSWORD": "very-wrong"})
        self.assertNotIn("very-wrong", self.here.instances[-1].log())

    def test_no_database(self):
        config = self.here.configure("none", postgres={"conninfo": f"{self.postgres.address} dbname=nowhere"})
        self.ends(config, 78, "nowhere", "create the database")

    def test_schema_missing(self):
        self.postgres.execute(f'CREATE DATABASE "{self.here.name}_empty"')
        config = self.here.configure("empty", postgres={
            "conninfo": f"{self.postgres.address} dbname={self.here.name}_empty"})
        self.ends(config, 78, "migrate")

    def test_schema_newer(self):
        columns = self.here.query("SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
                                  "WHERE table_schema = 'guanxi' AND table_name = 'schema_version' "
                                  "AND column_name <> 'version'")[0][0]
        self.here.query(f"INSERT INTO guanxi.schema_version (version, {columns}) "
                        f"SELECT 9999, {columns} FROM guanxi.schema_version LIMIT 1")
        self.ends(None, 78, "newer")

    def test_no_permission(self):
        self.postgres.execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
        address = self.postgres.address.replace("user=postgres", "user=stranger")
        config = self.here.configure("stranger", postgres={"conninfo": f"{address} dbname={self.here.name}"})
        self.ends(config, 77, "guanxi_writer")

    def test_writer_is_enough(self):
        self.postgres.execute("DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN; GRANT guanxi_writer TO clerk")
        address = self.postgres.address.replace("user=postgres", "user=clerk")
        self.here.start(self.here.configure("clerk", postgres={"conninfo": f"{address} dbname={self.here.name}"}))
        self.publish_and_check(self.here, calls(100) + [stream.tick("calls", END)])

    def test_topic_missing(self):
        """A topic may come later: it says so once and reads the others; when it comes, it is read."""
        late = self.here.prefix + "late"
        config = self.here.configure("late", kafka={"topics": [self.here.prefix + "calls", late], "properties": [
            "topic.metadata.refresh.interval.ms=500"]})
        instance = self.here.start(config)
        records = self.number(calls(20))
        self.here.publish(records)
        instance.wait_for_log("not available: " + late)
        self.here.wait_for_lanes({("calls", 0): 20})
        time.sleep(2)
        self.assertTrue(instance.running())
        self.assertEqual(instance.log().count(late), 1, instance.log_tail())
        self.assertIn("create it", instance.log())
        self.kafka.create(late, 1)
        records += self.number([stream.event("late", "call.completed", "2026-03-01T00:00:00Z", "late",
                                             {"direction": "inbound"})])
        self.here.publish(records[-1:])
        self.here.wait_for_lanes({("calls", 0): 20, ("late", 0): 1})

    def test_kafka_unreachable(self):
        """It waits for Kafka, as for everything that can come back, says so once, and still ends when asked to."""
        instance = self.here.start(self.here.configure("nobroker", kafka={"brokers": NOWHERE}))
        instance.wait_for_log("no broker can be reached")
        time.sleep(3)
        self.assertTrue(instance.running(), instance.log_tail())
        for text in (NOWHERE, "kafka.brokers"):
            self.assertIn(text, instance.log())
        self.assertEqual(instance.log().count(" error "), 1, instance.log_tail())
        self.assertLess(len(instance.log().splitlines()), 6, instance.log_tail())
        self.assertEqual(instance.stop()[0], 0)

    def test_bad_configuration(self):
        """All of it is reported in one go, with file, line and a suggestion."""
        path = os.path.join(self.here.folder, "bad.conf")
        with open(path, "w") as file:
            file.write('brokers = "x";\nkafka = { topcs = ["a"]; group_id = 7; };\nclock = "sundial";\n')
        done = self.here.command("check", config=path)
        self.assertEqual(done.returncode, 78)
        for text in ("bad.conf:2", "topcs", "topics", "group_id", "clock", "bad.conf:3"):
            self.assertIn(text, done.stderr)
        self.assertEqual(self.here.command("check").returncode, 0)


class Rights(case.SystemTest):
    def test_topic_forbidden(self):
        """Without the right to read a topic its lanes halt and say so; the others go on."""
        here = self.site(topics={"calls": 1, "secret": 1})
        records = self.number(calls(20) + [stream.event("secret", "call.completed", "2026-03-01T00:00:00Z", "s",
                                                        {"direction": "inbound"})])
        here.publish(records)
        self.kafka.guard(here.prefix + "secret")
        instance = here.start()
        wait_until(30, lambda: here.lane("secret")[1] == "halted", "the lane halts")
        self.assertIn("authoriz", here.lane("secret")[2].lower())
        here.wait_for_lanes({("calls", 0): 20, ("secret", 0): 0})
        self.assertEqual(instance.log().count(" error "), 1, instance.log_tail())
        self.kafka.unguard(here.prefix + "secret")
        here.wait_for_lanes({("secret", 0): 1})


class GoingAway(case.SystemTest):
    def tearDown(self):
        self.postgres.start()
        self.kafka.start()

    def loaded(self, count=3000):
        """A site in the middle of work: an instance runs, records are there and more are to come."""
        site = self.site(topics={"calls": 1}, settings={"batch_events": 100})
        records = self.number(calls(count) + [stream.tick("calls", END)])
        instance = site.start()
        instance.wait_for_log("ours from offset")
        site.publish(records[:count // 2])
        return site, records, instance

    def finish(self, site, records):
        site.publish(records[(len(records) - 1) // 2:])
        site.wait_for_lanes(stream.lane_ends(records))
        site.check(self.expected(site, records), records)

    def quiet(self, instance, most=12):
        troubles = [line for line in instance.log().splitlines() if " info " not in line]
        self.assertLess(len(troubles), most, instance.log_tail(60))

    def test_database_away(self):
        site, records, instance = self.loaded()
        self.postgres.stop_fast()
        time.sleep(8)
        self.assertTrue(instance.running(), instance.log_tail())
        self.postgres.start()
        self.finish(site, records)
        self.quiet(instance)

    def test_database_crashes(self):
        site, records, instance = self.loaded()
        for _ in range(3):
            self.postgres.stop_immediately()
            self.postgres.start()
            time.sleep(0.5)
        self.finish(site, records)
        self.assertTrue(instance.running())

    def test_connections_cut(self):
        site, records, instance = self.loaded()
        for _ in range(5):
            self.postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                  f"WHERE datname = '{site.name}' AND pid <> pg_backend_pid()")
            time.sleep(0.3)
        self.finish(site, records)
        self.assertTrue(instance.running())

    def test_broker_away(self):
        site, records, instance = self.loaded()
        self.kafka.stop_gracefully()
        time.sleep(8)
        self.assertTrue(instance.running(), instance.log_tail())
        self.kafka.start()
        self.finish(site, records)
        self.quiet(instance)

    def test_broker_comes_later(self):
        """Started before its broker it reads as soon as that is there."""
        site = self.site(topics={"calls": 1})
        self.kafka.stop_gracefully()
        instance = site.start()
        instance.wait_for_log("no broker can be reached")
        self.kafka.start()
        records = self.number(calls(20) + [stream.tick("calls", END)])
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records), 30)
        self.quiet(instance, 8)

    def test_sigterm_under_load(self):
        site, records, instance = self.loaded(20000)
        site.publish(records[10000:])
        code, seconds = instance.stop()
        self.assertEqual(code, 0, instance.log_tail())
        self.assertLess(seconds, 10)
        site.start()
        site.wait_for_lanes(stream.lane_ends(records))
        site.check(self.expected(site, records), records)

    def test_sigterm_while_everything_is_away(self):
        site, records, instance = self.loaded()
        self.postgres.stop_immediately()
        self.kafka.stop_gracefully()
        time.sleep(2)
        code, seconds = instance.stop()
        self.postgres.start()
        self.kafka.start()
        self.assertEqual(code, 0, instance.log_tail())
        self.assertLess(seconds, 10)


if __name__ == "__main__":
    case.main()
