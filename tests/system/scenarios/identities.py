"""Customers that are merged, unmerged, erased and readmitted, with the whole daemon."""
import json
import subprocess
import uuid
from random import Random

from rig import case, stream
from rig.compare import NAMESPACE
from rig.servers import wait_until
from rig.twins import differences, read_life

TOPICS = {"calls": 2, "crm": 2}
LANES = [(topic, partition) for topic in TOPICS for partition in range(TOPICS[topic])]

OUTBOUND, INBOUND = {"direction": "outbound"}, {"direction": "inbound"}
SHOP = [
    ("2026-01-02T09:00:00Z", "call.completed", OUTBOUND),
    ("2026-01-05T09:00:00Z", "order.placed", {"order_id": "o1", "amount": "120.00", "currency": "CNY"}),
    ("2026-01-12T09:00:00Z", "call.completed", OUTBOUND),
    ("2026-01-20T09:00:00Z", "plan.made", {"goal": "more"}),
    ("2026-02-01T09:00:00Z", "visit.completed", OUTBOUND),
    ("2026-02-03T09:00:00Z", "promise.made", {"promise_id": "p1", "by": "us", "due": "2026-02-10T00:00:00Z"}),
    ("2026-02-09T09:00:00Z", "promise.kept", {"promise_id": "p1", "by": "us"}),
    ("2026-02-09T10:00:00Z", "customer.updated", {"owner": "wang", "name": "Shop", "money": "yes"}),
    ("2026-02-20T09:00:00Z", "objection.raised", {"kind": "price"}),
]
WEB = [
    ("2026-01-03T10:00:00Z", "message.received", {"channel": "wechat"}),
    ("2026-01-04T10:00:00Z", "message.sent", {"channel": "wechat"}),
    ("2026-01-15T10:00:00Z", "feedback.received", {"sentiment": "praise"}),
    ("2026-01-25T10:00:00Z", "order.placed", {"order_id": "o2", "amount": "80.00", "currency": "CNY"}),
    ("2026-02-05T10:00:00Z", "referral.given", {"referred": "someone"}),
    ("2026-02-10T10:00:00Z", "promise.made",
     {"promise_id": "p2", "by": "customer", "due": "2026-02-20T00:00:00Z", "about": "papers"}),
    ("2026-02-11T10:00:00Z", "customer.updated", {"owner": "zhao", "role": "consumer"}),
    ("2026-02-22T10:00:00Z", "message.received", {}),
]
SHOP_LATER = [("2026-03-22T09:00:00Z", "call.completed", OUTBOUND), ("2026-03-23T09:00:00Z", "objection.resolved",
                                                                     {"kind": "price"})]
WEB_LATER = [("2026-03-22T10:00:00Z", "message.received", {}), ("2026-03-24T10:00:00Z", "order.placed",
                                                                {"order_id": "o3", "amount": "5", "currency": "CNY"})]


def live(events, name, subject, lane):
    """Records of a life: the ids of its events are those of `name`, whoever the subject."""
    return [stream.event(lane[0], type, time, subject, data, id=f"{name}-{type}-{time}", partition=lane[1])
            for time, type, data in events]


def change(type, time, subject, data=None, lane=("crm", 0), id=None):
    return stream.event(lane[0], f"customer.{type}", time, subject, data, id=id or f"{type}-{time}", partition=lane[1])


def merged(time, subject, into, **more):
    return change("merged", time, subject, {"into": into}, **more)


def unmerged(time, subject, customer, **more):
    return change("unmerged", time, subject, {"customer": customer}, **more)


def message_id(subject, type, n):
    return str(uuid.uuid5(NAMESPACE, f"{subject}\nguanxi.customer.{type}\n{n}"))


