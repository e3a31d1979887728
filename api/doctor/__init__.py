"""`nutgraf doctor`: `checkup` runs every check, `findings` is what the checks return."""
