"""What bad input gets: quarantine with its neighbours applied, a lane that stops, and judging again."""
import json

from rig import case, stream
from rig.servers import wait_until

START, END = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"


def call(subject, time=START, id=None, topic="calls", **extra):
    return stream.event(topic, "call.completed", time, subject, {"direction": "inbound"}, id=id, **extra)


def raw(value, topic="calls", key=b"c"):
    return stream.Record(topic, value, key, 0, [("content-type", b"application/cloudevents+json")])


def order(amount, currency="CNY", **extra):
    return stream.event("calls", "order.placed", START, "c", {"order_id": "o", "amount": amount, "currency": currency},
                        **extra)


def text(record):
    return record.value.decode()


GOOD = text(call("c", id="x"))
BAD = {
    "too_large": [raw(GOOD.replace("inbound", "inbound\",\"note\":\"" + "x" * 65536).encode())],
    "bad_utf8": [raw(GOOD.replace("inbound", "in\udcffbound").encode("utf-8", "surrogateescape")), raw(b"\xc0\x80")],
    "not_json": [raw(b"{"), raw(b""), raw(GOOD.encode() + b"{}"), raw(b"{'a':1}"), raw(b"NaN")],
    "nul": [raw(GOOD.replace("inbound", "in\\u0000bound").encode())],
    "too_deep": [raw(GOOD.replace("{\"direction\"", "{\"note\":" + "[" * 33 + "]" * 33 + ",\"direction\"").encode())],
    "duplicate_key": [raw(GOOD.replace("{\"direction\"", "{\"direction\":\"inbound\",\"direction\"").encode())],
    "bad_attribute": [raw(GOOD.replace("1.0", "2.0").encode()), raw(GOOD.replace('"id":"x"', '"id":""').encode()),
                      raw(GOOD.replace('"id":"x"', '"id":"' + "x" * 129 + '"').encode()),
                      raw(GOOD.replace('"source"', '"sauce"').encode()),
                      raw(GOOD.replace('"data":{"direction":"inbound"}', '"data_base64":"e30="').encode()),
                      stream.event("calls", "call.completed", START, "c", "inbound"), call(None, key=False)],
    "bad_time": [call("c", time=time) for time in ("1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-03-01",
                                                    "2026-03-01T00:00:60Z", "2026-02-29T00:00:00Z")],
    "unknown_type": [stream.event("calls", "call.imagined", START, "c", {})],
    "bad_data": [stream.event("calls", "call.completed", START, "c", {}),
                 stream.event("calls", "call.completed", START, "c", {"direction": 1}),
                 stream.event("calls", "promise.made", START, "c", {"promise_id": "p", "by": "us", "due": "x"}),
                 stream.event("calls", "checklist.marked", START, "c", {"list": "spin", "item": "none"}),
                 order("1", "yuan"), order(True)],
    "bad_amount": [order("1.001"), order("-1"), order("1e3"), order("99999999999999.00")],
    "no_rate": [order("1", "CHF")],
    "conflict": [call("before-conflict", time="2026-03-01T00:00:01Z", id="before-conflict-0")],
}


