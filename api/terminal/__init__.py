"""What a person reads in a terminal: results, articles, reports and progress bars."""
