"""Imports: whatever interrupts them, what comes out is what the oracle says; beside a daemon, and without."""
import csv
import decimal
import gzip
import json
import os
import random
import subprocess

from rig import case, daemon, imports, stream, views
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
        again = imports.summary(site, path, code=code)
        self.assertEqual((again["lines"], again["applied"], again["customers"]), (0, 0, 0))
        self.assertEqual((again["rejected"], again["rejected_before"]), ({}, rejected))
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

        # A file that is no packed one, and orders that are taken for events: nothing counts as imported then.
        for end in ("gz", "zst"):
            liar = os.path.join(site.folder, "answer.ndjson." + end)
            with open(liar, "wb") as file:
                file.write(b"<html>" if end == "gz" else b"")
            self.assert_refused(site, 74, f"answer.ndjson.{end}: does not begin as", arguments=[liar])
        orders = os.path.join(site.folder, "Orders.CSV")
        with open(orders, "w") as file:
            file.write("customer,date,amount\nann,2026-01-01,12.50\n")
        self.assert_refused(site, 64, "Orders.CSV", "--csv", arguments=[orders])
        self.assertEqual(imports.summary(site, orders, "--csv", "--customer-column", "customer", "--date-column", "date",
                                         "--amount-column", "amount")["applied"], 1)

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


    def test_orders_from_csv(self):
        """Whatever interrupts it, each order counts once, also those of one customer on one day; what is wrong is said
        with line and column."""
        site = self.site(topics={"calls": 1}, settings={"clock": "wall", "batch_events": 300,
                                                        "model": {"time_zone": "Asia/Shanghai"}})
        chance, rows, orders = random.Random(11), [b"\xef\xbb\xbfdate,\"who, really\",note,sum"], {}
        for number in range(5000):
            who, day = f"c {chance.randrange(200)}", f"2024-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            amount = f"{chance.randrange(1, 99999) / 100:.2f}"
            note = chance.choice(["", '"a, b"', '"two\nlines, ""quoted"""', "plain"])
            rows.append(f'{day},"{who}",{note},{amount}'.encode())
            orders.setdefault((who, day), []).append(round(float(amount) * 100))
        lines, number = {}, 1
        for bad, reason, column in ((b"2024-02-30,x,,1", "bad_time", "date (1)"), (b"2024-01-01,,,1", "bad_attribute", "who, really (2)"),
                                    (b"2024-01-01,x,,1.999", "bad_amount", "sum (4)"), (b"2024-01-01,x,1", "bad_attribute", "3 fields"),
                                    (b'2024-01-01,"x,,1', "bad_attribute", "never closed")):
            place = len(rows) if b'"x' in bad else chance.randrange(1, len(rows))
            rows.insert(place, bad)
            lines[bad] = (reason, column)
        path = os.path.join(site.folder, "orders.csv")
        with open(path, "wb") as file:
            file.write(b"\r\n".join(rows))
        arguments = ["--csv", path, "--customer-column", "who, really", "--date-column", "date", "--amount-column", "sum"]
        killed, code = imports.run_with_kills(site, *arguments, kills=8)
        self.assertEqual(code, 65)
        found = imports.rejects(path + ".rejects")
        self.assertEqual({text.encode(): reason for reason, _, text in found.values()},
                         {bad: reason for bad, (reason, _) in lines.items()})
        for reason, detail, text in found.values():
            self.assertIn(lines[text.encode()][1], detail)
        physical = b"\r\n".join(rows).split(b"\n")
        for number, (_, _, text) in found.items():
            self.assertEqual(physical[number - 1].strip(b"\r"), text.encode())
        kept = {}
        for customer, day, id, amount in site.query(
                "SELECT customer_id, (occurred_at AT TIME ZONE 'Asia/Shanghai')::text, event_id, amount FROM guanxi.v_timeline "
                "ORDER BY customer_id, occurred_at, length(event_id), event_id"):
            self.assertEqual(day[10:], " 00:00:00")
            kept.setdefault((customer, day[:10]), []).append(amount)
            self.assertEqual(id, f"{day[:10]}/{len(kept[customer, day[:10]])}")
        self.assertEqual(kept, orders)
        self.assertEqual(imports.summary(site, *arguments, code=65)["applied"], 0)
        total = sum(map(sum, orders.values()))
        self.assertEqual(site.query("SELECT sum(spent), sum(orders) FROM guanxi.v_customer"), [(total, 5000)])

        self.assert_refused(site, 64, "--amount-column", arguments=arguments[:-2])
        self.assert_refused(site, 64, "are for --csv", arguments=[path, "--currency", "CNY"])
        self.assert_refused(site, 78, "line 1: the head has no column \"total\"", arguments=[*arguments[:-1], "total", "--name", "x"])
        self.assert_refused(site, 78, "--currency XXX", "model.rates", arguments=[*arguments, "--currency", "XXX"])
        self.assert_refused(site, 78, "is no CSV", arguments=["--csv", self.text(site, "quote.csv", '"date'), *arguments[2:]])

    def text(self, site, name, text):
        path = os.path.join(site.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_published_data(self):
        """Orders of published studies, where they are at hand: none is lost, and none counts twice."""
        folder = os.path.join(os.environ["GUANXI_SOURCE_DIR"], "..", "shared", "data")
        files = {"cdnow_sample_orders.csv": ("customer_id", "date", "amount"), "rfm_orders.csv": ("customer", "date", "revenue")}
        if not all(os.path.exists(os.path.join(folder, name)) for name in files):
            return
        site = self.site(topics={"calls": 1}, settings={"clock": "wall"})
        for name, (customer, date, amount) in files.items():
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            told = imports.summary(site, "--csv", os.path.join(folder, name), "--customer-column", customer, "--date-column",
                                   date, "--amount-column", amount, "--source", name, "--rejects",
                                   os.path.join(site.folder, name + ".rejects"))
            self.assertEqual((told["applied"], told["rejected"]), (len(rows), {}))
            cents = sum(round(decimal.Decimal(row[amount]) * 100) for row in rows)
            self.assertEqual(site.query("SELECT sum(amount), count(DISTINCT customer_id) FROM guanxi.v_timeline WHERE source = %s",
                                        name), [(cents, len({row[customer] for row in rows}))])

    def test_export_and_back(self):
        """What a daemon has made of a random stream, merges and data with line breaks among it, exported and imported
        into an empty database: every view is the same, but for where lines came from and what was published. (Nothing
        comes late, so that no reminder keeps what had been published of it.)"""
        topics = {"calls": 4, "orders": 4, "crm": 4, "broken.up": 1}
        site = self.site(topics=topics)
        records = self.stream(site, conflicts=5, duplicates=20, late=0, changes=12, events=4000, customers=100)
        end = max(record.value for record in records if b"guanxi.tick" in record.value)
        records += [
            stream.Record("broken.up", b'{\n  "direction": "inbound",\r\n  "note": ["' + b"x" * 65000 + b'"]\n}', b"broken", 0, [
                ("content-type", b"application/json"), ("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"//s"),
                ("ce_type", b"call.completed"), ("ce_subject", b"broken"), ("ce_time", b"2025-03-01T00:00:00.123456Z")]),
            stream.tick("broken.up", json.loads(end)["time"]),
        ]
        site.start()
        site.publish(self.number(records))
        site.wait_for_lanes(stream.lane_ends(records))
        site.wait_until_settled()
        site.instances[0].stop()
        path = os.path.join(site.folder, "export.ndjson")
        done = site.command("export", path, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        other = self.twin(site)
        told = imports.summary(other, path)
        self.assertEqual(told["rejected"], {})
        self.assertGreater(site.query("SELECT count(*) FROM guanxi.v_alias")[0][0], 2)
        self.assertEqual(views_of(other), views_of(site))
        # Exported again it is the same file; imported where it came from it changes nothing.
        self.assertEqual(other.command("export", timeout=60).stdout, open(path, encoding="utf-8").read())
        told = imports.summary(site, path)
        self.assertEqual((told["rejected"], told["customers"]), ({}, 0))
        # One customer alone, with all who were merged into it, under any of their ids.
        merged, into = site.query('SELECT customer_id, "into" FROM guanxi.v_alias WHERE "into" NOT IN '
                                  "(SELECT customer_id FROM guanxi.v_alias) LIMIT 1")[0]
        one = site.command("export", "--customer", merged).stdout
        self.assertEqual(one, site.command("export", "--customer", into).stdout)
        subjects = {json.loads(line).get("subject") for line in one.splitlines()}
        self.assertLessEqual({merged, into}, subjects)
        self.assertLess(len(subjects), 10)
        done = site.command("export", "--customer", "nobody")
        self.assertEqual((done.returncode, done.stdout), (65, ""))
        self.assertIn("there is no customer nobody", done.stderr)
        done = site.command("export", os.path.join(site.folder, "none", "file"))
        self.assertEqual(done.returncode, 74)
        self.assertIn("none/file", done.stderr)

    def twin(self, site):
        """Another database with the same configuration."""
        other = self.__class__.Twin(site)
        self.addCleanup(other.close)
        return other

    class Twin:
        def __init__(self, site):
            self.name, self.postgres, self.folder = site.name + "_twin", site.postgres, site.folder
            site.postgres.execute(f'CREATE DATABASE "{self.name}"')
            self.config = site.configure("twin", postgres={"conninfo": f"{site.postgres.address} dbname={self.name}"})
            done = self.command("migrate", "up")
            if done.returncode:
                raise AssertionError(done.stderr)

        def command(self, *arguments, **options):
            return daemon.run_command(*arguments, config=self.config, **options)

        def close(self):
            pass


def views_of(site):
    """Every view but what depends on where events were read, and on what was published."""
    connection = site.postgres.connect(site.name)
    try:
        rows = {view: views.read_view(connection, view) for view in (*views.KEYS, "v_rfm_window", "v_watermark")}
    finally:
        connection.close()
    del rows["v_lane"], rows["v_quarantine"]
    left_out = {"recorded_at", "topic", "partition", "offset", "published_at", "state", "left_out"}
    return {view: sorted(repr({name: value for name, value in row.items() if name not in left_out or
                               (name == "state" and view == "v_promise")}) for row in rows[view]) for view in rows}


def line_of_type(record):
    return dict(record.headers).get("ce_type", record.value)


if __name__ == "__main__":
    case.main()
