"""The page of the running daemon: who may see what, values that mean no good, the same for programs, and how it looks
in Chromium. Pictures stay in $GUANXI_PAGE_PICTURES, if that is set."""
import concurrent.futures
import html.parser
import http.client
import json
import os
import socket
import time
import urllib.parse

from rig import browser, case, golden, scrape, stream
from rig.servers import wait_until

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden")
TOKEN = "a token of this test alone"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
HOSTILE_ID = "\"><script>alert(1)</script>&'/../?q=1#\u202e"
HOSTILE_NAME = "</title></h1><img src=x onerror=alert(2)>'\"&amp; \\u003c\u2028 张"
HOSTILE_OWNER = "o'\"><svg onload=alert(3)>&lang=zh"
HOSTILE_BYTES = b"</pre><script>alert(4)</script>\x1b[2J\xff\xfe{\"a\":1}"
PAGES = ["/", "/customers", "/customers?q=a", "/customer?id=zhang", "/reminders?owner=", "/quarantine"]
PERSONAL = ["zhang", "script", "onload", "onerror", "alert"]


class Tags(html.parser.HTMLParser):
    """What a page is made of."""
    VOID = {"meta", "br", "input", "link"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open, self.text, self.words = [], [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "a":
            self.links.append(dict(attributes)["href"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert tag in self.open, f"</{tag}> without its beginning"
        while self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.text += data


ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "nav", "b", "a", "main", "h1", "h2", "h3",
           "section", "p", "br", "span", "div", "table", "thead", "tbody", "tr", "th", "td", "bdi", "svg", "rect",
           "text", "line", "polyline", "form", "label", "input", "button", "pre", "footer"}
ATTRIBUTES = {"lang", "charset", "name", "content", "nonce", "class", "href", "hreflang", "tabindex", "role", "viewbox",
              "x", "y", "x1", "x2", "y1", "y2", "width", "height", "points", "text-anchor", "aria-hidden", "action",
              "method", "type", "value", "autocomplete", "required"}


class PageTest(case.SystemTest):
    def get(self, url, headers=None, method="GET", body=None):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, url, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def found(self, url, headers=None):
        status, _, text = self.get(url, headers)
        self.assertEqual(status, 200, f"{url}: {text[:2000]}")
        return text

    def json(self, url, headers=KNOWN):
        return json.loads(self.found(url + ("&" if "?" in url else "?") + "format=json", headers))

    def serve(self, site, page="full", **changes):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        token = os.path.join(site.folder, "token")
        with open(token, "w") as file:
            file.write(TOKEN + "\nanother line\n")
        settings = {"listen": f"127.0.0.1:{self.port}", "page": page, "token_file": token}
        instance = site.start(site.configure("page", http=settings, **changes))
        self.path = instance
        wait_until(30, lambda: self.answers(), "the page")
        return instance

    def answers(self):
        try:
            return self.get("/livez")[0] == 200
        except OSError:
            return False

    def records(self):
        """Stories, and a customer, an owner and a record that mean no good."""
        records, _ = golden.load(GOLDEN)
        ticks = [record for record in records if b"guanxi.tick" in record.value]
        records = [record for record in records if b"guanxi.tick" not in record.value]
        for n in range(40):
            records.append(stream.event("calls", "call.completed", f"2026-{1 + n // 4:02d}-{1 + n % 4 * 7:02d}T03:00:00Z",
                                        "li-na", {"direction": "outbound" if n % 3 else "inbound"}, id=f"li/{n}"))
        records += [
            stream.event("crm", "customer.updated", "2026-01-01T00:00:00Z", "li-na",
                         {"name": "李娜", "owner": "王强", "manager": "高峰"}, id="li/profile"),
            stream.event("crm", "customer.updated", "2026-01-01T00:00:00Z", HOSTILE_ID,
                         {"name": HOSTILE_NAME, "owner": HOSTILE_OWNER}, id="hostile/profile"),
            stream.event("calls", "message.received", "2026-11-01T00:00:00Z", HOSTILE_ID, {}, id="hostile/<b>1"),
            stream.Record("calls", HOSTILE_BYTES, b"<i>key</i>\xff", 0,
                          [("content-type", b"application/cloudevents+json"), ("<u>", b"\"'<script>")]),
        ]
        return self.number(records + ticks)

    def told(self, **options):
        """A site whose stories are told, and its page."""
        site = self.site(topics={"calls": 1, "orders": 1, "crm": 1})
        self.serve(site, **options)
        records = self.records()
        site.publish(records)
        site.wait_for_lanes(stream.lane_ends(records))
        site.wait_until_settled()
        # An overview is kept for a while; for longer if it took long to read.
        wait_until(60, lambda: self.shows(site, self.json("/")), "an overview of the present")
        return site

    def shows(self, site, overview):
        opened = site.query("SELECT count(*) FROM guanxi.v_reminder WHERE status = 'open'")[0][0]
        return overview["reminders"]["open"] == opened > 3 and all(lane["lag"] == 0 for lane in overview["lanes"])

    def assert_sound(self, url, text):
        """Made of what pages are made of, and of nothing that a value brought."""
        page = Tags(text)
        self.assertEqual({tag for tag, _ in page.tags} - ALLOWED, set(), url)
        self.assertEqual({name for _, attributes in page.tags for name in attributes} - ATTRIBUTES, set(), url)
        self.assertEqual(page.open, [], url)
        self.assertNotIn("://", text.replace("http.token_file", ""), f"{url} refers to something outside")
        for link in page.links:
            self.assertTrue(link.startswith("/") and not link.startswith("//"), link)
        return page


class Visitors(PageTest):
    def test_who_may_see_what(self):
        site = self.told()
        self.check_anonymous()
        self.check_known()
        self.check_documents()
        self.check_merged(site)
        self.check_hostile()
        self.check_login()
        self.check_refusals(site)
        self.check_quarantine_goes_on(site)

    def check_anonymous(self):
        text = self.found("/")
        self.assert_sound("/", text)
        for word in PERSONAL + ["李娜", "王强"]:
            self.assertNotIn(word, text)
        overview = self.json("/", {})
        self.assertNotIn("owners", overview["reminders"])
        self.assertGreater(overview["reminders"]["open"], 0)
        for url in PAGES[1:]:
            for suffix in ("", ("&" if "?" in url else "?") + "format=json"):
                for headers in ({}, {"Authorization": "Bearer " + TOKEN[:-1]}, {"Authorization": "Bearer"},
                                {"Authorization": TOKEN}, {"Cookie": "guanxi_session="},
                                {"Cookie": "guanxi_session=" + 64 * "0"}):
                    status, _, text = self.get(url + suffix, headers)
                    self.assertEqual(status, 401, url)
                    for word in PERSONAL[1:] + ["李娜"]:
                        self.assertNotIn(word, text)

    def check_known(self):
        for url in PAGES:
            for language, code in (("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB", "en"), ("de, zh;q=0.3, en;q=0.2", "zh")):
                status, headers, text = self.get(url, {**KNOWN, "Accept-Language": language})
                self.assertEqual(status, 200, text[:500])
                page = self.assert_sound(url, text)
                self.assertEqual(page.tags[0], ("html", {"lang": code}))
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                nonce = next(attributes["nonce"] for tag, attributes in page.tags if tag == "style")
                self.assertEqual(headers["Content-Security-Policy"],
                                 "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
                                 f"style-src 'nonce-{nonce}'")
            other = url + ("&" if "?" in url else "?") + "lang=zh"
            self.assertIn('<html lang="zh">', self.found(other, {**KNOWN, "Accept-Language": "en"}))
        self.assertNotEqual(*(self.get("/")[1]["Content-Security-Policy"] for _ in range(2)))

    def check_documents(self):
        overview = self.json("/")
        self.assertTrue(overview["ready"])
        self.assertEqual({(lane["topic"].split(".")[-1], lane["state"], lane["lag"]) for lane in overview["lanes"]},
                         {("calls", "running", 0), ("orders", "running", 0), ("crm", "running", 0)})
        for lane in overview["lanes"]:
            self.assertIsNotNone(lane["last_commit_at"])
            self.assertEqual(lane["lag_seconds"], 0)
        self.assertEqual(overview["missing"], [])
        self.assertEqual(len(overview["moves"]), 7)
        owners = {owner["owner"]: owner for owner in overview["reminders"]["owners"]}
        self.assertIn(HOSTILE_OWNER, owners)
        self.assertEqual(sum(owner["open"] for owner in owners.values()), overview["reminders"]["open"])
        self.assertEqual({held["reason"]: held["records"] for held in overview["quarantine"]},
                         {"bad_merge": 1, "bad_utf8": 1})
        found = self.json("/customers?q=" + urllib.parse.quote("李娜"))["customers"]
        self.assertEqual([(one["id"], one["name"], one["owner"]) for one in found], [("li-na", "李娜", "王强")])
        customer = self.json("/customer?id=li-na")
        self.assertEqual(customer["explanation"]["customer"], "li-na")
        past = [point for point in customer["curve"]["points"] if point["past"]]
        ahead = [point["warmth"] for point in customer["curve"]["points"] if not point["past"]]
        self.assertAlmostEqual(past[-1]["warmth"], customer["explanation"]["warmth"]["value"], delta=1e-9)
        self.assertTrue(all(ahead[n] > ahead[n + 1] > 0 for n in range(len(ahead) - 1)))
        self.assertEqual([one["level"] for one in customer["curve"]["thresholds"]], [2, 3, 4])
        waiting = self.json("/reminders?owner=" + urllib.parse.quote(HOSTILE_OWNER))["reminders"]
        self.assertEqual({one["customer"] for one in waiting}, {HOSTILE_ID})
        self.assertEqual(len([one for one in waiting if one["open"]]), owners[HOSTILE_OWNER]["open"])

    def check_merged(self, site):
        """Who was merged is found as the other."""
        merged, into = site.query("SELECT a.customer_id, a.\"into\" FROM guanxi.v_alias AS a WHERE NOT EXISTS (SELECT FROM "
                                  "guanxi.v_alias AS n WHERE n.customer_id = a.\"into\") LIMIT 1")[0]
        found = self.json("/customers?q=" + urllib.parse.quote(merged))["customers"]
        self.assertIn(into, [one["id"] for one in found])
        url = "/customer?id=" + urllib.parse.quote(merged)
        self.assertEqual(self.json(url)["id"], into)
        self.assertIn(merged, self.assert_sound(url, self.found(url, KNOWN)).text)

    def check_hostile(self):
        text = self.found("/customers?q=" + urllib.parse.quote(HOSTILE_NAME[:20]), KNOWN)
        page = self.assert_sound("/customers", text)
        self.assertIn(HOSTILE_NAME, page.text)
        # The links lead to the very customer and owner.
        link = next(link for link in page.links if link.startswith("/customer?id="))
        self.assertEqual(urllib.parse.parse_qs(link.split("?", 1)[1])["id"], [HOSTILE_ID])
        page = self.assert_sound(link, self.found(link, KNOWN))
        self.assertIn(HOSTILE_ID, page.text)
        self.assertEqual(self.json(link)["explanation"]["name"], HOSTILE_NAME)
        page = self.assert_sound("/", self.found("/", KNOWN))
        link = next(link for link in page.links if "alert%283%29" in link)
        self.assertIn(HOSTILE_ID, self.assert_sound(link, self.found(link, KNOWN)).text)
        page = self.assert_sound("/quarantine", self.found("/quarantine", KNOWN))
        link = f"/quarantine?id={max(self.json('/quarantine')['records'], key=lambda one: one['reason'])['quarantine_id']}"
        self.assertIn(link, page.links)
        page = self.assert_sound(link, self.found(link, KNOWN))
        self.assertIn("</pre><script>alert(4)</script>\\x1b[2J\\xff\\xfe{\"a\":1}", page.text)
        self.assertIn("<u>: \"'<script>", page.text)
        record = self.json(link)
        self.assertEqual(bytes.fromhex(record["payload"]["hex"]), HOSTILE_BYTES)
        for value in (HOSTILE_ID, HOSTILE_NAME, "' OR 1=1 --", "%_\\", "a\tb\nc", 1000 * "x"):
            for url in ("/customers?q=", "/customer?id=", "/reminders?owner=", "/quarantine?id="):
                for more in ("", "&format=json"):
                    status, _, text = self.get(url + urllib.parse.quote(value, safe="") + more, KNOWN)
                    self.assertIn(status, (200, 400, 404), url)
                    json.loads(text) if more else self.assert_sound(url, text)
        for url in ("/customers?q=%ff", "/customers?q=a%00b", "/customer?id=" + 1100 * "x", "/quarantine?id=-1",
                    "/quarantine?id=1x", "/quarantine?id=99999999999999999999"):
            self.assertEqual(self.get(url, KNOWN)[0], 400, url)
        self.assertEqual(self.get("/customer?id=nobody", KNOWN)[0], 404)
        self.assertEqual(self.get("/quarantine?id=4711", KNOWN)[0], 404)

    def check_quarantine_goes_on(self, site):
        """A long list is read part by part, each record once, by links and by programs."""
        with site.postgres.connect(site.name).cursor() as cursor:
            cursor.execute("INSERT INTO guanxi.quarantine (topic, partition, \"offset\", reason, detail)"
                           " SELECT 'calls', 0, n, 'not_json', 'by hand' FROM generate_series(1, 250) AS n")
        held = [row[0] for row in site.query("SELECT quarantine_id FROM guanxi.v_quarantine WHERE state = 'held'"
                                             " ORDER BY quarantine_id")]
        self.assertGreater(len(held), 250)
        found, url, more = [], "/quarantine", True
        while more:
            part = self.json(url)
            found += [record["quarantine_id"] for record in part["records"]]
            page, more = self.assert_sound(url, self.found(url, KNOWN)), part["more"]
            self.assertEqual("after" in part, more)
            url = f"/quarantine?after={found[-1]}"
            self.assertEqual(url in page.links, more, url)
        self.assertEqual(found, held)
        for bad in ("", "x", "-1", "1x", "99999999999999999999"):
            self.assertEqual(self.get("/quarantine?after=" + bad, KNOWN)[0], 400, bad)

    def check_login(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        page = self.assert_sound("/login", self.get("/login")[2])
        self.assertIn(("form", {"method": "post", "action": "/login"}), page.tags)
        status, headers, _ = self.get("/login", form, "POST", "token=wrong")
        self.assertEqual((status, headers["Set-Cookie"]), (403, None))
        status, headers, _ = self.get("/login", form, "POST", urllib.parse.urlencode({"token": TOKEN}))
        self.assertEqual((status, headers["Location"]), (303, "/"))
        cookie = headers["Set-Cookie"]
        self.assertNotIn(TOKEN, cookie)
        self.assertTrue(cookie.endswith("; Path=/; HttpOnly; SameSite=Strict"), cookie)
        session = cookie.split(";")[0]
        self.assertEqual(self.get("/customers", {"Cookie": f"a=b; {session}; c=d"})[0], 200)
        self.assertEqual(self.get("/customers", {"Cookie": session[:-1]})[0], 401)
        self.assertEqual(self.get("/login", form, "POST", "token=" + 4000 * "x")[0], 400)

    def check_refusals(self, site):
        self.assertEqual(self.get("/", KNOWN, "POST", "")[0], 405)
        self.assertEqual(self.get("/customers", KNOWN, "POST", "a=b")[0], 405)
        self.assertEqual(self.get("/customers", KNOWN, "DELETE")[0], 405)
        self.assertEqual(self.get("/customers", KNOWN, "HEAD")[2], "")
        self.assertEqual(self.get("/elsewhere", KNOWN)[0], 404)
        self.assertEqual(site.count_in_logs(TOKEN), 0)

    def test_only_an_overview(self):
        """Unless people are enabled there is nothing about them, not even a way to log in."""
        self.told(page="overview")
        self.assert_sound("/", self.found("/", KNOWN))
        for url in PAGES[1:] + ["/login"]:
            self.assertEqual(self.get(url, KNOWN)[0], 404, url)
        self.assertEqual(self.get("/login", KNOWN, "POST", f"token={TOKEN}")[0], 404)
        self.assertNotIn("owners", self.json("/")["reminders"])

    def test_a_token_is_needed(self):
        site = self.site(topics={"calls": 1})
        config = site.configure("short", http={"listen": "", "page": "full"})
        done = site.command("check", config=config)
        self.assertEqual(done.returncode, 78)
        self.assertIn("http.token_file", done.stderr + done.stdout)
        done = site.command("check", config=config, environment={"GUANXI_HTTP_TOKEN": TOKEN})
        self.assertEqual(done.returncode, 0, done.stderr)


class Trouble(PageTest):
    def tearDown(self):
        self.postgres.start()

    def test_a_slow_database_stalls_nobody(self):
        """Pages wait, a few of them; metrics and health are told meanwhile, and so is the daemon's end."""
        site = self.site(topics={"calls": 1})
        instance = self.serve(site)
        self.assertEqual(self.get("/")[0], 200)
        lock = site.postgres.connect(site.name)
        lock.autocommit = False
        lock.cursor().execute("LOCK TABLE guanxi.lane, guanxi.customer, guanxi.quarantine IN ACCESS EXCLUSIVE MODE")
        time.sleep(1.1)
        with concurrent.futures.ThreadPoolExecutor(24) as crowd:
            asked = [crowd.submit(self.get, "/customers", KNOWN) for _ in range(24)]
            slowest = 0
            while not all(one.done() for one in asked):
                began = time.monotonic()
                self.assertEqual(self.get("/livez")[0], 200)
                self.assertEqual(self.get("/metrics")[0], 200)
                slowest = max(slowest, time.monotonic() - began)
                if time.monotonic() - began > 60:
                    break
                time.sleep(0.1)
                if sum(one.done() for one in asked) >= 12:
                    break
            self.assertLess(slowest, 1)
            lock.rollback()
            lock.close()
            outcomes = []
            for one in asked:
                try:
                    outcomes.append(one.result(30)[0])
                except (OSError, http.client.HTTPException):
                    outcomes.append(None)  # it had waited for too long
        self.assertIn(503, outcomes)
        self.assertTrue(set(outcomes) <= {200, 503, None}, outcomes)
        self.assertEqual(self.get("/customers", KNOWN)[0], 200)
        self.assertEqual(instance.stop()[0], 0)

    def test_without_a_database(self):
        """Says what to do, and is back with it."""
        site = self.site(topics={"calls": 1})
        self.serve(site)
        self.assertEqual(self.get("/")[0], 200)
        self.postgres.stop_immediately()
        wait_until(30, lambda: self.get("/")[0] == 503, "the end of what was kept")
        for url in ("/", "/customers", "/quarantine"):
            status, _, text = self.get(url, {**KNOWN, "Accept-Language": "zh"})
            self.assertEqual(status, 503)
            self.assertIn("guanxid check", self.assert_sound(url, text).text)
            self.assertEqual(json.loads(self.get(url + "?format=json", KNOWN)[2])["status"], 503)
        self.postgres.start()
        wait_until(30, lambda: self.get("/", KNOWN)[0] == 200, "the page again")


class Looks(PageTest):
    def test_in_chromium(self):
        site = self.told()
        pictures = os.environ.get("GUANXI_PAGE_PICTURES") or os.path.join(site.folder, "pictures")
        os.makedirs(pictures, exist_ok=True)
        wait_until(60, lambda: any(level["customers"] for level in self.json("/")["customers"]), "customers counted")
        wait_until(60, lambda: all(lane["rate"] is not None for lane in self.json("/")["lanes"]), "rates")
        began = time.monotonic()
        chromium = browser.Browser(site.folder)
        self.addCleanup(chromium.close)
        record = [link for link in Tags(self.found("/quarantine", KNOWN)).links if "id=" in link][-1]
        pages = {"overview": "/", "customers": "/customers", "customer": "/customer?id=li-na", "record": record,
                 "hostile": "/customer?id=" + urllib.parse.quote(HOSTILE_ID, safe=""), "login": "/login",
                 "reminders": "/reminders?owner=", "quarantine": "/quarantine"}
        for name, url in pages.items():
            for language in ("en", "zh"):
                for width, dark in ((390, False), (390, True), (1280, False), (1280, True)):
                    if name not in ("overview", "customer") and dark != (width == 390):
                        continue
                    with self.subTest(page=name, language=language, width=width, dark=dark):
                        self.check_look(chromium, pictures, name, url, language, width, dark)
        self.assertLess(time.monotonic() - began, 30)

    def check_look(self, chromium, pictures, name, url, language, width, dark):
        address = f"http://127.0.0.1:{self.port}{url}{'&' if '?' in url else '?'}lang={language}"
        headers = {} if name == "login" else KNOWN
        complaints = [one for one in chromium.open(address, width, dark, headers)
                      if one.get("entry", {}).get("level") not in ("verbose", "info") and "favicon" not in str(one)]
        self.assertEqual(complaints, [])
        self.assertEqual(chromium.value("document.documentElement.lang"), language)
        self.assertEqual(chromium.value("document.scripts.length"), 0)
        # The page itself does not scroll sideways, and the colours are those of the scheme.
        self.assertLessEqual(chromium.value("document.documentElement.scrollWidth"), width)
        self.assertEqual(chromium.value("getComputedStyle(document.body).backgroundColor"),
                         "rgb(20, 24, 28)" if dark else "rgb(255, 255, 255)")
        scheme = "dark" if dark else "light"
        chromium.picture(os.path.join(pictures, f"{name}-{language}-{width}-{scheme}.png"))


if __name__ == "__main__":
    case.main()
