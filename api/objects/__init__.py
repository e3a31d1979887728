"""What comes in and goes out at every door: requests, the shapes of responses, errors."""
