"""The redirects to a provider and back: one blueprint for each provider."""