class BadInput(case.SystemTest):
    def test_each_reason(self):
        """Every reason, each bad record between two good ones that are applied."""
        site = self.site(topics={"calls": 1}, settings={"poison_share": 1.0})
        records, reasons = [], []
        for reason, bads in BAD.items():
            for number, bad in enumerate(bads):
                records.append(call(f"before-{reason}", id=f"before-{reason}-{number}"))
                reasons.append(None)
                records.append(bad)
                reasons.append(reason)
                records.append(call(f"after-{reason}", id=f"after-{reason}-{number}"))
                reasons.append(None)
        records.append(stream.tick("calls", END))
        site.start()
        self.publish_and_check(site, records)
        rows = {row["offset"]: row["reason"] for row in site.views()["v_quarantine"].values()}
        self.assertEqual(rows, {offset: reason for offset, reason in enumerate(reasons) if reason})
        customers = {key[0] for key in site.views()["v_customer"]}
        self.assertEqual(customers, {f"{where}-{reason}" for reason in BAD for where in ("before", "after")})

    def test_future(self):
        """With the wall clock an event from the future is refused, and one a little ahead is not."""
        site = self.site(topics={"calls": 1}, settings={"clock": "wall"})
        now = site.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
                         "to_char(now() AT TIME ZONE 'UTC' + interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
                         "to_char(now() AT TIME ZONE 'UTC' + interval '1 min', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")[0]
        site.start()
        site.publish([call("now", now[0]), call("later", now[1]), call("soon", now[2]), stream.tick("calls", now[1])])
        site.wait_for_lanes({("calls", 0): 4})
        views = site.views()
        self.assertEqual({key[0] for key in views["v_customer"]}, {"now", "soon"})
        self.assertEqual([row["reason"] for row in views["v_quarantine"].values()], ["future"])

    def test_passed_over(self):
        """Tombstones, ticks and (when told so) unknown types leave nothing behind, nor do answers to reminders of
        customers nobody knows."""
        site = self.site(topics={"calls": 1}, settings={"unknown_types": "ignore"})
        site.start()
        records = [raw(None), call("a"), stream.event("calls", "call.imagined", START, "b", {}),
                   stream.event("calls", "reminder.dismissed", START, "nobody",
                                {"reminder_id": "00000000-0000-5000-8000-000000000000"}),
                   raw(None), call("c"), stream.tick("calls", END)]
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        views = site.views()
        self.assertEqual({key[0] for key in views["v_customer"]}, {"a", "c"})
        self.assertEqual(len(views["v_timeline"]), 2)
        self.assertEqual(views["v_quarantine"], {})

    def test_flood(self):
        """A topic whose format broke stops its lane; the others go on."""
        site = self.site(topics={"calls": 1, "crm": 1}, settings={"poison_window": 100, "poison_share": 0.5,
                                                                  "batch_events": 50})
        instance = site.start()
        bads = [raw(b"<xml/>") for _ in range(500)]
        site.publish([call("good", id=f"g{n}") for n in range(50)] + bads)
        wait_until(30, lambda: site.lane("calls")[1] == "halted", "the lane halts")
        offset, _, reason = site.lane("calls")
        self.assertLess(offset, 400, "most of the flood was swallowed")
        self.assertTrue(reason)
        crm = [call("other", id=f"o{n}", topic="crm") for n in range(20)]
        site.publish(crm)
        site.wait_for_lanes({("crm", 0): 20})
        self.assertTrue(instance.running())
        self.assertEqual(instance.log().count(" error "), 1, instance.log_tail())
        self.assertEqual(len(site.views()["v_customer"]), 2)

    def test_bad_merge(self):
        """What cannot be merged is refused like any other bad record: its lane goes on (see identities.py)."""
        site = self.site(topics={"calls": 1})
        instance = site.start()
        merges = [stream.event("calls", "customer.merged", START, "a", {"into": into}, id=f"m{n}")
                  for n, into in enumerate(("a", "b", "b\n", "c" * 129))]
        records = [call("a", id="1"), *merges, call("a", time=END, id="2")]
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        self.assertEqual({row["offset"]: row["reason"] for row in site.views()["v_quarantine"].values()},
                         {1: "bad_merge", 3: "bad_data", 4: "bad_data"})
        self.assertEqual(instance.log().count(" error "), 0, instance.log_tail())
        wait_until(30, lambda: {key[0] for key in site.views()["v_customer"]} == {"b"}, "a is merged into b")
        self.assertEqual(len(site.views()["v_timeline"]), 3)

    def test_quarantine_command(self):
        """list, show and retry: what today's rules accept is applied, late, once."""
        site = self.site(topics={"calls": 1})
        site.start()
        franc = order("10", "CHF", id="franc")
        records = self.number([call("c", id="1"), franc, raw(b"{"), call("c", time="2026-03-05T00:00:00Z", id="2"),
                               stream.tick("calls", END)])
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        listed = site.command("quarantine", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        rows = json.loads(listed.stdout)
        self.assertEqual(sorted(row["reason"] for row in rows), ["no_rate", "not_json"])
        self.assertIn("no_rate", site.command("quarantine", "list").stdout)
        number = str(next(row["quarantine_id"] for row in rows if row["reason"] == "no_rate"))
        shown = site.command("quarantine", "show", number)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("CHF", shown.stdout)
        self.assertEqual(site.command("quarantine", "show", "999").returncode, 65)
        again = site.command("quarantine", "retry", number)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(site.query("SELECT state FROM guanxi.v_quarantine WHERE quarantine_id = %s", number)[0][0], "held")

        rates = site.settings["model"]["rates"] + ({"code": "CHF", "rate": "8"},)
        site.instances[0].stop()
        known = site.configure("with-francs", model={"rates": rates})
        done = site.command("recompute", "--all", config=known)
        self.assertEqual(done.returncode, 0, done.stderr)
        site.start(known)
        again = site.command("quarantine", "retry", "all", config=known)
        self.assertEqual(again.returncode, 0, again.stderr)
        wait_until(30, lambda: site.query("SELECT orders, m FROM guanxi.v_customer WHERE customer_id = 'c'")[0] == (1, 8000),
                   "the order counts")
        self.assertEqual(dict(site.query("SELECT reason, state FROM guanxi.v_quarantine")),
                         {"no_rate": "applied", "not_json": "held"})
        once_more = site.command("quarantine", "retry", number, config=known)
        self.assertEqual(once_more.returncode, 65, once_more.stderr)
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_timeline")[0][0], 3)


if __name__ == "__main__":
    case.main()
