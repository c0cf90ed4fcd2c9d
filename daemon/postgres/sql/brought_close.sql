-- Lists of before, if there are any.
CLOSE ALL
