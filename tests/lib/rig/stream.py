"""Stream files (tests/support/stream_file.h): made by tests/tools/stream.c or from stories, published to Kafka."""
import json
import os
import subprocess
import urllib.parse
from collections import Counter

from confluent_kafka import Producer

from .servers import CLIENT

TOPICS = ["calls", "orders", "crm"]


def tool(name):
    return os.path.join(os.environ["GUANXI_BUILD_DIR"], "bin", name)


def generate(path, **options):
    """Writes a random stream; options as in tests/tools/stream.c, with _ for -."""
    arguments = []
    for name, value in options.items():
        name = "--" + name.replace("_", "-")
        arguments += [name] if value is True else [name, str(value)]
    with open(path, "wb") as file:
        subprocess.run([tool("stream"), *arguments], stdout=file, check=True)


class Record:
    __slots__ = ("topic", "partition", "phase", "key", "headers", "value", "offset")

    def __init__(self, topic, value, key=None, partition=0, headers=(), phase=0):
        self.topic, self.partition, self.phase = topic, partition, phase
        self.key, self.headers, self.value = key, list(headers), value
        self.offset = None


def read(path):
    """All records of a stream file, each with the offset that it will have in a topic of its own."""
    def unescape(field):
        return None if field == b"-" else urllib.parse.unquote_to_bytes(field)

    records, counts = [], Counter()
    with open(path, "rb") as file:
        for line in file:
            topic, partition, phase, key, headers, value = line.rstrip(b"\n").split(b"\t")
            pairs = [] if headers == b"-" else [one.split(b"=", 1) for one in headers.split(b"&")]
            record = Record(topic.decode(), unescape(value), unescape(key), int(partition),
                            [(unescape(name).decode(), unescape(text)) for name, text in pairs], int(phase))
            lane = (record.topic, record.partition)
            record.offset = counts[lane]
            counts[lane] += 1
            records.append(record)
    return records


def write(path, records):
    """The inverse of read, for records that a test made itself."""
    def escape(field, also=""):
        if field is None:
            return "-"
        text = "".join(f"%{b:02X}" if b < 32 or b >= 127 or chr(b) in "%" + also else chr(b) for b in field)
        return "%2D" if text == "-" else text

    with open(path, "w") as file:
        for record in records:
            headers = "&".join(escape(name.encode(), "&=") + "=" + escape(value, "&=") for name, value in record.headers)
            file.write("\t".join([record.topic, str(record.partition), str(record.phase), escape(record.key),
                                  headers or "-", escape(record.value)]) + "\n")


def event(topic, type, time, subject, data=None, id=None, source="//test", partition=0, key=True, phase=0, **extra):
    """A record with an event in structured mode."""
    attributes = {"specversion": "1.0", "id": id or f"{type}@{time}", "source": source, "type": type, "time": time}
    if subject is not None:
        attributes["subject"] = subject
    if data is not None:
        attributes["data"] = data
    attributes.update(extra)
    value = json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode()
    return Record(topic, value, subject.encode() if key and subject else None, partition,
                  [("content-type", b"application/cloudevents+json")], phase)


def tick(topic, time, partition=0, phase=0):
    return event(topic, "guanxi.tick", time, None, id=f"tick-{topic}-{partition}-{time}", source="//clock",
                 partition=partition, phase=phase)


def lane_ends(records):
    """{(topic, partition): number of records}: where next_offset must arrive."""
    return dict(Counter((record.topic, record.partition) for record in records))


class Publisher:
    """Publishes records in order, each exactly once, and insists that they get the offsets they should. A
    prefix keeps the topics of one test apart from those of another on the same broker."""

    def __init__(self, brokers, prefix="", check_offsets=True, **settings):
        self.prefix = prefix
        self.check_offsets = check_offsets
        self.problems = []
        config = {"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 5,
                  "message.timeout.ms": 600000, **CLIENT}
        config.update({name.replace("_", "."): value for name, value in settings.items()})
        self.producer = Producer(config)

    def send(self, records):
        for record in records:
            def delivered(error, message, expected=record.offset):
                if error:
                    self.problems.append(str(error))
                elif self.check_offsets and expected is not None and message.offset() != expected:
                    self.problems.append(f"{message.topic()} [{message.partition()}]: offset {message.offset()}, "
                                         f"expected {expected}")

            while True:
                try:
                    self.producer.produce(self.prefix + record.topic, value=record.value, key=record.key,
                                          partition=record.partition, headers=record.headers, on_delivery=delivered)
                    break
                except BufferError:
                    self.producer.poll(0.1)
        self.producer.poll(0)

    def flush(self, seconds=120):
        left = self.producer.flush(seconds)
        if left or self.problems:
            raise AssertionError(f"publishing the stream: {left} left, {self.problems[:5]}")
