"""The secret box opens what it sealed, in its place only, with its key only."""

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.web.test_error_handlers import FIELDS, NEW
from webapp.models import Connection, User, db
from webapp.security.secret_box import SecretBox, SecretBoxError, new_key, parse_keys

PLACE = ("connection", 7, "sealed_password")


def box(*keys: str) -> SecretBox:
    return SecretBox(parse_keys(",".join(keys)))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(text: str) -> None:
    ours = box(new_key())

    assert ours.decrypt(ours.encrypt(text, *PLACE), *PLACE) == text


def test_one_text_never_seals_to_the_same_twice() -> None:
    ours = box(new_key())

    assert len({ours.encrypt("secret", *PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "elsewhere",
    [("connection", 8, "sealed_password"), ("user", 7, "sealed_password"), ("connection", 7), (), (*PLACE, "")],
)
def test_a_sealed_text_opens_in_its_own_place_only(elsewhere: tuple[object, ...]) -> None:
    ours = box(new_key())
    sealed = ours.encrypt("secret", *PLACE)

    with pytest.raises(SecretBoxError):
        ours.decrypt(sealed, *elsewhere)


def test_places_that_run_together_are_told_apart() -> None:
    ours = box(new_key())
    sealed = ours.encrypt("secret", "ab", "c")

    with pytest.raises(SecretBoxError):
        ours.decrypt(sealed, "a", "bc")


def test_a_ring_seals_with_its_first_key_and_opens_with_every_one() -> None:
    old, new = new_key(), new_key().replace("k1:", "k2:")
    sealed_before = box(old).encrypt("secret", *PLACE)

    ring = box(new, old)

    assert ring.primary == "k2"
    assert ring.decrypt(sealed_before, *PLACE) == "secret"
    assert box(new).decrypt(ring.encrypt("secret", *PLACE), *PLACE) == "secret"


def test_a_missing_key_is_named_with_those_at_hand() -> None:
    sealed = box(new_key()).encrypt("secret", *PLACE)

    with pytest.raises(SecretBoxError, match=r"the data key 'k1' is missing \(keys at hand: k2, k3\)"):
        box(new_key().replace("k1", "k2"), new_key().replace("k1", "k3")).decrypt(sealed, *PLACE)


def test_another_key_of_the_same_name_is_said_to_be_wrong() -> None:
    sealed = box(new_key()).encrypt("secret", *PLACE)

    with pytest.raises(SecretBoxError, match="the data key 'k1' is not the one"):
        box(new_key()).decrypt(sealed, *PLACE)


@pytest.mark.parametrize(
    "sealed", ["", "v1", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v1.k1.é", "v1.k1.A", "....", "v1.k1.!!"]
)
def test_what_is_damaged_is_refused(sealed: str) -> None:
    with pytest.raises(SecretBoxError):
        box(new_key()).decrypt(sealed, *PLACE)


def test_a_single_turned_bit_is_refused() -> None:
    ours = box(new_key())
    head, _, body = ours.encrypt("secret", *PLACE).rpartition(".")
    raw = base64.urlsafe_b64decode(body)

    for place in range(len(raw)):
        turned = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(SecretBoxError):
            ours.decrypt(f"{head}.{base64.urlsafe_b64encode(turned).decode()}", *PLACE)


@pytest.mark.parametrize("text", ["planted", "k1:planted", "k1:cGxhbnRlZA==", ":", "k 1:" + "A" * 43 + "=", "k1"])
def test_a_ring_that_cannot_be_read_is_refused_by_the_place_of_the_entry(text: str) -> None:
    with pytest.raises(SecretBoxError, match="entry 2") as raised:
        parse_keys(f"{new_key()},{text}")

    assert "planted" not in str(raised.value)


def test_there_is_no_box_without_a_key() -> None:
    with pytest.raises(SecretBoxError, match="there is no data key"):
        box()


def test_a_sealed_password_moved_to_another_row_does_not_open(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    for name in ("One", "Other"):
        post(client, NEW, **{**FIELDS, "name": name})
    with app.app_context():
        one, other = db.session.scalars(select(Connection).order_by(Connection.id)).all()
        other.sealed_password = one.sealed_password
        db.session.commit()
        path = f"/connections/{other.id}"

    response = post(client, f"{path}/test", page=path)

    assert response.status_code == 500
    assert "A stored secret cannot be opened" in words(response)
