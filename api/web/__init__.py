"""The HTTP door: `app` joins its parts, `guard` admits requests, `routes` and `page` answer them."""
