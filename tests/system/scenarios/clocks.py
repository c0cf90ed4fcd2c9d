"""With the wall clock: what an old backlog publishes and what it keeps to itself, and that reminders open by
themselves while nothing happens."""
import time
import uuid
from datetime import datetime, timedelta, timezone

from rig import case, stream
from rig.compare import NAMESPACE
from rig.servers import wait_until

DAY = timedelta(days=1)


class WallClock(case.SystemTest):
    def setUp(self):
        self.here = self.site(topics={"calls": 2}, settings={"clock": "wall", "lateness": "1 s"})
        self.now = datetime.fromtimestamp(int(self.here.query("SELECT extract(epoch FROM now())")[0][0]), timezone.utc)

    def event(self, subject, type, ago, **data):
        at = self.now - ago
        return stream.event("calls", type, at.strftime("%Y-%m-%dT%H:%M:%SZ"), subject, data, id=f"{subject}-{type}")

    def reminder(self, subject, ago, kind="response"):
        return str(uuid.uuid5(NAMESPACE, f"{subject}\n{kind}\n{int((self.now - ago).timestamp()) * 10**6}"))

    def published(self):
        return {message.id: message for message in self.here.read_messages().first.values()
                if message.type.startswith("guanxi.reminder.")}

    def notices(self, reminder):
        return dict(self.here.query("SELECT notice, state FROM guanxi.v_notice WHERE reminder_id = %s", reminder))

    def test_old_backlog(self):
        """Notices beyond the horizon (3 days) are not published one by one; an open reminder all of whose notices
        are so old is announced once, late; cured ones are not spoken of."""
        recent, old, cured = timedelta(days=10), timedelta(days=30), timedelta(days=20)
        self.here.publish([
            self.event("recent", "message.received", recent), self.event("old", "message.received", old),
            self.event("cured", "message.received", cured),
            self.event("cured", "call.completed", 5 * DAY, direction="outbound")])
        instance = self.here.start()
        late = self.reminder("old", old) + "/4"
        wait_until(30, lambda: late in self.published(), "the announcement")
        in_time = self.reminder("recent", recent) + "/4"
        wait_until(30, lambda: in_time in self.published(), "the notice within the horizon")
        self.assertEqual(set(self.published()), {late, in_time})
        self.assertIs(self.published()[late].data["late"], True)
        self.assertIs(self.published()[in_time].data["late"], False)
        self.assertEqual(self.notices(self.reminder("recent", recent)),
                         {1: "suppressed", 2: "suppressed", 3: "suppressed", 4: "published"})
        self.assertEqual(self.notices(self.reminder("old", old)),
                         {1: "suppressed", 2: "suppressed", 3: "suppressed", 4: "published"})
        self.assertEqual(set(self.notices(self.reminder("cured", cured)).values()), {"suppressed"})
        instance.stop()
        self.here.start()
        time.sleep(4)
        self.assertEqual(self.here.read_messages().count, len(self.here.messages.first), "announced again")
        self.assertEqual(set(self.published()), {late, in_time})

    def test_reminder_comes_by_itself(self):
        """Nothing happens: after a day less a few seconds the reminder opens at its very instant; its cure closes
        it, and what was cured before is never spoken of."""
        ago = DAY - timedelta(seconds=6)
        self.here.start()
        self.here.publish([self.event("waiting", "message.received", ago), self.event("answered", "message.received", ago),
                           self.event("answered", "call.completed", timedelta(hours=1), direction="outbound")])
        reminder = self.reminder("waiting", ago)
        wait_until(30, lambda: f"{reminder}/1" in self.published(), "the reminder")
        self.assertEqual(set(self.published()), {f"{reminder}/1"})
        self.assertIs(self.published()[f"{reminder}/1"].data["late"], False)
        opened, due = self.here.query("SELECT opened_at, due_at FROM guanxi.v_reminder WHERE reminder_id = %s", reminder)[0]
        self.assertEqual(opened, due)
        self.assertEqual(due, self.now - ago + DAY)
        since = self.here.query("SELECT now() - %s", self.now)[0][0]
        self.here.publish([self.event("waiting", "call.completed", -since, direction="outbound")])
        wait_until(30, lambda: f"{reminder}/closed" in self.published(), "its closing")
        closing = self.published()[f"{reminder}/closed"]
        self.assertEqual(closing.data["reason"], "done")
        self.assertEqual(closing.data["event"], {"source": "//test", "id": "waiting-call.completed"})

    def test_unread_lane_holds_everything_back(self):
        """A cure that is still unread in another lane: nothing is published before it has been read."""
        ago = timedelta(days=2)
        poison = stream.Record("calls", b"x", b"c", 1, [("content-type", b"application/cloudevents+json")])
        cure = self.event("held", "call.completed", timedelta(days=1, hours=12), direction="outbound")
        cure.partition = 1
        self.here.publish([self.event("held", "message.received", ago), poison, cure])
        self.here.start()
        self.here.wait_for_lanes({("calls", 0): 1, ("calls", 1): 2})
        time.sleep(4)
        self.assertEqual(self.published(), {})


if __name__ == "__main__":
    case.main()
