"""What each command takes and does, a group of commands a module; `api.cli` gives them their names."""
