"""Migrations: what the revisions make is what the tables say, on both databases."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text

from hub.operations import Operations
from hub.store import migrations, tables
from hub.store.schema import revision_of, version_of
from protocol.errors import OperatorError

SCRIPTS = str(Path(migrations.__file__).parent)


@pytest.fixture
def engine(database_url):
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def config():
    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    return made


def as_first_made(engine, *, schema_version=1):
    """A database as the program made it before it had migrations."""
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0001")
        connection.execute(text("DROP TABLE alembic_version"))
        row = {"id": 1, "schema_version": schema_version, "epoch": 7, "last_minute": -1}
        connection.execute(tables.kernel.insert().values(row | {"next_number": 1}))


def differences(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)


def indexes(engine):
    return {
        index["name"]: (index["column_names"], sorted(map(str, index["dialect_options"].values())))
        for table in tables.metadata.sorted_tables
        for index in inspect(engine).get_indexes(table.name)
    }


def test_the_last_revision_is_the_schema_of_the_tables():
    assert ScriptDirectory(SCRIPTS).get_heads() == [revision_of(tables.SCHEMA_VERSION)]


def test_a_new_database_is_current(database_url, engine, station, build):
    Operations(database_url, station).open(build.at("08:00"))
    with engine.connect() as connection:
        assert version_of(connection) == tables.SCHEMA_VERSION
        marked = connection.execute(select(tables.migrated)).scalar_one()
    assert marked == revision_of(tables.SCHEMA_VERSION)
    assert differences(engine) == []


def test_a_database_from_before_migrations_is_migrated(
    database_url, engine, station, build, tmp_path_factory
):
    as_first_made(engine)
    assert Operations(database_url, station).open(build.at("08:00")) == 8
    assert differences(engine) == []
    with engine.connect() as connection:
        assert version_of(connection) == tables.SCHEMA_VERSION
    if engine.dialect.name == "sqlite":
        new = f"sqlite:///{tmp_path_factory.mktemp('new') / 'hub.db'}"
        Operations(new, station).open(build.at("08:00"))
        other = create_engine(new)
        assert indexes(engine) == indexes(other)
        other.dispose()
    operations = Operations(database_url, station)
    assert operations.open(build.at("08:01")) == 9, "and a second time there is nothing to do"
    operations.close()


@pytest.mark.parametrize("version", [0, 99, -1])
def test_a_schema_that_nobody_knows_is_refused_and_not_touched(
    database_url, engine, station, build, version
):
    as_first_made(engine, schema_version=version)
    with pytest.raises(OperatorError, match=f"schema {version}, this program needs"):
        Operations(database_url, station).open(build.at("08:00"))
    assert not inspect(engine).has_table("alembic_version")


def test_a_migration_that_fails_changes_nothing(database_url, engine, station, build):
    as_first_made(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE INDEX journal_snapshot ON journal (at)"))
    with pytest.raises(Exception, match="already exists"):
        Operations(database_url, station).open(build.at("08:00"))
    with engine.connect() as connection:
        assert version_of(connection) == 1
    assert not inspect(engine).has_table("alembic_version")


def test_alembic_is_not_loaded_when_there_is_nothing_to_migrate(tmp_path):
    code = (
        "import sys\n"
        "from hub.store.database import Database\n"
        f"for _ in 1, 2: Database('sqlite:///{tmp_path}/hub.db').create()\n"
        "print(sorted(n for n in sys.modules if n.partition('.')[0] in {'alembic', 'mako'}))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30
    )
    assert told.stdout == "[]\n"
