-- Records that are held in quarantine, by reason; counted up to 100000.
SELECT q.reason, count(*)
FROM (SELECT v.reason FROM guanxi.v_quarantine AS v WHERE v.state = 'held' LIMIT 100000) AS q
GROUP BY q.reason
ORDER BY 2 DESC, 1
