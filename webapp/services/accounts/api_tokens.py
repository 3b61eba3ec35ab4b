"""The API tokens of a person: made, found and revoked; knows nothing of the pages and routes that use them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import contains_eager, selectinload

from webapp.models import (
    ApiToken,
    Connection,
    Scope,
    User,
    db,
    new_token,
    token_hash,
    utcnow,
    write_transaction,
)

PREFIX = "postroom_"
SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a token is in use."""
ACTIVE_TOKEN = and_(
    ApiToken.token_hash == bindparam("hash"),
    or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")),
    User.active,
)
"""Which token is in force: not expired, and its person still active."""
_FIND = select(ApiToken).join(ApiToken.user).options(contains_eager(ApiToken.user)).where(ACTIVE_TOKEN)


def make_token(
    user: User,
    name: str,
    scopes: Collection[Scope],
    *,
    days: int | None = None,
    connections: Sequence[Connection] | None = None,
) -> tuple[ApiToken, str]:
    """Make a token, for all connections unless some are given, and return its text, which is stored nowhere.

    Does not commit.
    """
    text = PREFIX + new_token()
    token = ApiToken(
        name=name,
        token_hash=token_hash(text),
        beginning=text[:12],
        user_id=user.id,
        scopes=" ".join(scope.value for scope in Scope if scope in scopes),
        limited=connections is not None,
        connections=list(connections or ()),
        expires_at=utcnow() + timedelta(days=days) if days is not None else None,
    )
    db.session.add(token)
    db.session.flush()
    return token, text


def find_token(text: str) -> ApiToken | None:
    """Find a token that is in effect."""
    return db.session.scalar(_FIND, {"hash": token_hash(text), "now": utcnow()})


def tokens_of(user: User) -> Sequence[ApiToken]:
    """List the tokens of a person, the newest first."""
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.user_id == user.id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
        .options(selectinload(ApiToken.connections))
    ).all()


def revoke_token(token_id: int, user: User | None = None) -> bool:
    """Delete a token, of this person only where one is given; say whether there was one. Commits."""
    of_user = (ApiToken.user_id == user.id,) if user else ()
    gone = db.session.execute(delete(ApiToken).where(ApiToken.id == token_id, *of_user).returning(ApiToken.id)).first()
    db.session.commit()
    return gone is not None


def touch_last_used(token: ApiToken) -> None:
    """Write down that a token is in use, once a minute at most. Commits: the body may be long in coming."""
    db.session.commit()
    if token.last_used_at is None or token.last_used_at < utcnow() - SEEN_EVERY:
        with write_transaction() as connection:
            connection.execute(update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=utcnow()))
