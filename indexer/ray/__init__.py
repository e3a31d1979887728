"""Reading files and encoding passages on the machines of a Ray cluster; `cluster` is the one home of ray."""
