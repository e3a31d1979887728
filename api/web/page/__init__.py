"""The web pages: `routes` answers them, `render` fills the templates, the others prepare what they show."""
