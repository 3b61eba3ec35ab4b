"""What the portal must be able to do at its speed and size: each module measures one thing against its target."""
