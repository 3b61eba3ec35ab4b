"""What a browser or a program asks for: pages, API, and what both share."""
