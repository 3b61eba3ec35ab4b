import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from webapp.security.input_validation import (
    MaxLength,
    email_address,
    has_controls,
    no_control_characters,
    normal_address,
    not_blank,
    strip_and_compose,
)


class NameForm(Form):
    text = StringField(filters=[strip_and_compose], validators=[MaxLength(20), no_control_characters, not_blank])


class AddressForm(Form):
    text = StringField(filters=[strip_and_compose], validators=[email_address])


def name(text: str) -> NameForm:
    return NameForm(MultiDict({"text": text}))


def test_clean_composes_characters_and_takes_the_space_around_away() -> None:
    assert strip_and_compose("  e\u0301t\u00e9\t") == "\u00e9t\u00e9"


@given(st.text())
def test_clean_gives_the_same_however_often_it_is_done(text: str) -> None:
    assert strip_and_compose(strip_and_compose(text)) == strip_and_compose(text)


@given(st.characters(categories=["Cc", "Zl", "Zp"]))
def test_every_control_character_is_refused(character: str) -> None:
    assert has_controls(f"a{character}b")


@pytest.mark.parametrize("text", ["Ann", "Zoë 👩‍👩‍👧", "عائشة", "דוד\u200f", "می\u200cخواهم", "李雷", "O'Brien", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_names_of_the_world_are_fine(text: str) -> None:
    form = name(text)

    assert form.validate(), form.errors
    assert form.text.data == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text", ["a\0b", "a\rb", "a\nb", "a\tb", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\u200bb"]
)
def test_control_and_deceiving_characters_are_refused(text: str) -> None:
    form = name(text)

    assert not form.validate()
    assert "control characters" in form.text.errors[0]


def test_a_text_too_long_is_refused_with_one_message() -> None:
    form = name("\n".join("x" * 5000 for _ in range(2)))

    form.validate()

    assert list(form.text.errors) == ["20 characters at most; this has 10,001."]


def test_a_name_of_invisible_characters_is_refused() -> None:
    assert not name("\u200d\ufe0f").validate()


@pytest.mark.parametrize(
    "text", ["ann@example.com", "ann@mail.corp.local", "ann@localhost", "jörg@exämple.de", "a+b@x.test"]
)
def test_addresses_of_public_and_internal_networks_are_fine(text: str) -> None:
    assert AddressForm(MultiDict({"text": text})).validate()


@pytest.mark.parametrize(
    "text", ["ann", "ann@", "@example.com", "a b@example.com", "Ann <ann@example.com>", "a@b@c", "a@[1.2.3.4]"]
)
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    form = AddressForm(MultiDict({"text": text}))

    assert not form.validate()
    assert form.text.errors[0].endswith((".", ")"))


def test_an_address_is_stored_one_way_however_it_is_typed() -> None:
    assert normal_address("Ann@EXAMPLE.com") == normal_address("ann@example.COM") == "ann@example.com"
    assert normal_address("not an address") == "not an address"
