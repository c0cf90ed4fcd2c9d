-- Steps of levels up and down on each of the last calendar days in the zone of business, today last.
-- $1 whether the clock is that of events, $2 the zone, $3 how many days
WITH today AS (
    SELECT (CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END AT TIME ZONE $2::text)::date AS day
    FROM guanxi.v_watermark AS w
), step AS (
    SELECT (s.at AT TIME ZONE $2::text)::date AS day, s.to_level > s.from_level AS up
    FROM today AS t
        JOIN guanxi.v_level_change AS s ON s.at >= (t.day - $3::int4 + 1)::timestamp AT TIME ZONE $2::text
            AND s.at < (t.day + 1)::timestamp AT TIME ZONE $2::text
)
SELECT t.day - ago - date '1970-01-01', count(*) FILTER (WHERE s.up), count(*) FILTER (WHERE NOT s.up)
FROM today AS t
    CROSS JOIN generate_series(0, $3::int4 - 1) AS ago
    LEFT JOIN step AS s ON s.day = t.day - ago
GROUP BY t.day, ago
ORDER BY ago DESC
