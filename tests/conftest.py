"""The stage for every test: one run, its databases, the application on each, the cast, and clients.

A test that asks for `app` (or for anything that stands on it: `client`, `as_user`, `cast`, `session`) runs
twice, on SQLite and on a real PostgreSQL. `@pytest.mark.on("sqlite")` says that what is tested does not
depend on it. `--quick` (make check) leaves out PostgreSQL, the browser stories and the checkers that make
check runs itself; pytest counts what was left out as deselected.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

pytest.register_assert_rewrite("tests.pages", "tests.support.client", "tests.cast")

from tests.support import databases, postgres  # noqa: E402

BACKENDS = ("sqlite", "postgresql")
MOMENT = dt.datetime(2013, 7, 25, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
"""Thursday morning of the demo district's day: when the tests take place."""

ROOT = Path(__file__).resolve().parents[1]
STORIES = ROOT / "tests" / "stories"
KEY = pytest.StashKey[SimpleNamespace]()
settings.register_profile(
    "house", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
"""The same examples in each run, however slow the machine. `--hypothesis-profile=default` looks for new ones."""


# --- the run: shared by all workers ---------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="only SQLite; no browser, no checkers of make check"
    )


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all is collected: so much is made meanwhile that stays, and so little that goes
    if hasattr(config, "workerinput"):
        run = SimpleNamespace(**config.workerinput["run"], mine=False)
    else:
        folder = Path(tempfile.mkdtemp(prefix="crm-run-", dir=_memory()))
        run = SimpleNamespace(name=postgres.new_run(), folder=str(folder), place="", mine=True, server=None)
        if getattr(config.option, "numprocesses", None) and not config.option.quick:
            _begin_postgres(run)  # now, so that it is up when the workers have collected
    config.stash[KEY] = run


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    run = node.config.stash[KEY]
    node.workerinput["run"] = {"name": run.name, "folder": run.folder, "place": run.place}


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(KEY, None)
    if run and run.mine:
        if run.server:
            run.server.end(run.name)
        shutil.rmtree(run.folder, ignore_errors=True)


def _begin_postgres(run: SimpleNamespace) -> None:
    run.server = postgres.Postgres.begin()
    run.place = run.server.place


def _memory() -> str | None:
    """Where a commit costs nothing, if there is room: SQLite flushes to the disk at each one."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 512 * 2**20:
        return str(memory)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("on")
        is_story = Path(metafunc.definition.path).is_relative_to(STORIES)  # served as `make run` does
        backends = mark.args if mark else BACKENDS[:1] if is_story else BACKENDS
        metafunc.parametrize("database", backends, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).is_relative_to(STORIES):
            item.add_marker("story")
    if not config.option.quick:
        return
    left_out = [item for item in items if _is_slow(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end: the collector need not go over it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def _is_slow(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    backend = callspec.params.get("database") if callspec else None
    return backend == "postgresql" or any(item.get_closest_marker(mark) for mark in ("story", "tool"))


# --- the application on a database ----------------------------------------------------------------------


def configuration(url: str, data: Path) -> dict[str, Any]:
    """As in a real house, but for cheap password hashes and jobs done on the spot."""
    from crm.config import make_folders
    from crm.db import options_for

    make_folders(data)
    return {
        "TESTING": True,
        "CRM_DATA": data,
        "CRM_DEMO": False,
        "SECRET_KEY": "only for tests, which keep nothing worth protecting",
        "SQLALCHEMY_DATABASE_URI": url,
        # The suite opens every page of the house by turns: each statement is put into words once, not each time anew.
        "SQLALCHEMY_ENGINE_OPTIONS": options_for(url) | {"query_cache_size": 5_000},
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,  # a window of a story asks once for each script, not at every page
        "ARGON2_TIME_COST": 1,
        "ARGON2_MEMORY_KIB": 8,
        "HUEY_IMMEDIATE": True,
    }


def make_app(url: str, data: Path) -> Any:
    from crm.app import create_app
    from tests.support.client import Client

    app = create_app(configuration(url, data))
    app.test_client_class = Client
    return app


def migrate(url: str) -> None:
    """The schema by the real migrations, in an application of its own."""
    import flask_migrate

    from crm.app import create_app
    from crm.db import db

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(configuration(url, Path(folder)))
        levels = {name: logging.getLogger(name).level for name in ("alembic", "sqlalchemy")}
        with app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
            db.engine.dispose()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> SimpleNamespace:
    """This run of the suite: its name, the folder its workers share, where its PostgreSQL is."""
    return request.config.stash[KEY]


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest, run: SimpleNamespace, worker_id: str
) -> Iterator[databases.Sqlite | databases.Postgresql]:
    """The worker's own database on one of the two engines, its schema made by the migrations."""
    if request.param == "sqlite":
        yield databases.Sqlite(Path(run.folder), worker_id, migrate)
        return
    if not run.place:
        _begin_postgres(run)
    try:
        mine = databases.Postgresql(postgres.Postgres(run.place), run.name, worker_id, migrate)
    except postgres.NoPostgres as error:
        pytest.fail(str(error), pytrace=False)
    yield mine
    mine.close()


