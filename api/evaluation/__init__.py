"""`nutgraf eval` and `nutgraf calibrate`: what is asked, what came of it, how it is told."""
