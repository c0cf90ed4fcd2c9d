"""Metrics and health of the running daemon: lag as Kafka itself sees it, counts as the database has them, and nobody
who asks can hold anything up."""
import os
import socket
import subprocess
import time

from confluent_kafka import Consumer, Producer, TopicPartition

from rig import case, scrape, stream
from rig.servers import CLIENT, wait_until

END = "2026-06-01T00:00:00Z"
NOWHERE = "127.0.0.1:9"


def calls(count, partition=0, start=0, **more):
    return [stream.event("calls", "call.completed", f"2026-03-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z",
                         f"c{partition}-{n % 50}", {"direction": "outbound"}, id=f"{partition}/{n}",
                         partition=partition, **more)
            for n in range(start, start + count)]


class MetricsTest(case.SystemTest):
    def tearDown(self):
        self.postgres.start()
        self.kafka.start()

    def served(self, site, name="guanxid", environment=None, **changes):
        """An instance that serves at a socket of its own: (instance, path)."""
        path = os.path.join(site.folder, f"{name}.sock")
        instance = site.start(site.configure(name, http={"listen": "", "socket": path}, **changes), environment)
        return instance, path

    def until(self, path, condition, what, seconds=30):
        """The first scrape of which the condition holds."""
        last = []

        def holds():
            status, text = scrape.get(path, "/metrics")
            last[:] = [scrape.Metrics(text)] if status == 200 else []
            return last and condition(last[0])
        try:
            wait_until(seconds, holds, what)
        except TimeoutError:
            raise AssertionError(f"{what}: not within {seconds} s\n{last[0].text if last else 'no answer'}") from None
        return last[0]


