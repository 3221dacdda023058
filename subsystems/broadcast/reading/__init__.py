"""Reading aloud: how numbers, times, names and any text are said in each language. Pure."""
