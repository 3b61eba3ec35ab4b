"""Hands out what the settings decide: the settings, the secret box, and the network a check may use."""

from flask import Flask, current_app

from webapp.config.settings import Settings
from webapp.core.imap import Limits, Network
from webapp.security.key_files import KeyFileError, read_key, read_or_make_key
from webapp.security.secret_box import SecretBox, SecretBoxError, new_key, parse_keys

KEY_FILE = "data.key"


def init_app(app: Flask, config: Settings) -> None:
    """Make the network policy and the limits ready; the secret box opens when it is first needed."""
    app.extensions["postroom.network"] = Network(allowed=config.allowed_networks, ca_file=config.ca_file)
    app.extensions["postroom.limits"] = Limits()


def current_settings() -> Settings:
    """Return the settings in effect."""
    config: Settings = current_app.extensions["postroom.settings"]
    return config


def current_network() -> Network:
    """Return the addresses and certificate authorities a check may use."""
    network: Network = current_app.extensions["postroom.network"]
    return network


def check_limits() -> Limits:
    """Return the time and the bytes a check may take."""
    limits: Limits = current_app.extensions["postroom.limits"]
    return limits


def secret_box() -> SecretBox:
    """Return the secret box; raise `SecretBoxError` or `KeyFileError` when its keys are missing."""
    box: SecretBox | None = current_app.extensions.get("postroom.secret_box")
    if box is None:
        text = current_settings().data_keys.get_secret_value() or read_key(current_settings().data_dir / KEY_FILE)
        box = current_app.extensions["postroom.secret_box"] = SecretBox(parse_keys(text))
    return box


def create_data_key() -> None:
    """Make the data key of a new portal, unless it is set in the environment."""
    if not current_settings().data_keys.get_secret_value():
        read_or_make_key(current_settings().data_dir / KEY_FILE, new_key)


__all__ = [
    "KeyFileError",
    "SecretBoxError",
    "check_limits",
    "create_data_key",
    "current_network",
    "current_settings",
    "init_app",
    "secret_box",
]
