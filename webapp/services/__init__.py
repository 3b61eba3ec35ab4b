"""What the portal does, without a page: rules, storage, work at mail servers and providers."""