class Lag(MetricsTest):
    def ends(self, site, topic, partitions):
        """As the broker has them, for readers of committed records."""
        consumer = Consumer({"bootstrap.servers": self.kafka.brokers, "group.id": "looker",
                             "isolation.level": "read_committed", **CLIENT})
        try:
            return {(topic, partition): consumer.get_watermark_offsets(
                TopicPartition(site.prefix + topic, partition), 10)[1] for partition in range(partitions)}
        finally:
            consumer.close()

    def committed(self, site, lanes):
        """Offsets of the group, as lag tools see them."""
        consumer = Consumer({"bootstrap.servers": self.kafka.brokers, "group.id": site.name, **CLIENT})
        try:
            found = consumer.committed([TopicPartition(site.prefix + topic, partition) for topic, partition in lanes], 10)
            return {(one.topic[len(site.prefix):], one.partition): one.offset for one in found}
        finally:
            consumer.close()

    def assert_lag(self, site, path, expected, seconds=30):
        """Every lane lags exactly so many offsets behind Kafka's own ends."""
        ends = {}
        for topic, partition in expected:
            ends.update(self.ends(site, topic, partition + 1))
        ends = {lane: ends[lane] for lane in expected}
        found = self.until(path, lambda metrics: (metrics.lanes("guanxi_kafka_consumer_lag", site.prefix) == expected and
                                                  metrics.lanes("guanxi_kafka_log_end_offset", site.prefix) == ends),
                           f"lags {expected} behind {ends}", seconds)
        positions = found.lanes("guanxi_kafka_consumer_committed_offset", site.prefix)
        self.assertEqual({lane: ends[lane] - positions[lane] for lane in ends}, expected)
        seconds = found.lanes("guanxi_kafka_consumer_lag_seconds", site.prefix)
        for lane, lag in expected.items():
            self.assertEqual(seconds[lane] == 0, lag == 0, (lane, seconds))
        return found

    def test_lag_is_kafkas(self):
        """Before the first message, with an idle topic, behind a transaction, with a new partition."""
        site = self.site(topics={"calls": 3, "orders": 1})
        instance, path = self.served(site, kafka={"properties": ["topic.metadata.refresh.interval.ms=500"]})
        lanes = {("calls", 0): 0, ("calls", 1): 0, ("calls", 2): 0, ("orders", 0): 0}
        self.assert_lag(site, path, lanes)
        site.publish(self.number(calls(700) + calls(300, 1)))
        site.wait_for_lanes({("calls", 0): 700, ("calls", 1): 300})
        found = self.assert_lag(site, path, lanes)
        self.assertEqual(found.value("guanxi_kafka_assigned_partitions"), 4)
        self.assertEqual(found.value("guanxi_events_consumed_total", topic=site.prefix + "calls"), 1000)
        wait_until(30, lambda: self.committed(site, [("calls", 0)]) == {("calls", 0): 700}, "the group's offset")
        # A control record stands at the end: it counts as an offset, but not as something to be read.
        producer = Producer({"bootstrap.servers": self.kafka.brokers, "transactional.id": site.name, **CLIENT})
        producer.init_transactions(30)
        producer.begin_transaction()
        record = calls(1, 2)[0]
        producer.produce(site.prefix + "calls", record.value, record.key, 2, headers=record.headers)
        producer.commit_transaction(30)
        wait_until(30, lambda: self.ends(site, "calls", 3)[("calls", 2)] == 2, "the mark of the transaction")
        self.assert_lag(site, path, lanes)
        self.kafka.grow(site.prefix + "calls", 4)
        self.assert_lag(site, path, {**lanes, ("calls", 3): 0}, 60)
        site.publish(calls(20, 3), check_offsets=False)
        site.wait_for_lanes({("calls", 3): 20})
        self.assert_lag(site, path, {**lanes, ("calls", 3): 0})
        self.assertTrue(instance.running())

    def test_lane_that_stands_still(self):
        """What a halted lane does not read is its lag, by the age of its oldest record."""
        site = self.site(topics={"calls": 2}, settings={"poison_window": 10, "poison_share": 0.5})
        _, path = self.served(site)
        bad = [stream.Record("calls", b"no event", b"k", 0, [("content-type", b"application/cloudevents+json")])
               for _ in range(20)]
        site.publish(self.number(calls(5) + bad))
        wait_until(30, lambda: site.lane("calls")[1] == "halted", "the lane halts")
        site.publish(calls(40), check_offsets=False)
        behind = 65 - site.lane("calls")[0]
        self.assertGreater(behind, 40)
        found = self.assert_lag(site, path, {("calls", 0): behind, ("calls", 1): 0})
        self.assertEqual(found.value("guanxi_lane_state", topic=site.prefix + "calls", partition=0, state="halted"), 1)
        self.assertEqual(found.value("guanxi_lane_state", topic=site.prefix + "calls", partition=0, state="running"), 0)
        self.assertEqual(found.value("guanxi_lane_state", topic=site.prefix + "calls", partition=1, state="running"), 1)
        before = found.lanes("guanxi_kafka_consumer_lag_seconds", site.prefix)
        time.sleep(3)
        later = scrape.metrics(path).lanes("guanxi_kafka_consumer_lag_seconds", site.prefix)
        self.assertAlmostEqual(later["calls", 0] - before["calls", 0], 3, delta=1)
        self.assertLess(later["calls", 0], 60)
        status, text = scrape.get(path, "/readyz?verbose")
        self.assertEqual(status, 200, text)  # the other lane goes on
        self.assertIn("1 halted", text)

    def test_lost_lane(self):
        """Each lane is shown by the instance that owns it, and by no other."""
        site = self.site(topics={"calls": 4})
        every = {("calls", n): 0.0 for n in range(4)}

        def shown(path):
            return scrape.metrics(path).lanes("guanxi_kafka_consumer_lag", site.prefix)
        first, one = self.served(site, "one")
        self.until(one, lambda metrics: metrics.lanes("guanxi_kafka_consumer_lag", site.prefix) == every, "all lanes")
        second, two = self.served(site, "two")
        self.until(two, lambda metrics: len(metrics.lanes("guanxi_kafka_consumer_lag", site.prefix)) == 2, "two lanes")
        wait_until(30, lambda: len(shown(one)) == 2, "the first one has two lanes left")
        self.assertEqual({**shown(one), **shown(two)}, every)
        self.assertGreaterEqual(scrape.metrics(one).value("guanxi_kafka_rebalances_total"), 2)
        self.assertEqual(second.stop()[0], 0)
        wait_until(30, lambda: shown(one) == every, "the first one has them all again")
        self.assertEqual(first.stop()[0], 0)

    def test_database_away(self):
        """The lag grows while nothing can be committed, and is told to be so."""
        site = self.site(topics={"calls": 1})
        _, path = self.served(site)
        site.publish(self.number(calls(100)))
        site.wait_for_lanes({("calls", 0): 100})
        wait_until(5, lambda: scrape.get(path, "/readyz")[0] == 200, "ready")
        self.postgres.stop_immediately()
        site.publish(calls(250, start=100), check_offsets=False)
        found = self.assert_lag(site, path, {("calls", 0): 250})
        self.assertEqual(found.value("guanxi_postgres_up"), 0)
        self.assertEqual(found.value("guanxi_kafka_up"), 1)
        self.assertGreater(found.total("guanxi_postgres_errors_total"), 0)
        status, text = scrape.get(path, "/readyz?verbose")
        self.assertEqual(status, 503)
        self.assertIn("[-]postgres failed: ", text)
        self.assertIn("[+]kafka ok", text)
        self.assertEqual(scrape.get(path, "/livez"), (200, "ok\n"))
        self.postgres.start()
        self.assert_lag(site, path, {("calls", 0): 0})
        wait_until(30, lambda: scrape.get(path, "/readyz")[0] == 200, "ready again")
        self.assertEqual(scrape.metrics(path).value("guanxi_postgres_up"), 1)


