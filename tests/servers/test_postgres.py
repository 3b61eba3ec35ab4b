"""The throw-away PostgreSQL: each test gets an empty database that speaks UTF-8."""

from sqlalchemy import Engine, create_engine, inspect, text

from tests.servers.postgres import Postgres


def test_a_database_is_empty_and_speaks_utf8(postgres_url: str) -> None:
    engine = create_engine(postgres_url)

    tables = inspect(engine).get_table_names()

    assert tables == []
    assert _ask(engine, "SHOW server_encoding") == "UTF8"


COUNT = "SELECT count(*) FROM pg_database WHERE datname LIKE 'test_%'"


def test_databases_do_not_see_each_other_and_are_dropped(postgres: Postgres) -> None:
    with postgres.database() as url:
        before = _ask(create_engine(url), COUNT)
    with postgres.database() as one, postgres.database() as other:
        first, second = create_engine(one), create_engine(other)
        with first.begin() as connection:
            connection.execute(text("CREATE TABLE here (id int)"))

        tables = [inspect(engine).get_table_names() for engine in (first, second)]

        first.dispose()
        second.dispose()
    assert tables == [["here"], []]
    with postgres.database() as url:
        assert _ask(create_engine(url), COUNT) == before


def _ask(engine: Engine, question: str) -> object:
    with engine.connect() as connection:
        answer: object = connection.execute(text(question)).scalar()
    engine.dispose()
    return answer
