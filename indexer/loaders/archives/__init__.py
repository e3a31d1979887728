"""Files that hold other documents."""
