"""`nutgraf doctor`: `examine` looks at everything, `findings` says what a look may tell."""
