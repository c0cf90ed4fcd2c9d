"""Records that are gone before they were read: by retention, by a topic made anew. Never silently."""
from rig import case, stream
from rig.servers import wait_until


def calls(topic, count, start=0):
    return [stream.event(topic, "call.completed", f"2026-03-01T{n // 60:02d}:{n % 60:02d}:00Z", f"c{n}",
                         {"direction": "outbound"}, id=f"{topic}-{n}") for n in range(start, start + count)]


class Losses(case.SystemTest):
    def begun(self, lost_data):
        """A site that has read 20 records of two topics and is stopped."""
        site = self.site(topics={"calls": 1, "crm": 1}, settings={"lost_data": lost_data})
        site.start()
        site.publish(calls("calls", 20) + calls("crm", 20))
        site.wait_for_lanes({("calls", 0): 20, ("crm", 0): 20})
        site.instances[0].stop()
        return site

    def losses(self, site):
        return site.query("SELECT partition, from_offset, to_offset FROM guanxi.loss")

    def others_go_on(self, site, end):
        site.publish(calls("crm", 10, start=20), check_offsets=False)
        site.wait_for_lanes({("crm", 0): end})

    def assert_halted(self, site, instance, *words):
        wait_until(30, lambda: site.lane("calls")[1] == "halted", "the lane halts")
        for word in words:
            self.assertIn(word, site.lane("calls")[2])
            self.assertIn(word, instance.log())
        self.assertTrue(instance.running())

    def test_retention_stops(self):
        site = self.begun("stop")
        site.publish(calls("calls", 30, start=20))
        self.kafka.truncate(site.prefix + "calls", 0, 35)
        instance = site.start()
        self.assert_halted(site, instance, "retention")
        self.others_go_on(site, 30)
        self.assertEqual(site.lane("calls")[0], 20)
        self.assertEqual(self.losses(site), [])

    def test_retention_continues(self):
        site = self.begun("continue")
        site.publish(calls("calls", 30, start=20))
        self.kafka.truncate(site.prefix + "calls", 0, 35)
        instance = site.start()
        site.wait_for_lanes({("calls", 0): 50})
        self.assertEqual(self.losses(site), [(0, 20, 35)])
        self.assertIn("lost: from 20 to before 35", instance.log())
        customers = {key[0] for key in site.views()["v_customer"]}
        self.assertEqual(customers, {f"c{n}" for n in [*range(20), *range(35, 50)]})

    def test_retention_while_running(self):
        """Retention overtakes a reader that is behind."""
        site = self.begun("continue")
        instance = site.start()
        wait_until(30, lambda: "ours from offset 20" in instance.log(), "the lane is ours")
        instance.freeze()
        site.publish(calls("calls", 30, start=20))
        self.kafka.truncate(site.prefix + "calls", 0, 45)
        instance.thaw()
        site.wait_for_lanes({("calls", 0): 50})
        lost = self.losses(site)
        # What had been fetched before it froze may have been read; the rest is accounted for to the record.
        seen = {int(key[0][1:]) for key in site.views()["v_customer"]}
        gone = {n for _, start, end in lost for n in range(start, end)}
        self.assertEqual(seen & gone, set())
        self.assertEqual(seen | gone, set(range(50)))

    def recreate(self, site, count):
        self.kafka.delete(site.prefix + "calls")
        self.kafka.create(site.prefix + "calls", 1)
        site.publish(calls("calls", count, start=1000))

    def test_recreated_shorter(self):
        site = self.begun("stop")
        self.recreate(site, 5)
        instance = site.start()
        self.assert_halted(site, instance, "recreated")
        self.others_go_on(site, 30)

    def test_recreated_longer(self):
        """The offset exists again, but the record before it is another one."""
        site = self.begun("stop")
        self.recreate(site, 40)
        instance = site.start()
        self.assert_halted(site, instance, "recreated")
        self.others_go_on(site, 30)
        self.assertEqual(len(site.views()["v_timeline"]), 50)

    def test_recreated_continues(self):
        site = self.begun("continue")
        self.recreate(site, 40)
        site.start()
        site.wait_for_lanes({("calls", 0): 40})
        self.assertEqual(len(self.losses(site)), 1)
        self.assertEqual(len(site.views()["v_timeline"]), 20 + 20 + 40)


if __name__ == "__main__":
    case.main()
