"""What guanxid published: both output topics read from their beginning, as a consumer would."""
import json
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from .servers import CLIENT


class Message:
    __slots__ = ("id", "type", "key", "customer", "data", "time", "expires", "payload")

    def __init__(self, key, payload):
        event = json.loads(payload)
        self.id, self.type, self.data, self.time = event["id"], event["type"], event["data"], event["time"]
        self.expires = event.get("expirytime")
        self.key, self.customer, self.payload = key, event["subject"], payload


class Messages:
    """Reads on each time it is asked. `first` holds every id once, in the order of first sight (which is the
    order of the topic for messages of one customer), `last` the same in the order of last sight; repeats are
    counted, those of closings apart."""

    def __init__(self, brokers, *topics):
        self.topics = topics
        self.first, self.last = {}, {}
        self.count = self.repeats = self.closed_again = 0
        self.ambiguous = set()
        self.consumer = Consumer({"bootstrap.servers": brokers, "group.id": "unused", "enable.auto.commit": False,
                                  "isolation.level": "read_committed", "fetch.wait.max.ms": 10, **CLIENT})
        metadata = self.consumer.list_topics(timeout=30)
        self.lanes = [TopicPartition(topic, partition, OFFSET_BEGINNING)
                      for topic in topics for partition in metadata.topics[topic].partitions]
        self.consumer.assign(self.lanes)

    def _add(self, record):
        message = Message((record.key() or b"").decode(), record.value())
        self.count += 1
        self.last.pop(message.id, None)
        self.last[message.id] = message
        first = self.first.get(message.id)
        if first is None:
            self.first[message.id] = message
            return
        # A fold may close again, or otherwise, what was closed before, and an erasure does: the same id.
        if message.id.endswith("/closed"):
            self.closed_again += 1
            return
        self.repeats += 1
        if first.payload != message.payload:
            self.ambiguous.add(message.id)

    def _at_end(self):
        positions = self.consumer.position(self.lanes)
        for lane in positions:
            low, high = self.consumer.get_watermark_offsets(lane, timeout=30)
            if max(lane.offset, low) < high:
                return False
        return True

    def read(self, seconds=60):
        """Takes everything that is there now."""
        end = time.monotonic() + seconds
        while True:
            for record in self.consumer.consume(1000, 0.2):
                if record.error():
                    raise KafkaException(record.error())
                self._add(record)
            if self._at_end():
                return self
            if time.monotonic() > end:
                raise TimeoutError(f"{self.topics} not read to their end within {seconds} s")

    def of_type(self, type):
        return [message for message in self.first.values() if message.type == type]

    def close(self):
        self.consumer.close()
