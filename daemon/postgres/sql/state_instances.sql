-- Who owns lanes, and how far behind each is.
SELECT l.owner, count(*), coalesce(sum(greatest(l.end_offset - l.next_offset, 0)), 0)::int8, max(l.last_commit_at)
FROM guanxi.v_lane AS l
WHERE l.topic NOT LIKE 'import:%' AND l.owner IS NOT NULL
GROUP BY l.owner
ORDER BY l.owner COLLATE "C"
