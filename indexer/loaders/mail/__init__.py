"""E-mail, and pages that were saved in its form."""
