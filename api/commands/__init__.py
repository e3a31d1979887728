"""What each command takes and does, a module a group of commands; `cli` gives them their names."""
