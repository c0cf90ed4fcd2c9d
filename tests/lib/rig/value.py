"""Section 12 of the model by its words, with exact fractions: what v_value must say of each customer. Independent of
the daemon's code and slow; for some hundreds of customers."""
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

DEFAULTS = {"window": 365, "margin": Fraction(1), "retention": Fraction(8, 10), "discount": Fraction(1, 10),
            "horizon": 5, "zone": "UTC"}
SEGMENTS = [
    ("Champions", (5, 5), (5, 5), (5, 5)), ("Potential Loyalist", (3, 5), (3, 5), (2, 5)),
    ("Loyal Customers", (2, 4), (2, 4), (2, 4)), ("Promising", (3, 4), (1, 3), (3, 5)),
    ("New Customers", (4, 5), (1, 3), (1, 5)), ("Can't Lose Them", (1, 2), (3, 4), (4, 5)),
    ("At Risk", (1, 2), (2, 5), (4, 5)), ("Need Attention", (1, 3), (3, 5), (3, 5)),
    ("About To Sleep", (2, 3), (1, 3), (1, 4)), ("Lost", (1, 1), (1, 5), (1, 5)),
]
YEAR = timedelta(days=365)


class Life:
    """Of one customer: instants and minor units. `ended` are (instant, whether it is the end)."""

    def __init__(self, first_seen):
        self.first_seen = first_seen
        self.orders, self.refunds, self.costs, self.ended = [], [], [], []


def half_even(fraction):
    whole, rest = divmod(fraction.numerator, fraction.denominator)
    twice = 2 * rest
    return whole + (twice > fraction.denominator or (twice == fraction.denominator and whole % 2 == 1))


def clv(life, today, day_of, policy):
    years = 1
    while day_of(life.first_seen + years * YEAR) <= today:
        years += 1
    profit = [Fraction(0)] * years

    def add(entries, factor):
        for at, amount in entries:
            if day_of(at) <= today:
                profit[(at - life.first_seen) // YEAR] += amount * factor

    add(life.orders, policy["margin"])
    add(life.refunds, -policy["margin"])
    add(life.costs, -1)
    value, rate = Fraction(0), 1 + policy["discount"]
    for year in range(years + policy["horizon"]):
        ahead = year - (years - 1)
        money = profit[year] if ahead <= 0 else sum(profit) / years * policy["retention"] ** ahead
        value += money / rate ** year
    return half_even(value)


def money(life, days):
    """Orders less refunds on the calendar days `days` says."""
    return (sum(amount for at, amount in life.orders if days(at))
            - sum(amount for at, amount in life.refunds if days(at)))


def alone(life, today, day_of, policy):
    """What follows from the customer's own purchases; None: there is nobody to rank."""
    bought = sorted({day_of(at) for at, _ in life.orders if day_of(at) <= today})
    ended = [end for at, end in sorted(life.ended) if day_of(at) <= today]
    if not bought or (ended and ended[-1]):
        return None
    window = (lambda at: 0 <= (today - day_of(at)).days < policy["window"])
    last, before = (money(life, lambda at, first=first: first <= (today - day_of(at)).days < first + 180)
                    for first in (0, 180))
    return {
        "recency_days": (today - bought[-1]).days, "f": sum(1 for at, _ in life.orders if window(at)),
        "m": money(life, window), "clv": clv(life, today, day_of, policy),
        "x": len(bought) - 1, "t_x": (bought[-1] - bought[0]).days / 7, "t_age": (today - bought[0]).days / 7,
        "fading": before > 0 and 2 * last <= before,
        "rising": (before > 0 and 2 * last >= 3 * before) or (today - bought[0]).days < 180,
    }


def score(rows):
    """Scores by population, total, rank and segment of those who bought in the window."""
    buyers = {id: row for id, row in rows.items() if row["f"] >= 1}
    worth = {"r_score": lambda row: -row["recency_days"], "f_score": lambda row: row["f"],
             "m_score": lambda row: row["m"]}
    for name, value in worth.items():
        for row in rows.values():
            below = sum(value(other) < value(row) for other in buyers.values())
            row[name] = 1 + 5 * below // len(buyers) if row["f"] >= 1 else None
    for row in rows.values():
        scores = [row[name] for name in worth]
        row["total"] = sum(scores) if row["f"] >= 1 else None
        row["segment"] = row["rank"] = None
        if row["f"] >= 1:
            row["segment"] = next((name for name, *limits in SEGMENTS
                                   if all(low <= one <= high for one, (low, high) in zip(scores, limits))), "Others")
    for place, (_, row) in enumerate(sorted(buyers.items(), key=lambda item: (-item[1]["total"], -item[1]["m"],
                                                                              item[0].encode())), 1):
        row["rank"] = place


def classify(rows):
    everything, before = sum(max(row["m"], 0) for row in rows.values()), 0
    for _, row in sorted(rows.items(), key=lambda item: (-item[1]["m"], item[0].encode())):
        share = Fraction(before, everything) if everything else Fraction(1)
        row["abc"] = "C" if row["m"] <= 0 or share >= Fraction(95, 100) else "B" if share >= Fraction(80, 100) else "A"
        before += max(row["m"], 0)
        row["tier"] = ("fading" if row.pop("fading") else "star" if row["abc"] == "A" else
                       "rising" if row["rising"] else "ordinary")
        row.pop("rising")
        row["target_level"] = {"star": 4, "rising": 3, "fading": 3}.get(row["tier"], 2 if row["abc"] == "B" else 1)


def rank(lives, today, **changes):
    """{customer: its row of v_value as of that date}."""
    policy = {**DEFAULTS, **changes}
    zone = ZoneInfo(policy["zone"])

    def day_of(at):
        return at.astimezone(zone).date()

    rows = {id: row for id, row in ((id, alone(life, today, day_of, policy)) for id, life in lives.items()) if row}
    if rows:
        score(rows)
        classify(rows)
    return rows


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
