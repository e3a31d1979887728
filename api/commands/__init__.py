"""The commands of the terminal, one module for each group of them; `cli` gives them their names."""
