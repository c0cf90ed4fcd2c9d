"""Imports: whatever interrupts them, what comes out is what the oracle says; beside a daemon, and without."""
import gzip
import json
import os
import random
import subprocess

from rig import case, imports, stream
from rig.servers import wait_until

SMALL_BATCHES = {"batch_events": 300}


class Imports(case.SystemTest):
    def stream(self, site, name="stream", **options):
        path = os.path.join(site.folder, f"{name}.tsv")
        stream.generate(path, **{"events": 6000, "customers": 120, "bad": 0, "changes": 0, **options})
        return stream.read(path)

    def file(self, site, records, name):
        """The records as a file of lines; the oracle's word on it."""
        single = imports.single(records, name)
        imports.write(os.path.join(site.folder, name), single)
        return os.path.join(site.folder, name), imports.expect_lines(self.expected(site, self.number(single)))

    def assert_views(self, site, expected):
        found = imports.differences(expected, site.views())
        self.assertEqual(found[:20], [], f"{len(found)} differences")

    def assert_rejects(self, path, expected):
        """Conflicts and bad merges, as the oracle has them in quarantine."""
        rows = {offset + 1: row for (_, _, offset), row in expected.views["v_quarantine"].items()}
        found = {line: rest[0] for line, rest in imports.rejects(path + ".rejects").items()}
        # Of somebody erased it may be dropped before it is looked at.
        self.assertEqual(found, {line: row["reason"] for line, row in rows.items()
                                 if line in found or not row.get("optional")})
        return len(found)

    def test_killed_again_and_again(self):
        """At any instant, with duplicates, late events, conflicts, merges and erasures: it goes on where it was."""
        site = self.site(topics={"calls": 1}, settings=SMALL_BATCHES)
        path, expected = self.file(site, self.stream(site, conflicts=15, duplicates=60, late=80, changes=10), "a.ndjson")
        killed, code = imports.run_with_kills(site, path, kills=25)
        rejected = self.assert_rejects(path, expected)
        self.assertEqual(code, 65 if rejected else 0)
        self.assert_views(site, expected)
        again = imports.summary(site, path)
        self.assertEqual((again["lines"], again["applied"], again["customers"]), (0, 0, 0))
        self.assert_views(site, expected)
        print(f"    killed {killed} times, {rejected} lines rejected")

    def assert_refused(self, site, code, *texts, arguments=(), **options):
        """Ends with this code and says these texts, in a few lines, and nothing of a summary."""
        done = imports.run(site, *arguments, code=code, **options)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertLess(len(done.stderr.splitlines()), 5, done.stderr)
        return done

    def test_bad_files(self):
        """What is wrong with a file is said with what to do, and what is good in it counts."""
        site = self.site(topics={"calls": 1}, settings={"clock": "wall"})
        path = os.path.join(site.folder, "bad.ndjson")

        def line(number, **changes):
            event = {"specversion": "1.0", "id": f"e{number}", "source": "/old", "type": "message.received",
                     "subject": "c", "time": f"2020-01-01T00:00:{number % 60:02}Z", "data": {}, **changes}
            return json.dumps({name: value for name, value in event.items() if value is not None}).encode()

        lines = [
            (line(1), None), (line(2)[:-1], "not_json"), (b"\xff" + line(3), "bad_utf8"), (b"", None), (b"[]", "bad_attribute"),
            (line(4, data={"note": "\0"}), "nul"), (line(5, time="2020-13-01T00:00:00Z"), "bad_time"),
            (line(6, subject=None), "bad_attribute"), (line(7, type="no.such"), "unknown_type"),
            (line(8, time="2190-01-01T00:00:00Z"), "future"), (line(9, type="call.completed"), "bad_data"),
            (line(10, type="order.placed", data={"order_id": "1", "amount": "1.001", "currency": "CNY"}), "bad_amount"),
            (line(11, type="order.placed", data={"order_id": "1", "amount": "1", "currency": "XXX"}), "no_rate"),
            (line(12, data={"x": "y" * 65536}), "too_large"), (b"z" * 1000000, "too_large"), (line(13), None),
            (line(13, type="message.sent"), "conflict"), (line(14, type="guanxi.valued"), "unknown_type"),
            (b'{"a":1,"a":2}', "duplicate_key"), (b"[" * 40, "too_deep"), (line(15, type="customer.merged",
                                                                                data={"into": "c"}), "bad_merge"),
            (line(16), None),
        ]
        with open(path, "wb") as file:
            file.write(b"\r\n".join(text for text, _ in lines))
        told = imports.summary(site, path, code=65)
        wanted = {number: reason for number, (_, reason) in enumerate(lines, 1) if reason}
        found = imports.rejects(path + ".rejects")
        self.assertEqual({number: rest[0] for number, rest in found.items()}, wanted)
        self.assertEqual(found[7][2].encode(), lines[6][0])
        self.assertEqual((told["lines"], told["applied"], sum(told["rejected"].values())), (22, 3, len(wanted)))
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_timeline"), [(3,)])
        # What was rejected can be mended and is a file again.
        with open(path + ".rejects", encoding="utf-8", errors="surrogateescape") as rejects, open(path + ".again", "wb") as again:
            fields = [one.rstrip("\n").split("\t", 3) for one in rejects][1:]
            again.writelines(text.replace("no.such", "message.sent").encode("utf-8", "surrogateescape") + b"\n"
                             for _, reason, _, text in fields if reason == "unknown_type")
        self.assertEqual(imports.summary(site, path + ".again", code=65)["applied"], 1)

        self.assert_refused(site, 74, "none.ndjson: No such file", arguments=[os.path.join(site.folder, "none.ndjson")])
        self.assert_refused(site, 74, "is a folder", arguments=[site.folder])
        self.assert_refused(site, 64, "no file is named")
        self.assert_refused(site, 64, "--name", arguments=["-"])
        self.assert_refused(site, 64, "--name", arguments=[path, "--name", "x" * 129])
        self.assert_refused(site, 64, "too much", arguments=[path, "another"])
        self.assert_refused(site, 78, "this file is shorter", "--name", "--again", arguments=[path + ".again", "--name", "bad.ndjson"])
        self.assert_refused(site, 74, "no file of rejected lines", "--rejects",
                            arguments=[path, "--again", "--rejects", path + ".again"])
        self.assert_refused(site, 74, "folder/none", arguments=[path, "--again", "--rejects",
                                                               os.path.join(site.folder, "folder/none")])

        # Cut off, and whole the next time.
        packed = os.path.join(site.folder, "cut.ndjson.gz")
        whole = gzip.compress(b"".join(line(number, subject=f"cut-{number}", id=os.urandom(30).hex()) + b"\n"
                                       for number in range(4000)))
        with open(packed, "wb") as file:
            file.write(whole[:len(whole) // 2])
        done = imports.run(site, packed, code=74)
        self.assertIn("ends in the middle: gzip data is cut off", done.stderr)
        taken = site.query("SELECT count(*) FROM guanxi.v_customer WHERE customer_id LIKE 'cut-%%'")[0][0]
        self.assertGreater(taken, 1000)
        with open(packed, "wb") as file:
            file.write(whole)
        told = imports.summary(site, packed)
        self.assertEqual((told["lines_before"], told["applied"]), (taken, 4000 - taken))

        broken = site.configure("broken", postgres={"conninfo": "host=127.0.0.1 port=1 dbname=none connect_timeout=2"})
        self.assert_refused(site, 69, "PostgreSQL", arguments=[path], config=broken)
        mixed = site.configure("mixed", model={"half_life": "10 d"})
        self.assert_refused(site, 78, "half_life", "recompute", arguments=[path], config=mixed)

    def test_in_any_order_and_form(self):
        """Several files, packed in several ways, in any order of lines, one from standard input."""
        site = self.site(topics={"calls": 1}, settings=SMALL_BATCHES)
        records = self.stream(site, conflicts=0, duplicates=30, events=4000)
        path, expected = self.file(site, records, "b.ndjson")
        lines = [record.value + b"\n" for record in imports.single(records, "b.ndjson")]
        # Who is unknown when an answer to a reminder comes depends on the order: all are known before it.
        answers = [line for line in lines if b'"reminder.' in line]
        others = [line for line in lines if b'"reminder.' not in line]
        random.Random(5).shuffle(others)
        half = len(others) // 2
        with gzip.open(os.path.join(site.folder, "1.gz"), "wb") as file:
            file.writelines(others[:half])
        with open(os.path.join(site.folder, "2"), "wb") as file:
            file.writelines(others[half:])
        subprocess.run(["zstd", "-q", "--rm", os.path.join(site.folder, "2")], check=True)
        with open(os.path.join(site.folder, "3"), "wb") as file:
            file.writelines(answers)
        imports.run(site, os.path.join(site.folder, "1.gz"))
        imports.run(site, os.path.join(site.folder, "2.zst"))
        with open(os.path.join(site.folder, "3"), "rb") as file:
            imports.run(site, "-", "--name", "answers", stdin=file)
        actual = site.views()
        for row in expected.views["v_timeline"].values():  # the lines are others
            row["positions"] = [[row_.get("topic"), row_.get("partition"), row_.get("offset")]
                                for row_ in [actual["v_timeline"].get(
                                    (row["customer_id"], row["source"], row["event_id"], row["recorded_as"]), {})]]
        self.assert_views(site, expected)
        self.assertEqual(sorted(site.query("SELECT topic FROM guanxi.v_lane")),
                         [("import:1.gz",), ("import:2.zst",), ("import:answers",)])

    def test_beside_a_daemon(self):
        """Half of it is told live, half imported meanwhile and killed again and again."""
        site = self.site(settings=SMALL_BATCHES)
        records = self.stream(site, conflicts=0, duplicates=0, late=80, phases=2)
        first = [record for record in records if record.phase == 0]
        ticks = [record for record in records if b"guanxi.tick" in line_of_type(record)]
        rest = [record for record in records if record.phase == 1 and record not in ticks]
        chance = random.Random(7)
        live = [record for record in rest if chance.random() < 0.5 or b"reminder." in line_of_type(record)]
        late = [record for record in rest if record not in live]
        expected = self.expected(site, self.number(records))
        site.start()
        site.publish(self.number([one for one in first if one not in ticks]), check_offsets=False)
        site.publish(live, check_offsets=False)
        path = os.path.join(site.folder, "c.ndjson")
        imports.write(path, imports.single(late, "c.ndjson"))
        imports.run_with_kills(site, path, kills=12)
        site.publish(ticks, check_offsets=False)
        self.assertEqual(len(ticks), 24)
        actual = {}

        def settled():
            actual.update(site.views())
            for row in expected.views["v_timeline"].values():
                found = actual["v_timeline"].get((row["customer_id"], row["source"], row["event_id"], row["recorded_as"]))
                row["positions"] = [[found["topic"], found["partition"], found["offset"]]] if found else []
            for row in expected.views["v_notice"].values():
                row["open"] = False
            return not imports.differences(expected, actual)

        try:
            wait_until(90, settled, "the views")
        except TimeoutError:
            self.fail("\n".join(imports.differences(expected, actual)[:20]) + site.tails())


def line_of_type(record):
    return dict(record.headers).get("ce_type", record.value)


if __name__ == "__main__":
    case.main()
