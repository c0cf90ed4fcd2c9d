-- The next piece of the stream of a rank.
FETCH FORWARD 10000 FROM purchases
