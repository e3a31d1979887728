"""The HTTP door: `app` joins it, `engine` answers many callers at once, `routes` has the paths."""