@pytest.fixture(scope="session")
def house(database: Any, run: SimpleNamespace, worker_id: str) -> Iterator[Any]:
    """The application on `database`. Tests ask for `app`, which is this one made empty."""
    if database.name == "sqlite":
        database.reset()
    app = make_app(database.url, Path(run.folder) / f"data-{worker_id}-{database.name}")
    compiled = (
        Path(run.folder) / "templates"
    )  # a template is compiled once a run, not once a worker and database
    compiled.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    yield app
    from crm.db import db

    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(request: pytest.FixtureRequest, house: Any, database: Any) -> Iterator[Any]:
    """The application with an empty database, in its context, on MOMENT.

    For who asks for `cast`, the six are in it already: most tests do, and to write them anew costs more than many
    of these tests.
    """
    from crm.config import make_folders
    from crm.db import db
    from crm.lib import clock
    from tests.cast import gather

    before = dict(house.config)
    with house.app_context(), clock.freeze(MOMENT):
        _let_go(database)
        if "cast" in request.fixturenames:
            _reset_to(database, "cast", gather)
        else:
            database.reset()
        data = Path(house.config["CRM_DATA"])
        for folder in data.iterdir():
            if any(folder.iterdir()):
                shutil.rmtree(folder)
        make_folders(data)
        yield house
        db.session.remove()
    house.config.clear()
    house.config.update(before)


def _let_go(database: Any) -> None:
    """Of the file of SQLite, which is going to be replaced. On PostgreSQL a connection knows the tables already that
    the next test asks for, and a new one would have to learn them."""
    from crm.db import db

    if database.name == "sqlite":
        db.engine.dispose()


def _reset_to(database: Any, name: str, make: Callable[[], object]) -> None:
    """The database as it is after `make`, which is called only the first time."""
    from crm.db import db

    if not database.keeps(name):
        database.reset()
        make()
        db.session.commit()
        db.session.remove()
        _let_go(database)
        database.keep(name)
    database.reset(name)


@pytest.fixture
def session(app: Any) -> Any:
    """The test's own database session."""
    from crm.db import db

    return db.session


@pytest.fixture
def cast(app: Any) -> Any:
    """The six people of tests/cast.py."""
    from tests.cast import gathered

    return gathered()


@pytest.fixture
def kept(app: Any, database: Any) -> Callable[[str, Callable[[], object]], None]:
    """`kept("many", fill)`: the database as it is after `fill`, which is called once a worker; on SQLite once a run."""
    from crm.db import db

    def begin_with(name: str, make: Callable[[], object]) -> None:
        db.session.remove()
        _let_go(database)
        _reset_to(database, name, make)

    return begin_with


@pytest.fixture
def district(kept: Callable[[str, Callable[[], object]], None]) -> dict[str, Any]:
    """The demo district, loaded; its named accounts by login: promoter, leader ..."""
    from crm.db import db
    from crm.demo import loader
    from crm.org import demo
    from crm.org.models import User

    kept("district", loader.load)
    found = {user.login: user for user in db.session.query(User).where(User.login.in_(demo.LOGINS))}
    db.session.commit()  # an open transaction of the test would keep a server from writing
    return found


@pytest.fixture
def client(app: Any) -> Any:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def as_user(app: Any) -> Callable[..., Any]:
    """`as_user(cast.wang)`: a client with a session of hers, made by the verb that signs people in."""

    def sign_in(user: Any) -> Any:
        from crm.db import db
        from crm.org import sessions

        db.session.commit()
        client = app.test_client()
        with app.test_request_context():
            sessions.begin(db.session.get_one(type(user), user.id), "tests")
            db.session.commit()
            from flask import session as cookie

            kept = dict(cookie)
        with client.session_transaction() as cookie_jar:
            cookie_jar.update(kept)
        return client

    return sign_in
