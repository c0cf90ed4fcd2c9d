-- The next rows of the stream.
FETCH FORWARD 500 FROM exported
