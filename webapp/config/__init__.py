"""The settings, and the state of the application that follows from them."""
