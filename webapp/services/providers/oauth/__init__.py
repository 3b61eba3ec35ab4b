"""Gmail OAuth2 and Outlook OAuth2: clients, sign-in attempts, grants and fresh access tokens. Knows no page."""
