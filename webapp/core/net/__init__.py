"""The network: names, addresses, connections, TLS, each within limits of time and bytes."""
