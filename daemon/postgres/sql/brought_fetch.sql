-- The next ones.
FETCH FORWARD 100 FROM brought
