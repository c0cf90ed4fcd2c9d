-- How many there are: moves to the end.
MOVE FORWARD ALL IN brought
