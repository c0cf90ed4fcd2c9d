-- Steps of levels up and down on each of the last calendar days in the zone of business, today last.
-- $1 whether the clock is that of events, $2 the zone, $3 how many days
WITH today AS NOT MATERIALIZED (
    SELECT (CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END AT TIME ZONE $2::text)::date AS day
    FROM guanxi.v_watermark AS w
), step AS (
    SELECT (s.at AT TIME ZONE $2::text)::date AS day, count(*) FILTER (WHERE s.to_level > s.from_level) AS up,
        count(*) FILTER (WHERE s.to_level <= s.from_level) AS down
    FROM guanxi.v_level_change AS s
    WHERE s.at >= (SELECT (t.day - $3::int4 + 1)::timestamp AT TIME ZONE $2::text FROM today AS t)
        AND s.at < (SELECT (t.day + 1)::timestamp AT TIME ZONE $2::text FROM today AS t)
    GROUP BY 1
)
SELECT t.day - ago - date '1970-01-01', coalesce(s.up, 0), coalesce(s.down, 0)
FROM today AS t
    CROSS JOIN generate_series(0, $3::int4 - 1) AS ago
    LEFT JOIN step AS s ON s.day = t.day - ago
ORDER BY ago DESC
