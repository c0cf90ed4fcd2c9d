"""`guanxid check --connections`: what it says when all is well, of everything that can be wrong, and of servers that
are away; and that nobody notices it."""
import json
import os
import signal
import socket
import subprocess
import time

from confluent_kafka import Consumer, TopicPartition

from rig import case, stream


BOUND = 25  # seconds, with both servers silent: 10 for each and some grace

# A clock that is wrong by a minute, for a program that is started with it.
WRONG_CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *at)
{
    int result = (int)syscall(SYS_clock_gettime, clock, at);
    if (clock == CLOCK_REALTIME)
        at->tv_sec += AHEAD;
    return result;
}
"""


class Connections(case.SystemTest):
    def setUp(self):
        self.here = self.site(topics={"calls": 3, "crm": 1}, migrate=False)

    def tearDown(self):
        self.kafka.start()
        self.postgres.start()

    def look(self, *arguments, **options):
        """(exit code, {subject: (state, detail)})"""
        done = self.here.command("check", "--connections", "--json", *arguments, **options)
        self.assertEqual(done.stderr, "")
        found = json.loads(done.stdout)
        self.assertEqual(found["problems"], [])
        lines = {one["subject"]: (one["state"], one["detail"]) for one in found["connections"]}
        self.assertEqual(len(lines), len(found["connections"]), "a subject twice")
        return done.returncode, lines

    def assert_found(self, lines, subject, state, *texts):
        self.assertIn(subject, lines)
        self.assertEqual(lines[subject][0], state, lines[subject])
        for text in texts:
            self.assertIn(text, lines[subject][1])

    def not_ok(self, lines):
        return {subject for subject, (state, _) in lines.items() if state != "ok"}

    # ------------------------------------------------------------------------------------------- all is well

    def test_well(self):
        self.here.migrate()
        done = self.here.command("check", "--connections")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        first, *lines = done.stdout.splitlines()
        self.assertTrue(first.endswith(": the configuration is sound"), first)
        self.assertEqual([line.split()[0] for line in lines], ["ok"] * len(lines))
        code, found = self.look()
        self.assertEqual((code, self.not_ok(found)), (0, set()))
        self.assertEqual([line[7:] for line in lines if "clock" not in line],
                         [f"{subject}: {detail}" for subject, (_, detail) in found.items() if "clock" not in subject])
        self.assertEqual(set(found), {
            "kafka.brokers", "kafka.topics well.calls", "kafka.topics well.crm", "kafka.group_id well",
            "kafka.reminders_topic well.out.reminders", "kafka.changes_topic well.out.changes", "postgres.conninfo",
            "PostgreSQL schema", "PostgreSQL rights", "PostgreSQL clock"})
        self.assert_found(found, "kafka.topics well.calls", "ok", "3 partitions")
        self.assert_found(found, "PostgreSQL schema", "ok", "0003_roles")

    def test_not_noticed(self):
        """Beside a daemon: it keeps its lanes, the group its offsets, and no topic gets a message."""
        self.here.migrate()
        instance = self.here.start()
        records = self.number([stream.event("calls", "call.completed", f"2026-03-01T00:{n:02d}:00Z", f"c{n}",
                                            {"direction": "outbound"}, id=str(n)) for n in range(30)])
        self.here.publish(records)
        self.here.wait_for_lanes(stream.lane_ends(records))
        self.here.wait_until_settled()
        time.sleep(1)  # what is committed to the group comes behind
        before, log = self.what_stands(), instance.log()
        for _ in range(3):
            code, lines = self.look()
            self.assertEqual((code, self.not_ok(lines)), (0, set()))
        self.assertEqual(self.what_stands(), before)
        self.assertEqual(instance.log(), log)
        self.assertEqual(instance.stop()[0], 0)

    def what_stands(self):
        """Epochs of lanes, offsets of the group, ends of all topics."""
        epochs = self.here.query("SELECT topic, partition, epoch, owner FROM guanxi.lane ORDER BY 1, 2")
        consumer = Consumer({"bootstrap.servers": self.kafka.brokers, "group.id": self.here.name})
        try:
            lanes = [TopicPartition(topic, partition) for topic, count in
                     (("calls", 3), ("crm", 1), ("out.reminders", 3), ("out.changes", 3))
                     for topic in [self.here.prefix + topic] for partition in range(count)]
            committed = [(one.topic, one.partition, one.offset) for one in consumer.committed(lanes, 10)]
            return epochs, committed, [consumer.get_watermark_offsets(one, 10) for one in lanes]
        finally:
            consumer.close()

    # --------------------------------------------------------------------------------------- what can be wrong

    def guard(self, name, what):
        self.kafka.guard(name, what)
        self.addCleanup(self.kafka.unguard, name, what)

    def test_topics(self):
        """Missing, and not allowed."""
        self.here.migrate()
        self.kafka.delete("topics.crm")
        self.kafka.delete("topics.out.changes")
        code, lines = self.look()
        self.assertEqual(code, 78)
        self.assertEqual(self.not_ok(lines), {"kafka.topics topics.crm", "kafka.changes_topic topics.out.changes"})
        self.assert_found(lines, "kafka.topics topics.crm", "wrong", "does not exist", "create it")
        self.assert_found(lines, "kafka.changes_topic topics.out.changes", "wrong", "does not exist", "create it")
        self.assertNotIn("topics.crm", self.kafka.admin.list_topics(timeout=10).topics)  # nor does looking make it
        self.guard("topics.calls", "read")
        self.guard("topics.out.reminders", "write")
        self.guard("topics", "group")
        code, lines = self.look()
        self.assertEqual(code, 78)
        self.assert_found(lines, "kafka.topics topics.calls", "wrong", "not allowed", "READ")
        self.assert_found(lines, "kafka.reminders_topic topics.out.reminders", "wrong", "not allowed", "WRITE")
        self.assert_found(lines, "kafka.group_id topics", "wrong", "not allowed", "READ")
        self.assert_found(lines, "kafka.brokers", "ok")
        self.assert_found(lines, "postgres.conninfo", "ok")

    def test_schema(self):
        code, lines = self.look()
        self.assertEqual((code, self.not_ok(lines)), (78, {"PostgreSQL schema"}))
        self.assert_found(lines, "PostgreSQL schema", "wrong", "guanxid migrate up")
        self.assertNotIn("PostgreSQL rights", lines)
        self.here.migrate()
        self.here.query("INSERT INTO guanxi.schema_version (version, name, checksum, applied_by, execution_ms) "
                        "VALUES (9, '0009_later', repeat('0', 64), 'x', 1)")
        code, lines = self.look()
        self.assertEqual((code, self.not_ok(lines)), (78, {"PostgreSQL schema"}))
        self.assert_found(lines, "PostgreSQL schema", "wrong", "newer than this program", "0009_later")

    def test_rights(self):
        self.here.migrate()
        self.here.query("CREATE ROLE half LOGIN")
        self.addCleanup(lambda: self.postgres.execute("DROP OWNED BY half; DROP ROLE half", "rights"))
        conninfo = f"{self.postgres.address} dbname=rights user=half".replace("user=postgres ", "")
        as_half = self.here.configure("half", postgres={"conninfo": conninfo})
        code, lines = self.look(config=as_half)
        self.assertEqual(code, 78)
        self.assert_found(lines, "PostgreSQL rights", "wrong", 'GRANT guanxi_writer TO "half"')
        self.assert_found(lines, "PostgreSQL schema", "wrong", "guanxi_writer")
        self.here.query("GRANT guanxi_writer TO half")
        self.assertEqual(self.look(config=as_half)[0], 0)
        self.here.query("REVOKE DELETE ON guanxi.timeline FROM guanxi_writer")
        code, lines = self.look(config=as_half)
        self.assertEqual((code, self.not_ok(lines)), (78, {"PostgreSQL rights"}))
        self.assert_found(lines, "PostgreSQL rights", "wrong", "half lacks 1 of them, first DELETE on guanxi.timeline")
        nobody = self.here.configure("nobody", postgres={"conninfo": conninfo.replace("user=half", "user=nobody_such")})
        code, lines = self.look(config=nobody)
        self.assertEqual(code, 78)
        self.assert_found(lines, "postgres.conninfo", "wrong", "nobody_such", "check user, password and pg_hba.conf")

    def test_clock(self):
        self.here.migrate()
        source, library = (os.path.join(self.here.folder, name) for name in ("wrong.c", "wrong.so"))
        with open(source, "w") as file:
            file.write(WRONG_CLOCK)
        for ahead in (60, -60):
            subprocess.run(["cc", "-shared", "-fPIC", f"-DAHEAD={ahead}", "-o", library, source], check=True)
            code, lines = self.look(environment={"LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0"})
            self.assertEqual((code, self.not_ok(lines)), (78, {"PostgreSQL clock"}), lines)
            self.assert_found(lines, "PostgreSQL clock", "wrong", "ahead of" if ahead > 0 else "behind", "NTP")

    def test_bad_configuration(self):
        """Then nobody is asked."""
        done = self.here.command("check", "--connections", "--json", "-D", "workers=0")
        self.assertEqual(done.returncode, 78)
        self.assertEqual(list(json.loads(done.stdout)), ["file", "problems", "files"])

    # ---------------------------------------------------------------------------------------------- who is away

    def test_away(self):
        self.here.migrate()
        self.kafka.stop_gracefully()
        code, lines = self.look()
        self.assertEqual((code, self.not_ok(lines)), (69, {"kafka.brokers"}))
        self.assert_found(lines, "kafka.brokers", "away", "Connection refused", "see whether they run")
        self.postgres.stop_fast()
        code, lines = self.look()
        self.assertEqual((code, set(lines)), (69, {"kafka.brokers", "postgres.conninfo"}))
        self.assert_found(lines, "postgres.conninfo", "away", "Connection refused")
        self.assertNotIn("\t", lines["postgres.conninfo"][1])
        self.kafka.start()
        code, lines = self.look()
        self.assertEqual((code, self.not_ok(lines)), (69, {"postgres.conninfo"}))

    def test_wrong_and_away(self):
        """What somebody has to mend goes before what may come by itself."""
        self.postgres.stop_fast()
        self.kafka.delete("wrong_and_away.crm")
        code, lines = self.look()
        self.assertEqual((code, self.not_ok(lines)), (78, {"postgres.conninfo", "kafka.topics wrong_and_away.crm"}))

    def test_silent(self):
        """Servers that take the connection and say nothing."""
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            config = self.here.configure("deaf", kafka={"brokers": f"127.0.0.1:{port}"}, postgres={
                "conninfo": f"host=127.0.0.1 port={port} dbname=x", "connect_timeout": "1 h"})
            began = time.monotonic()
            code, lines = self.look(config=config, timeout=60)
            self.assertLess(time.monotonic() - began, BOUND)
        self.assertEqual(code, 69)
        self.assert_found(lines, "kafka.brokers", "away")
        self.assert_found(lines, "postgres.conninfo", "away", "longer than connect_timeout")

    def test_falls_silent(self):
        """A broker that stops in the middle of it all: frozen, it still takes connections."""

        self.kafka.signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            code, lines = self.look(timeout=60)
            self.assertLess(time.monotonic() - began, BOUND)
            self.assertEqual(lines["kafka.brokers"][0], "away")
        finally:
            self.kafka.signal(signal.SIGCONT)


if __name__ == "__main__":
    case.main()
