"""What topics may look like: compression, transactions, new partitions, several topics read at different
speeds, and what ordinary lag tools see."""
from random import Random

from confluent_kafka import Consumer, Producer, TopicPartition

from rig import case, stream
from rig.servers import CLIENT

END = "2026-06-01T00:00:00Z"


def calls(topic, subject, count, partition=0, day=1, start=0):
    return [stream.event(topic, "call.completed", f"2026-03-{day:02d}T{n // 60:02d}:{n % 60:02d}:00Z", subject,
                         {"direction": "outbound"}, id=f"{topic}-{partition}-{n}", partition=partition)
            for n in range(start, start + count)]


class Topics(case.SystemTest):
    def test_compressed(self):
        kinds = ["gzip", "snappy", "lz4", "zstd"]
        site = self.site(topics={kind: 1 for kind in kinds})
        site.start()
        records = []
        for kind in kinds:
            part = calls(kind, kind, 500) + [stream.tick(kind, END)]
            self.number(part)
            site.publish(part, compression_type=kind, linger_ms=50)
            records += part
        site.wait_for_lanes(stream.lane_ends(records))
        site.check(self.expected(site, records), records)

    def test_transactions(self):
        """Committed ones count, aborted ones never happened, and lane time passes the marks between them."""
        site = self.site(topics={"calls": 1})
        site.start()
        producer = Producer({"bootstrap.servers": self.kafka.brokers, "transactional.id": site.name, **CLIENT})
        producer.init_transactions(30)
        applied = []
        for number in range(6):
            producer.begin_transaction()
            part = calls("calls", f"t{number}", 10, start=number * 10)
            for record in part:
                producer.produce(site.prefix + "calls", record.value, record.key, partition=0, headers=record.headers)
            producer.flush(30)
            if number % 2:
                producer.abort_transaction(30)
            else:
                producer.commit_transaction(30)
                applied += part
        tick = stream.tick("calls", END)
        applied.append(tick)
        site.publish([tick], check_offsets=False)
        end = 6 * 11 + 1  # ten records and a mark each
        site.wait_for_lanes({("calls", 0): end})
        views, expected = site.views(), self.expected(site, applied)
        self.assertEqual(set(views["v_customer"]), {("t0",), ("t2",), ("t4",)})
        self.assertEqual(set(views["v_timeline"]), set(expected.views["v_timeline"]))

    def test_new_partitions(self):
        """Partitions that appear while it runs are read from their beginning."""
        site = self.site(topics={"calls": 1}, settings={"kafka": {
            "properties": ["topic.metadata.refresh.interval.ms=1000", "metadata.max.age.ms=3000"]}})
        site.start()
        first = calls("calls", "a", 50)
        site.publish(self.number(first))
        site.wait_for_lanes({("calls", 0): 50})
        self.kafka.grow(site.prefix + "calls", 4)
        more = [record for partition in range(1, 4) for record in calls("calls", f"p{partition}", 50, partition)]
        ticks = [stream.tick("calls", END, partition) for partition in range(4)]
        site.publish(more + ticks, topic_metadata_refresh_interval_ms=500)
        records = self.number(first + more + ticks)
        site.wait_for_lanes(stream.lane_ends(records))
        site.check(self.expected(site, records), records)

    def test_lag_is_seen(self):
        """Positions are committed to the group, behind the database."""
        site = self.site(topics={"calls": 2})
        instance = site.start()
        records = self.number([record for partition in range(2) for record in
                               calls("calls", f"p{partition}", 30, partition) + [stream.tick("calls", END, partition)]])
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        instance.stop()
        consumer = Consumer({"bootstrap.servers": self.kafka.brokers, "group.id": site.name, **CLIENT})
        self.addCleanup(consumer.close)
        lanes = [TopicPartition(site.prefix + "calls", partition) for partition in range(2)]
        self.assertEqual([lane.offset for lane in consumer.committed(lanes, timeout=30)], [31, 31])

    def test_one_topic_after_the_other(self):
        """The same customers in three topics that are read one after the other: most events are late, and what
        comes out is what the order of their times says."""
        site = self.site(settings={"type_prefix": "crm."})
        path = f"{site.folder}/random.tsv"
        stream.generate(path, seed=77, events=6000, customers=150, prefix="crm.")
        records = stream.read(path)
        site.start()
        for topic in ("crm", "orders", "calls"):
            part = [record for record in records if record.topic == topic]
            site.publish(part)
            site.wait_for_lanes(stream.lane_ends(part))
        site.check(case.Expected(path, "--prefix", "crm."), records, 60)

    def test_one_lane_after_the_other(self):
        """So do two instances when each lane is read to its end before the next one is, whatever ids mean by then."""
        site = self.site(settings={"type_prefix": "crm.", "batch_events": 50})
        path = f"{site.folder}/random.tsv"
        stream.generate(path, seed=79, events=4000, customers=150, changes=40, prefix="crm.")
        records = stream.read(path)
        lanes = sorted({(record.topic, record.partition) for record in records})
        Random(79).shuffle(lanes)
        site.start()
        site.start()
        for lane in lanes:
            part = [record for record in records if (record.topic, record.partition) == lane]
            site.publish(part)
            site.wait_for_lanes({lane: len(part)})
        figures = site.check(case.Expected(path, "--prefix", "crm."), records, 60)
        for change in ("merged", "unmerged", "erased"):
            self.assertGreater(figures[f"guanxi.customer.{change}"], 0)

    def test_two_instances_share_a_backlog(self):
        site = self.site(settings={"type_prefix": "crm."})
        path = f"{site.folder}/random.tsv"
        stream.generate(path, seed=78, events=10000, customers=150, prefix="crm.")
        records = stream.read(path)
        site.publish(records)
        site.start()
        site.start()
        site.wait_for_lanes(stream.lane_ends(records))
        figures = site.check(case.Expected(path, "--prefix", "crm."), records, 60)
        self.assertGreater(figures["notices"], 100)
        self.assertEqual(figures["repeats"], 0)


if __name__ == "__main__":
    case.main()
