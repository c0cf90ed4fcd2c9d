"""A test of the whole daemon: a unittest case with servers and sites."""
import os
import sys
import time
import unittest

from . import stream
from .servers import Kafka, Postgres
from .site import Site
from .views import Expected


class SystemTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.kafka, cls.postgres = Kafka(), Postgres()
        cls.work = os.environ["WORK_DIR"]

    def run(self, result=None):
        began = time.monotonic()
        try:
            return super().run(result)
        finally:
            print(f"    {self._testMethodName}: {time.monotonic() - began:.1f} s", file=sys.stderr)

    def site(self, **options):
        """A site named after the test, gone at its end."""
        site = Site(self.work, self._testMethodName.replace("test_", ""), self.kafka, self.postgres, **options)
        self.addCleanup(site.close)
        return site

    def number(self, records):
        """Gives records the offsets they will have in topics of their own."""
        counts = {}
        for record in records:
            lane = (record.topic, record.partition)
            record.offset = counts.setdefault(lane, 0)
            counts[lane] += 1
        return records

    def expected(self, site, records, *options):
        """The oracle's word on records that a test made itself."""
        path = os.path.join(site.folder, "stream.tsv")
        stream.write(path, records)
        return Expected(path, *options)

    def publish_and_check(self, site, records, *options, seconds=60):
        """Publishes, waits until everything has been read, and holds the outcome against the oracle."""
        site.publish(self.number(records))
        site.wait_for_lanes(stream.lane_ends(records), seconds)
        return site.check(self.expected(site, records, *options), records)

    def assert_ends(self, instance, code, *texts, seconds=30):
        """It ends by itself with this exit code and says these texts, in few lines."""
        self.assertEqual(instance.wait(seconds), code, instance.log_tail())
        for text in texts:
            self.assertIn(text, instance.log())
        self.assertLess(len(instance.log().splitlines()), 15, "more than a few lines\n" + instance.log_tail())


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2, warnings="ignore")
