-- What the other files of this folder need besides the views: what was published to Kafka, in a temporary
-- table. Run in the folder with the two files, as a reader.

SET ROLE guanxi_reader;
SET TIME ZONE 'Asia/Shanghai';
SET client_min_messages = warning;

CREATE TEMP TABLE published (position serial, topic text DEFAULT 'guanxi.reminders', event jsonb NOT NULL);
-- CSV without quotes or delimiters that occur: a line is a value, whatever stands in it.
\copy published (event) FROM 'reminders.json' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
ALTER TABLE published ALTER topic SET DEFAULT 'guanxi.changes';
\copy published (event) FROM 'changes.json' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')

-- One row a message: a repeated id is the same message once more.
CREATE TEMP VIEW message AS
SELECT DISTINCT ON (event ->> 'id') position, topic, event ->> 'id' AS id, event ->> 'type' AS type,
    event ->> 'subject' AS customer_id, (event ->> 'time')::timestamptz AS at, event -> 'data' AS data
FROM published
ORDER BY event ->> 'id', position;
