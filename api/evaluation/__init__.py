"""`nutgraf eval` and `nutgraf calibrate`: their tasks, reports, plots and files."""
