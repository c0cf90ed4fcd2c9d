-- Ends the stream within a transaction that goes on.
CLOSE timelines
