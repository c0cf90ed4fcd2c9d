"""A database that is put back to an older backup: what Kafka still has is read again, and comes out the same."""
import os
import subprocess
from datetime import datetime, timedelta

from rig import case, stream
from rig.compare import compare_views
from rig.servers import wait_until

CHANGES = ("guanxi.level.changed", "guanxi.stage.changed", "guanxi.pram.changed")


def in_order(count):
    """Events of one lane, none of them late: what is told of them depends on nothing else."""
    kinds = [("message.received", {}), ("call.completed", {"direction": "outbound"}),
             ("order.placed", {"order_id": "1", "amount": "20.00", "currency": "CNY"}),
             ("visit.completed", {"direction": "inbound"}), ("plan.made", {})]
    start = datetime(2026, 1, 1)
    return [stream.event("calls", kinds[n % 7 % 5][0], f"{start + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}", f"c{n % 40}",
                         kinds[n % 7 % 5][1], id=str(n)) for n in range(count)]


class Backups(case.SystemTest):
    def tool(self, name, site, *arguments):
        subprocess.run([name, "-d", f"{self.postgres.address} dbname={site.name}", *arguments], check=True,
                       capture_output=True)

    def live_and_restore(self, site, records, check):
        """A backup made while the daemon works; restored after that has gone on to the end, and begun again."""
        dump, part = os.path.join(site.folder, "guanxi.dump"), len(records) // 3
        instance = site.start()
        site.publish(records[:part])
        wait_until(60, lambda: sum(offset for offset, *_ in site.lanes().values()) > part // 4, "some are read")
        self.tool("pg_dump", site, "--format=custom", "--schema=guanxi", f"--file={dump}")
        site.publish(records[part:])
        site.wait_for_lanes(stream.lane_ends(records))
        check()
        instance.stop()
        site.query("DROP SCHEMA guanxi CASCADE")
        self.tool("pg_restore", site, dump)
        self.assertFalse(site.has_reached(stream.lane_ends(records)))
        site.start()
        site.wait_for_lanes(stream.lane_ends(records))
        check()

    def test_views(self):
        """Every row of every view, whatever was late."""
        site = self.site()
        path = os.path.join(site.folder, "random.tsv")
        stream.generate(path, events=3000, customers=150)
        records = stream.read(path)
        expected = self.expected(site, records)

        def differences():
            return compare_views(expected, site.views(), records).differences

        def check():
            try:
                wait_until(60, lambda: not differences(), "the views")
            except TimeoutError:
                self.fail("\n".join(differences()[:20]) + site.tails())

        self.live_and_restore(site, records, check)

    def test_messages(self):
        """Changes that were told since are told again, by the same ids with the same content."""
        site = self.site(topics={"calls": 1})
        records = self.number(in_order(2000) + [stream.tick("calls", "2026-06-01T00:00:00Z")])
        told = []

        def check():
            wait_until(60, lambda: not any(site.query(
                "SELECT count(*) FROM guanxi.parcel UNION ALL SELECT count(*) FROM guanxi.outbox")[0]), "all is told")
            found = site.read_messages()
            told.append((found.count, {message.id for message in found.first.values() if message.type in CHANGES}))

        self.live_and_restore(site, records, check)
        (once, ids), (twice, ids_again) = told
        self.assertGreater(len(ids), 100)
        self.assertEqual(ids_again, ids)
        self.assertEqual(site.read_messages().ambiguous, set())
        self.assertGreater(twice, once, "nothing was told again")


if __name__ == "__main__":
    case.main()