class Counts(MetricsTest):
    def test_what_became_of_records(self):
        site = self.site(topics={"calls": 1}, settings={"unknown_types": "ignore", "poison_share": 1.0})
        records = self.number(calls(10))
        _, path = self.served(site)
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        records += calls(2, start=3)                                                    # duplicates
        records.append(stream.event("calls", "visit.completed", "2026-02-01T00:00:00Z", "c0-1",
                                    {"direction": "inbound"}))                          # late
        records.append(stream.event("calls", "webinar.seen", "2026-03-02T00:00:00Z", "c0-1"))
        records.append(stream.Record("calls", b"{", b"k", 0, [("content-type", b"application/cloudevents+json")]))
        records.append(stream.event("calls", "order.placed", "2026-03-02T00:00:00Z", "c0-2",
                                    {"order_id": "1", "amount": "x", "currency": "CNY"}))
        records.append(stream.event("calls", "call.completed", "2026-03-01T00:05:00Z", "c0-5",
                                    {"direction": "inbound"}, id="0/5"))                # another content
        records.append(stream.Record("calls", None, b"k", 0, []))
        records.append(stream.event("calls", "message.received", "2026-03-02T00:00:00Z", "asks", {}))
        records.append(stream.tick("calls", END))
        site.publish(self.number(records)[10:])
        site.wait_for_lanes(stream.lane_ends(records))
        found = self.until(path, lambda metrics: metrics.total("guanxi_reminder_notices_released_total") > 0 and
                           metrics.value("guanxi_outbox_messages", state="released") == 0, "reminders go out", 60)
        for result, count in {"applied": 11, "duplicate": 2, "late": 1, "unknown": 1, "quarantined": 3, "tombstone": 1,
                              "tick": 1}.items():
            self.assertEqual(found.total("guanxi_events_processed_total", result=result), count, result)
        self.assertEqual(found.value("guanxi_events_processed_total", type="call.completed", result="applied"), 10)
        self.assertEqual(found.total("guanxi_events_processed_total"), len(records))
        self.assertEqual(found.value("guanxi_events_consumed_total", topic=site.prefix + "calls"), len(records))
        for reason, count in {"not_json": 1, "bad_amount": 1, "conflict": 1, "too_large": 0}.items():
            self.assertEqual(found.value("guanxi_events_quarantined_total", reason=reason), count, reason)
        held = site.query("SELECT count(*) FROM guanxi.v_quarantine")[0][0]
        self.assertEqual(found.total("guanxi_events_quarantined_total"), held)
        self.assertEqual(found.value("guanxi_reminder_notices_released_total", kind="response", notice=1), 1)
        self.assertGreaterEqual(found.value("guanxi_batches_total"), 1)
        self.assertEqual(found.value("guanxi_batch_size_events_sum"), len(records))
        self.assertGreater(found.value("guanxi_batch_stage_duration_seconds_count", stage="commit"), 0)
        # What is read of the database comes with the next look at it; customers are counted more seldom.
        found = self.until(path, lambda metrics: metrics.value("guanxi_quarantine_held") == held and
                           metrics.value("guanxi_timers_due") == 0, "the next sample", 40)
        self.assertIsNotNone(found.value("guanxi_watermark_timestamp_seconds"))
        self.assertIsNotNone(found.value("guanxi_customers", level="basic"))

    def test_customers_by_level(self):
        site = self.site(topics={"calls": 1})
        records = self.number(calls(200) + [stream.tick("calls", END)])
        first, _ = self.served(site)
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        first.stop()
        _, path = self.served(site, "again")
        found = self.until(path, lambda metrics: metrics.total("guanxi_customers") > 0, "customers are counted")
        levels = dict(site.query("SELECT level_code, count(*) FROM guanxi.v_customer GROUP BY 1"))
        self.assertGreater(sum(levels.values()), 0)
        for level in ("basic", "reactive", "accountable", "proactive"):
            self.assertEqual(found.value("guanxi_customers", level=level), levels.get(level, 0))

    def test_promtool_agrees(self):
        """The text is sound in form and names; build and process tell of themselves."""
        site = self.site(topics={"calls": 1})
        _, path = self.served(site)
        records = self.number(calls(20))
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        found = self.until(path, lambda metrics: metrics.total("guanxi_customers") >= 0, "an answer")
        done = subprocess.run(["promtool", "check", "metrics"], input=found.text, capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertIn('guanxi_build_info{version="', found.text)
        self.assertAlmostEqual(found.value("process_start_time_seconds"), time.time(), delta=60)
        self.assertEqual(found.value("guanxi_config_last_reload_successful"), 1)


class Health(MetricsTest):
    def test_without_kafka(self):
        site = self.site(topics={"calls": 1})
        instance, path = self.served(site, kafka={"brokers": NOWHERE})
        instance.wait_for_log("no broker can be reached")
        wait_until(5, lambda: "[-]kafka failed: no broker can be reached" in scrape.get(path, "/readyz?verbose")[1],
                   "it is told what is missing")
        status, text = scrape.get(path, "/readyz?verbose")
        self.assertEqual(status, 503)
        self.assertIn("[+]postgres ok", text)
        self.assertEqual(scrape.get(path, "/livez")[0], 200)
        self.assertEqual(scrape.metrics(path).value("guanxi_kafka_up"), 0)
        self.assertEqual(instance.stop()[0], 0)

    def test_two_instances_by_default(self):
        """The second one on a host says what is in its way, and works."""
        site = self.site(topics={"calls": 2})
        port = socket.create_server(("127.0.0.1", 0))
        listen = f"127.0.0.1:{port.getsockname()[1]}"
        instance = site.start(site.configure("taken", http={"listen": listen}))
        instance.wait_for_log("Address already in use")
        for text in ("http.listen", listen, "address of its own"):
            self.assertIn(text, instance.log())
        records = self.number(calls(20))
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        port.close()
        instance.wait_for_log("are served at " + listen, 30)  # when the address is free
        self.assertEqual(instance.log().count(" error "), 1, instance.log_tail())

    def test_clients_hold_nothing_up(self):
        """Connections that say little and do not go, more than are let in, while events come in."""
        site = self.site(topics={"calls": 1})
        instance, path = self.served(site)
        listen = f"127.0.0.1:{self.free_port()}"
        instance.stop()
        instance = site.start(site.configure("open", http={"listen": listen, "socket": path}))
        wait_until(30, lambda: scrape.get(path, "/readyz")[0] == 200, "ready")
        host, port = listen.split(":")
        idle = []
        for n in range(90):  # more than are let in
            one = socket.create_connection((host, int(port)), timeout=5)
            one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" if n % 2 else b"G")
            idle.append(one)
        records = self.number(calls(5000))
        began = time.monotonic()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records), 30)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(scrape.get(path, "/livez")[0], 200)
        self.assertLess(scrape.metrics(path).value("process_open_fds"), 200)
        for one in idle:
            one.close()
        wait_until(30, lambda: self.answers(host, int(port)), "room for others again")
        self.assertEqual(instance.stop()[0], 0)

    @staticmethod
    def free_port():
        with socket.create_server(("127.0.0.1", 0)) as server:
            return server.getsockname()[1]

    @staticmethod
    def answers(host, port):
        try:
            with socket.create_connection((host, port), timeout=2) as one:
                one.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                return one.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


if __name__ == "__main__":
    case.main()