class Identities(case.SystemTest):
    def start(self, instances=1, **options):
        site = self.site(topics=TOPICS, **options)
        for _ in range(instances):
            site.start()
        self.sent = []
        return site

    def tell(self, site, records, until=None):
        """Publishes, with ticks of all lanes behind it, and waits until everything is done that follows from it."""
        records = records + [stream.tick(topic, until, partition) for topic, partition in LANES if until]
        site.publish(records)
        self.sent += records
        site.wait_for_lanes(stream.lane_ends(self.sent))
        site.wait_until_settled()

    def assert_same_life(self, site, customer, twin, but=()):
        life, other = read_life(site, customer, but), read_life(site, twin, but)
        self.assertTrue(other["v_customer"] and other["v_timeline"] and other["v_reminder"], "a twin without a life")
        found = differences(life, other)
        self.assertFalse(found, f"{customer} is not as {twin}:\n" + "\n".join(found))

    def assert_told(self, site, type, *wanted):
        """The messages of a type, all of them and each under its id: (subject, n, the other one if any)."""
        other = {"merged": "into", "unmerged": "unmerged"}.get(type)
        told = site.read_messages().of_type(f"guanxi.customer.{type}")
        found = {(message.customer, message.data["n"]) + ((message.data[other],) if other else ())
                 for message in told}
        self.assertEqual(found, set(wanted))
        for message in told:
            self.assertEqual(message.id, message_id(message.customer, type, message.data["n"]))
            self.assertEqual(message.key, message.customer)

    def aliases(self, site):
        return dict(site.query('SELECT customer_id, "into" FROM guanxi.v_alias'))

    def customers(self, site):
        return {row[0] for row in site.query("SELECT customer_id FROM guanxi.v_customer")}

    def recorded(self, site):
        """[(customer, recorded as, type)] of the timeline, in order."""
        return site.query("SELECT customer_id, recorded_as, type FROM guanxi.v_timeline ORDER BY 1, 2, 3")

    # ---------------------------------------------------------------------------------------------- merging

    def test_merge(self):
        """Two customers in two topics, read by two instances, become one that is as if it always had been; later
        events of the old id follow, over a chain too."""
        site = self.start(instances=2)
        everything = SHOP + WEB + SHOP_LATER + WEB_LATER
        alone = (live(SHOP, "shop", "shop", ("calls", 0)) + live(WEB, "web", "web", ("crm", 1)))
        twin = live(SHOP, "shop", "twin", ("calls", 1)) + live(WEB, "web", "twin", ("calls", 1))
        self.tell(site, alone + twin, "2026-03-10T00:00:00Z")
        self.assertEqual(self.customers(site), {"shop", "web", "twin"})
        open_before = site.query("SELECT reminder_id::text FROM guanxi.v_reminder WHERE customer_id = 'web' "
                                 "AND status = 'open'")
        self.assertTrue(open_before)

        merge = merged("2026-03-10T12:00:00Z", "web", "shop")
        self.tell(site, [merge], "2026-03-20T00:00:00Z")
        self.assertEqual(self.customers(site), {"shop", "twin"})
        self.assert_same_life(site, "shop", "twin", but={"as_of"})
        closed = {message.id[:36]: message for message in site.read_messages().of_type("guanxi.reminder.closed")}
        for (reminder,) in open_before:
            self.assertEqual(closed[reminder].data["reason"], "moot")
        self.assertEqual(site.query("SELECT DISTINCT status FROM guanxi.v_reminder WHERE customer_id = 'web'"),
                         [("moot",)])

        # The same merge again changes nothing; the one into a third is a chain.
        self.tell(site, [merge, merged("2026-03-20T12:00:00Z", "shop", "head")], "2026-03-21T00:00:00Z")
        later = live(WEB_LATER, "web", "web", ("calls", 0)) + live(SHOP_LATER, "shop", "shop", ("crm", 1))
        later_twin = live(WEB_LATER, "web", "twin", ("calls", 1)) + live(SHOP_LATER, "shop", "twin", ("calls", 1))
        self.tell(site, later + later_twin, "2026-05-01T00:00:00Z")
        self.assertEqual(self.customers(site), {"head", "twin"})
        self.assert_same_life(site, "head", "twin")
        self.assertEqual(self.aliases(site), {"web": "shop", "shop": "head"})
        self.assertEqual(len(self.recorded(site)), 2 * len(everything) + 2)
        self.assertEqual({row[:2] for row in self.recorded(site)},
                         {("head", "web"), ("head", "shop"), ("twin", "twin")})
        self.assert_told(site, "merged", ("web", 1, "shop"), ("shop", 1, "head"))
        self.assertEqual(site.views()["v_quarantine"], {})

    def test_unmerge(self):
        """Both sides get back what each would be alone."""
        site = self.start(instances=2)
        lives = [("shop", "crm", SHOP, SHOP_LATER), ("web", "calls", WEB, WEB_LATER)]
        first, later = [], []
        for name, topic, events, more in lives:
            for subject, partition in ((name, 0), (f"{name}-twin", 1)):
                first += live(events, name, subject, (topic, partition))
                later += live(more, name, subject, (topic, partition))
        self.tell(site, first, "2026-03-10T00:00:00Z")
        self.assert_same_life(site, "web", "web-twin")
        self.tell(site, [merged("2026-03-10T12:00:00Z", "web", "shop")], "2026-03-20T00:00:00Z")
        self.assertTrue(differences(read_life(site, "shop"), read_life(site, "shop-twin")), "merged and yet as alone")
        self.tell(site, later, "2026-04-01T00:00:00Z")
        self.assertNotIn("web", self.customers(site))
        back = unmerged("2026-04-01T12:00:00Z", "shop", "web")
        self.tell(site, [back], "2026-04-03T00:00:00Z")
        self.assert_same_life(site, "web", "web-twin")
        self.assert_same_life(site, "shop", "shop-twin", but={"as_of"})
        self.assertEqual(self.aliases(site), {})
        self.assertEqual([row[1:] for row in self.recorded(site) if row[0] == "shop" and row[2].startswith("customer.")
                          and row[2] != "customer.updated"],
                         [("shop", "customer.unmerged"), ("web", "customer.merged")])

        # Twice is once; of somebody who is not merged into the subject it is an event like any other, without effect.
        self.tell(site, [back, unmerged("2026-04-03T12:00:00Z", "web", "shop"),
                         unmerged("2026-04-03T13:00:00Z", "nobody", "shop")], "2026-05-01T00:00:00Z")
        self.assert_same_life(site, "web", "web-twin", but={"as_of"})
        self.assertIn(("web", "web", "customer.unmerged"), self.recorded(site))
        self.assertEqual(self.customers(site), {"shop", "shop-twin", "web", "web-twin"})
        self.assert_told(site, "merged", ("web", 1, "shop"))
        self.assert_told(site, "unmerged", ("shop", 1, "web"))

    def test_merge_read_again_after_unmerge(self):
        """A merge that was undone and comes a second time is the same event: it is not done again, and what stands
        behind it is read on."""
        site = self.start()
        merge = merged("2026-03-02T00:00:00Z", "a", "b")
        self.tell(site, live(SHOP, "shop", "a", ("crm", 0)) + live(WEB, "web", "b", ("crm", 0)) +
                  [merge, unmerged("2026-03-03T00:00:00Z", "b", "a"), merge] +
                  live(SHOP_LATER, "shop", "a", ("crm", 0)), "2026-04-01T00:00:00Z")
        self.assertEqual(self.customers(site), {"a", "b"})
        self.assertEqual(self.aliases(site), {})
        self.assertEqual(len(self.recorded(site)), len(SHOP + WEB + SHOP_LATER) + 2)
        # Another one does.
        self.tell(site, [merged("2026-04-02T00:00:00Z", "a", "b")], "2026-04-03T00:00:00Z")
        self.assertEqual(self.aliases(site), {"a": "b"})
        self.assert_told(site, "merged", ("a", 1, "b"), ("a", 2, "b"))

    def test_merge_before_anything_is_known(self):
        """Ids can be merged that nobody has heard of; whose events come first does not matter."""
        site = self.start()
        self.tell(site, [merged("2026-01-01T00:00:00Z", "web", "shop")], "2026-01-01T12:00:00Z")
        self.assertEqual(self.customers(site), set())
        self.tell(site, live(WEB, "web", "web", ("calls", 0)) + live(WEB, "web", "twin", ("calls", 1)),
                  "2026-03-10T00:00:00Z")
        self.assertEqual(self.customers(site), {"shop", "twin"})
        self.assert_same_life(site, "shop", "twin")
        # A winner that has no events of its own is no more when they go back.
        self.tell(site, [unmerged("2026-03-11T00:00:00Z", "shop", "web")], "2026-03-12T00:00:00Z")
        self.assertEqual(self.customers(site), {"web", "twin"})
        self.assert_same_life(site, "web", "twin")
        self.assertEqual(site.query("SELECT DISTINCT status FROM guanxi.v_reminder WHERE customer_id = 'shop'"),
                         [("moot",)])

    def test_many_merges_while_instances_die(self):
        """Events, merges and unmerges in different lanes as a backlog, instances killed while they read it: every
        merge took place once, no event is lost, and everybody is as the twin that was told everything."""
        pairs, lanes = 90, len(LANES)
        events, changes = [], []
        for n in range(pairs):
            shop, web, twin = f"shop-{n}", f"web-{n}", f"twin-{n}"
            events += live(SHOP, "shop", shop, LANES[n % lanes]) + live(WEB, "web", web, LANES[(n + 1) % lanes])
            events += live(SHOP, "shop", twin, LANES[n % 3]) if n % 3 else []
            events += live(WEB, "web", twin, LANES[n % 3]) + live(SHOP, "shop", f"{twin}b", LANES[n % 3]) * (n % 3 == 0)
            changes.append(merged("2026-02-01T12:00:00Z", web, shop, lane=LANES[(n + 2) % lanes]))
            if n % 3 == 0:
                changes.append(unmerged("2026-02-02T12:00:00Z", shop, web, lane=LANES[(n + 2) % lanes]))
        records = [record for n in range(len(events)) for record in
                   events[n:n + 1] + (changes[n // 8:n // 8 + 1] if n % 8 == 0 else [])]
        self.assertEqual(len(records), len(events) + len(changes))
        site = self.start(instances=0)
        ticks = [stream.tick(topic, "2026-03-10T00:00:00Z", partition) for topic, partition in LANES]
        site.publish(records + ticks)
        self.sent = records + ticks
        site.start()
        victim = site.start()
        for _ in range(3):
            seen = len(self.aliases(site))
            wait_until(60, lambda: len(self.aliases(site)) > seen + 3 or site.has_reached(stream.lane_ends(self.sent)),
                       "merges go on")
            victim.kill()
            victim = site.start()
        self.tell(site, [])
        self.assertEqual(len(self.recorded(site)), len(events) + len(changes))
        self.assertEqual(self.aliases(site), {f"web-{n}": f"shop-{n}" for n in range(pairs) if n % 3})
        for n in range(pairs):
            if n % 3:
                self.assert_same_life(site, f"shop-{n}", f"twin-{n}", but={"as_of"})
            else:
                self.assert_same_life(site, f"web-{n}", f"twin-{n}")
                self.assert_same_life(site, f"shop-{n}", f"twin-{n}b", but={"as_of"})
        self.assert_told(site, "merged", *((f"web-{n}", 1, f"shop-{n}") for n in range(pairs)))
        self.assert_told(site, "unmerged", *((f"shop-{n}", 1, f"web-{n}") for n in range(0, pairs, 3)))
        self.assertEqual(site.views()["v_quarantine"], {})

    # --------------------------------------------------------------------------------------------- refusing

    def quarantined(self, site):
        """{subject: (state, reason, number)}"""
        return {row[0]: row[1:] for row in
                site.query("SELECT subject, state, reason, quarantine_id::text FROM guanxi.v_quarantine")}

    def test_refused(self):
        """Merges that cannot be are refused, and can be judged again when the reason is gone."""
        site = self.start()
        self.tell(site, [record for name in "abc" for record in live(SHOP, name, name, ("calls", 0))] +
                  [change("erased", "2026-03-01T00:00:00Z", "gone", lane=("calls", 0))], "2026-03-02T00:00:00Z")
        self.tell(site, [merged("2026-03-03T00:00:00Z", "a", "b"),
                         merged("2026-03-04T00:00:00Z", "b", "a"),    # a cycle
                         merged("2026-03-04T01:00:00Z", "d", "d"),    # itself
                         merged("2026-03-04T02:00:00Z", "c", "gone"),  # erased
                         stream.event("crm", "call.completed", "2026-03-04T03:00:00Z", "c", OUTBOUND)],
                  "2026-03-05T00:00:00Z")
        rows = self.quarantined(site)
        self.assertEqual({subject: row[:2] for subject, row in rows.items()},
                         {subject: ("held", "bad_merge") for subject in "bcd"})
        self.assertEqual(self.aliases(site), {"a": "b"})
        self.assertEqual(self.customers(site), {"b", "c"})
        again = site.command("quarantine", "retry", "all", "--reason", "bad_merge")
        self.assertEqual((again.returncode, again.stdout.splitlines()[-1]), (0, "0 applied, 0 discarded, 3 held"))

        self.tell(site, [unmerged("2026-03-06T00:00:00Z", "b", "a")], "2026-03-07T00:00:00Z")
        self.assertEqual(site.command("readmit", "gone").returncode, 0)
        again = site.command("quarantine", "retry", "all", "--reason", "bad_merge")
        self.assertEqual((again.returncode, again.stdout.splitlines()[-1]), (0, "2 applied, 0 discarded, 1 held"),
                         again.stderr)
        self.tell(site, live(SHOP_LATER, "later", "b", ("calls", 1)), "2026-04-01T00:00:00Z")
        self.assertEqual({subject: row[0] for subject, row in self.quarantined(site).items()},
                         {"b": "applied", "c": "applied", "d": "held"})
        self.assertEqual(self.aliases(site), {"b": "a", "c": "gone"})
        self.assertEqual(self.customers(site), {"a", "gone"})
        self.assertEqual({row[:2] for row in self.recorded(site)},
                         {("a", "a"), ("a", "b"), ("gone", "c")})
        self.assert_told(site, "merged", ("a", 1, "b"), ("b", 1, "a"), ("c", 1, "gone"))

    # ---------------------------------------------------------------------------------------------- erasing

    def dump(self, site):
        done = subprocess.run(["pg_dump", "--schema=guanxi", "-d", f"{self.postgres.address} dbname={site.name}"],
                              check=True, capture_output=True)
        return done.stdout.decode()

    def assert_gone(self, site, *texts):
        dump = self.dump(site)
        for text in texts:
            for form in (text, text.encode().hex()):
                at = dump.find(form)
                self.assertEqual(at, -1, f"{form} is left: {dump[max(at - 300, 0):at + 100]}")

    def marked_life(self, mark):
        """Events that put a mark into every text that is kept of a customer."""
        events = [
            ("2026-01-02T09:00:00Z", "call.completed", {**OUTBOUND, "note": mark}),
            ("2026-01-05T09:00:00Z", "order.placed", {"order_id": mark, "amount": "120.00", "currency": "CNY"}),
            ("2026-01-06T09:00:00Z", "customer.updated", {name: f"{mark} {name}" for name in
                                                          ("owner", "manager", "name", "channel")}),
            ("2026-01-07T09:00:00Z", "plan.made", {"goal": mark}),
            ("2026-01-08T09:00:00Z", "promise.made", {"promise_id": f"{mark}-1", "by": "us", "about": mark,
                                                      "due": "2026-01-20T00:00:00Z"}),
            ("2026-01-09T09:00:00Z", "promise.made", {"promise_id": f"{mark}-2", "by": "us", "about": mark,
                                                      "due": "2026-06-20T00:00:00Z"}),
            ("2026-01-10T09:00:00Z", "objection.raised", {"kind": "person", "words": mark}),
            ("2026-01-11T09:00:00Z", "relationship.ended", {"by": "customer", "reason": mark}),
            ("2026-01-12T09:00:00Z", "order.placed", {"order_id": mark + "2", "amount": "1", "currency": "CNY"}),
            ("2026-01-13T09:00:00Z", "promise.made", {"promise_id": f"{mark}-3", "by": "us", "about": mark,
                                                      "due": "2026-01-20T00:00:00Z"}),
            ("2026-02-01T09:00:00Z", "message.received", {"channel": mark}),
        ]
        return [stream.event("calls", type, time, "erased-id", data, id=f"{mark}-{time}", source=f"//{mark}")
                for time, type, data in events]

    def test_erase(self):
        """Of an erased customer nothing is left, neither here nor in what is published from then on; late events of
        it are dropped until it is readmitted."""
        site, mark = self.start(instances=2), "quetzal"
        bad = stream.event("calls", "call.completed", "2026-02-02T00:00:00Z", "old-erased-id", {"direction": mark},
                           id=f"{mark}-bad", source=f"//{mark}")
        by_key = stream.Record("calls", f"{{{mark}".encode(), b"erased-id", 1,
                               [("content-type", b"application/cloudevents+json"), ("note", mark.encode())])
        old = stream.event("crm", "feedback.received", "2026-02-03T00:00:00Z", "old-erased-id",
                           {"sentiment": "complaint", "words": mark}, id=f"{mark}-old")
        neighbour = live(SHOP, "other", "neighbour", ("calls", 1)) + live(SHOP, "other", "twin", ("calls", 1))
        self.tell(site, self.marked_life(mark) + neighbour + [bad, by_key, old], "2026-02-10T00:00:00Z")
        self.tell(site, [merged("2026-02-10T12:00:00Z", "old-erased-id", "erased-id", id=f"{mark}-merge")],
                  "2026-02-20T00:00:00Z")
        opened = site.query("SELECT reminder_id::text, kind FROM guanxi.v_reminder WHERE customer_id = 'erased-id' "
                            "AND status = 'open'")
        self.assertLessEqual({"response", "overdue"}, {kind for _, kind in opened})
        self.assertIn(mark, self.dump(site))
        before = dict(site.read_messages().first)
        self.assertTrue(any(mark in message.payload.decode() for message in before.values()))

        # Named by the old id, and behind an event of the same batch.
        self.tell(site, [stream.event("crm", "message.received", "2026-02-20T10:00:00Z", "erased-id", {"words": mark},
                                      id=f"{mark}-last"),
                         change("erased", "2026-02-20T12:00:00Z", "old-erased-id", {"why": mark}, id=f"{mark}-erase")],
                  "2026-03-01T00:00:00Z")
        self.assert_gone(site, mark, "erased-id")
        after = [message for id, message in site.read_messages().first.items() if id not in before]
        self.assertFalse([message.payload for message in after if mark in message.payload.decode()])
        of_it = {message.id for message in after if "erased-id" in message.payload.decode()}
        closings = {f"{reminder}/closed" for reminder, _ in opened}
        erasure = {message_id("old-erased-id", "erased", 1)}
        self.assertEqual(of_it, closings | erasure)
        self.assertEqual({message.data["reason"] for message in after if message.id in closings}, {"moot"})
        self.assert_told(site, "erased", ("old-erased-id", 1))
        self.assertEqual(sorted(site.query("SELECT state, reason, payload, key, subject FROM guanxi.v_quarantine")),
                         [("discarded", "bad_data", None, None, None), ("discarded", "not_json", None, None, None)])
        self.assert_same_life(site, "neighbour", "twin")

        # What comes late, good, bad or a second erasure, leaves nothing; what stands beside it is applied.
        self.tell(site, [bad, by_key] + self.marked_life(mark) + live(SHOP_LATER, "other", "neighbour", ("calls", 1)) +
                  live(SHOP_LATER, "other", "twin", ("calls", 1)) +
                  [change("erased", "2026-03-23T00:00:00Z", "erased-id", {"why": mark}),
                   merged("2026-03-23T01:00:00Z", "erased-id", "neighbour", id=f"{mark}-merge-2")],
                  "2026-04-01T00:00:00Z")
        self.assert_gone(site, mark, "erased-id")
        self.assertEqual(self.customers(site), {"neighbour", "twin"})
        self.assert_same_life(site, "neighbour", "twin")
        self.assertEqual(site.query("SELECT count(*) FROM guanxi.v_quarantine WHERE payload IS NOT NULL")[0][0], 0)
        self.assert_told(site, "erased", ("old-erased-id", 1))
        self.assertEqual(site.count_in_logs(mark), 0)

    def test_erase_one_who_was_told_apart(self):
        """Who was merged and told apart again before the erasure stands with others by the changes of ids alone, and
        stands there no more; what is told of it later leaves nothing, until it is readmitted."""
        site, gone = self.start(instances=2), "quetzal"
        first = [record for subject in ("shop", "twin") for record in live(SHOP, "shop", subject, ("calls", 0))]
        first += live(WEB, "web", gone, ("calls", 1)) + live(WEB, "web", "other", ("crm", 1))
        first += live(WEB, "web", "other-twin", ("crm", 1))
        self.tell(site, first, "2026-02-28T00:00:00Z")
        told = site.read_messages().of_type("guanxi.stage.changed")
        stages = sorted(message.data["n"] for message in told if message.customer == gone)
        changes = [merged("2026-03-01T00:00:00Z", gone, "shop"), merged("2026-03-02T00:00:00Z", "other", gone),
                   unmerged("2026-03-03T00:00:00Z", "shop", gone), unmerged("2026-03-04T00:00:00Z", "shop", gone),
                   unmerged("2026-03-05T00:00:00Z", "shop", "other")]
        self.tell(site, changes, "2026-03-06T00:00:00Z")
        self.assert_same_life(site, "other", "other-twin")
        told = site.read_messages().of_type("guanxi.stage.changed")
        self.assertEqual(sorted(message.data["n"] for message in told if message.customer == gone), stages,
                         "the same is told once more of who came back")
        self.tell(site, [change("erased", "2026-03-06T12:00:00Z", gone)], "2026-03-07T00:00:00Z")
        self.assert_gone(site, gone)
        self.assertEqual([row[1:] for row in self.recorded(site) if row[2] in ("customer.merged", "customer.unmerged")],
                         [("other", "customer.merged")] + [("shop", "customer.unmerged")] * 3)
        # Read again, and once more by other names.
        self.tell(site, changes + live(WEB, "web", gone, ("calls", 1)) +
                  [merged("2026-03-07T12:00:00Z", gone, "other"), unmerged("2026-03-07T13:00:00Z", "shop", gone)],
                  "2026-03-08T00:00:00Z")
        self.assert_gone(site, gone)
        self.assertEqual(site.views()["v_quarantine"], {})
        self.assert_same_life(site, "shop", "twin", but={"as_of"})
        self.assert_same_life(site, "other", "other-twin")
        self.assertEqual(self.aliases(site), {})

        self.assertEqual(site.command("readmit", gone).returncode, 0)
        self.tell(site, live(WEB, "web", gone, ("calls", 1)), "2026-03-09T00:00:00Z")
        self.tell(site, changes[:1], "2026-03-10T00:00:00Z")
        self.assertEqual(self.aliases(site), {gone: "shop"})
        self.assert_told(site, "merged", (gone, 1, "shop"), (gone, 2, "shop"), ("other", 1, gone))
        messages = site.read_messages()
        told = [message for message in messages.of_type("guanxi.stage.changed") if message.customer == gone]
        self.assertEqual(sorted(message.data["n"] for message in told), list(range(1, len(told) + 1)))
        self.assertGreater(len(told), len(stages))

    def test_erasures_among_events(self):
        """Wherever an erasure stands among the events and merges of its customers, who come in all lanes and have
        reminders on their way: nothing is left, each published reminder is closed, and nothing is told behind that."""
        site, random, count = self.start(instances=2), Random(4), 40
        lanes = {lane: [] for lane in LANES}
        for n in range(count):
            for name, events in (("shop", SHOP + SHOP_LATER), ("web", WEB + WEB_LATER)):
                for event in events:
                    lane = random.choice(LANES)
                    lanes[lane] += live([event], name, f"{name}-{n}.", lane)
        for records in lanes.values():
            random.shuffle(records)
        erased = {f"{name}-{n}." for n in range(count) for name in ("shop", "web") if n % 4 or name == "shop"}
        for n in range(count):
            lane, shop, web = random.choice(LANES), f"shop-{n}.", f"web-{n}."
            changes = [merged("2026-03-01T00:00:00Z", web, shop, lane=lane)] if n % 4 else []
            changes += [change("erased", "2026-03-02T00:00:00Z", web if n % 4 == 1 else shop, lane=lane)]
            places = sorted(random.randrange(len(lanes[lane]) + 1) for _ in changes)
            for further, (place, record) in enumerate(zip(places, changes)):
                lanes[lane].insert(place + further, record)
        day = 0
        while any(lanes.values()):
            part = []
            for lane, records in lanes.items():
                part += [records.pop(0) for _ in range(min(len(records), random.randrange(20)))]
            day += 3
            time = f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00Z"
            part += [stream.tick(topic, time, partition) for topic, partition in LANES]
            site.publish(part)
            self.sent += part
            site.wait_for_lanes(stream.lane_ends(self.sent))
        self.tell(site, [], "2026-12-01T00:00:00Z")
        self.assert_gone(site, *erased)
        self.assertEqual(self.customers(site), {f"web-{n}." for n in range(0, count, 4)})
        told = {}
        for message in site.read_messages().first.values():
            about = message.id[:36] if message.type.startswith("guanxi.reminder.") else message.customer
            told.setdefault((message.customer, about), []).append((message.type, message.id.partition("/")[2]))
        of_erased = {key: messages for key, messages in told.items() if key[0] in erased}
        self.assertTrue(any(messages[-1] == ("guanxi.reminder.closed", "closed") and len(messages) > 4
                            for messages in of_erased.values()), "hardly a reminder")
        named = {message.customer for message in site.read_messages().of_type("guanxi.customer.erased")}
        self.assertEqual(len(named), count)
        for (customer, about), messages in of_erased.items():
            if about != customer:
                self.assertEqual(messages[-1][0], "guanxi.reminder.closed", (customer, about, messages))
            elif customer in named:
                self.assertEqual(messages[-1][0], "guanxi.customer.erased", (customer, messages))

    def test_readmit(self):
        """Who was erased comes again as somebody new, by word of the operator, one id at a time."""
        site = self.start(instances=2)
        self.tell(site, live(SHOP, "shop", "gone", ("calls", 0)) + [merged("2026-02-21T00:00:00Z", "old", "gone")],
                  "2026-03-01T00:00:00Z")
        self.tell(site, [change("erased", "2026-03-01T12:00:00Z", "gone")] + live(WEB, "web", "gone", ("calls", 1)),
                  "2026-03-02T00:00:00Z")
        self.assertEqual(self.customers(site), set())
        for arguments, code, words in ((["old"], 0, "1 readmitted"), (["old"], 65, "old is not erased"),
                                       (["never", "gone", "--json"], 65, "never is not erased"),
                                       (["two\nlines"], 64, "UTF-8 without control")):
            done = site.command("readmit", *arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stdout + done.stderr)
            if "--json" in arguments:
                self.assertEqual(json.loads(done.stdout), [{"customer_id": "gone", "state": "readmitted"}])
        self.assertEqual(site.query("SELECT bool_or(stands) FROM guanxi.erased"), [(False,)])
        # The same events as those that were dropped: nobody remembers them.
        self.tell(site, live(WEB + WEB_LATER, "web", "gone", ("calls", 1)) +
                  live(WEB + WEB_LATER, "web", "twin", ("crm", 1)) +
                  live(SHOP_LATER, "old", "old", ("calls", 0)), "2026-04-01T00:00:00Z")
        self.assertEqual(self.customers(site), {"gone", "old", "twin"})
        self.assert_same_life(site, "gone", "twin")
        self.tell(site, [change("erased", "2026-04-02T00:00:00Z", "gone")], "2026-04-03T00:00:00Z")
        self.assertEqual(self.customers(site), {"old", "twin"})
        self.assert_told(site, "erased", ("gone", 1), ("gone", 2))


if __name__ == "__main__":
    case.main()
