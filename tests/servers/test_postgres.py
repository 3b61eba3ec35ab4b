"""The throw-away PostgreSQL: each test gets an empty database that speaks UTF-8."""

import psycopg
from sqlalchemy import Engine, create_engine, inspect, text

from tests.servers.postgres import Postgres, Refilled, without_driver


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


def test_a_refilled_database_has_its_first_rows_again(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    _tell(engine, "CREATE TABLE house (id serial PRIMARY KEY)")
    _tell(engine, "CREATE TABLE room (house int NOT NULL REFERENCES house)")
    _tell(engine, "INSERT INTO house DEFAULT VALUES")
    database = Refilled(postgres_url)
    _tell(engine, "INSERT INTO house DEFAULT VALUES")
    _tell(engine, "INSERT INTO room SELECT id FROM house")
    _tell(engine, "DELETE FROM room WHERE house = 1")
    _tell(engine, "DELETE FROM house WHERE id = 1")
    engine.dispose()

    left_over = psycopg.connect(without_driver(postgres_url))
    left_over.execute("LOCK room")

    database.go_back()
    database.close()

    left_over.close()

    assert _ask(create_engine(postgres_url), "SELECT array_agg(id) FROM house") == [1]
    assert _ask(create_engine(postgres_url), "SELECT count(*) FROM room") == 0
    assert _ask(create_engine(postgres_url), "INSERT INTO house DEFAULT VALUES RETURNING id") == 2


def _tell(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _ask(engine: Engine, question: str) -> object:
    with engine.connect() as connection:
        answer: object = connection.execute(text(question)).scalar()
    engine.dispose()
    return answer
