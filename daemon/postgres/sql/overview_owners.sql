-- Reminders by owner: open ones, those of them with a second notice and at risk, and what falls due soon; those with
-- most to do first. The first row is about all owners together.
-- $1 whether the clock is that of events, $2 how long from now in microseconds, $3 how many owners at most
WITH item AS (
    SELECT r.customer_id, 1 AS open, (r.notices > 1)::integer AS overdue, r.at_risk::integer AS at_risk, 0 AS soon
    FROM guanxi.v_reminder AS r
    WHERE r.status = 'open'
    UNION ALL
    SELECT u.customer_id, 0, 0, 0, 1
    FROM guanxi.v_upcoming AS u
    WHERE u.due_at < (SELECT CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END
            FROM guanxi.v_watermark AS w) + $2::int8 * interval '1 microsecond'
)
SELECT grouping(c.owner) = 1, c.owner, coalesce(sum(i.open), 0)::int8 AS open, coalesce(sum(i.overdue), 0)::int8 AS overdue,
    coalesce(sum(i.at_risk), 0)::int8 AS at_risk, coalesce(sum(i.soon), 0)::int8 AS soon
FROM item AS i
    JOIN guanxi.v_customer AS c ON c.customer_id = i.customer_id
GROUP BY GROUPING SETS ((c.owner), ())
ORDER BY 1 DESC, at_risk DESC, overdue DESC, open DESC, soon DESC, c.owner COLLATE "C"
LIMIT $3::int8 + 1
