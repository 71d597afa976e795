"""The database one rehearses in: proven to be nobody's, emptied, marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from opsdesk.core.errors import Refused
from opsdesk.core.settings import BackupSet, Scratch
from opsdesk.core.settings.recovery import SCRATCH_PREFIXES
from opsdesk.flows.acting.answer import Unfit, safe
from probes.finding import Words
from probes.transport import Deadline

MARK = "opsdesk scratch: emptied before each rehearsal"
Link = psycopg.Connection[tuple[object, ...]]

_OWN = """n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"""
_OBJECTS = f"""
SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OWN}) +
       (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {_OWN} AND NOT EXISTS (SELECT FROM pg_depend d
              WHERE d.objid = p.oid AND d.deptype = 'e'))"""  # noqa: S608 - fixed text
_SCHEMAS = f"SELECT n.nspname FROM pg_namespace n WHERE {_OWN}"  # noqa: S608
_TABLES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind IN ('r', 'p')"""  # noqa: S608


def environ(target: Scratch) -> dict[str, str]:
    """Return what PostgreSQL's programs are told, out of everybody's sight."""
    return {
        "PGHOST": target.host,
        "PGPORT": str(target.port),
        "PGUSER": target.user,
        "PGDATABASE": target.database,
        "PGPASSWORD": _password(target) or "",
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": "opsdesk",
    }


def _password(target: Scratch) -> str | None:
    if target.password is None:
        return None
    try:
        return target.password.reveal()
    except Refused as refusal:
        words = _NO_SECRET.fill(name=target.name, why=target.password.reference)
        raise Unfit("no-secret", words) from refusal


@contextmanager
def linked(target: Scratch, deadline: Deadline) -> Iterator[Link]:
    """Give a connection to a scratch target; what keeps us out is Unfit."""
    seconds = max(1, int(deadline.remaining()))
    try:
        link = psycopg.connect(
            host=target.host,
            port=target.port,
            user=target.user,
            password=_password(target),
            dbname=target.database,
            connect_timeout=min(10, seconds),
            options=f"-c statement_timeout={seconds * 1000} -c lock_timeout=10000",
            application_name="opsdesk",
            autocommit=True,
        )
    except psycopg.Error as error:
        raise Unfit(
            "unreachable", _AWAY.fill(name=target.name, why=_why(error))
        ) from error
    try:
        yield link
    except psycopg.Error as error:
        raise Unfit(
            "database", _TROUBLE.fill(name=target.name, why=_why(error))
        ) from error
    finally:
        link.close()


def identity(link: Link) -> tuple[str, str]:
    """Return the system identifier and the database we are really connected to."""
    row = link.execute(
        "SELECT (pg_control_system()).system_identifier::text, current_database()"
    ).fetchone()
    assert row is not None
    return str(row[0]), str(row[1])


def prove(link: Link, backup: BackupSet, target: Scratch) -> tuple[str, str]:
    """Refuse a target that is or may be the source, or that holds what is not ours."""
    system, database = identity(link)
    if database == backup.source_database and backup.source_system in ("", system):
        raise Unfit("is-source", _IS_SOURCE.fill(name=target.name, database=database))
    if not database.startswith(SCRATCH_PREFIXES):
        raise Unfit("not-scratch", _NOT_SCRATCH.fill(name=database))
    if not is_marked(link) and _count(link) > 0:
        raise Unfit("not-empty", _NOT_EMPTY.fill(name=database))
    return system, database


def is_marked(link: Link) -> bool:
    """Tell whether an earlier rehearsal left its mark on the database."""
    row = link.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname = current_database()"
    ).fetchone()
    return row is not None and row[0] == MARK


def empty(link: Link, database: str) -> None:
    """Mark the database as one to rehearse in, and take away all that is in it."""
    with link.transaction():
        link.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(database), sql.Literal(MARK)
            )
        )
        row = link.execute("SELECT current_setting('is_superuser')").fetchone()
        if row == ("on",):
            _drop_schemas(link)
        else:  # an ordinary owner may not drop `public` before PostgreSQL 15
            link.execute("DROP OWNED BY CURRENT_USER CASCADE")
        if _count(link) > 0:
            raise Unfit("not-empty", _STAYS.fill(name=database))


def _drop_schemas(link: Link) -> None:
    for (name,) in link.execute(_SCHEMAS).fetchall():
        drop = sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(str(name)))
        link.execute(drop)
    link.execute("CREATE SCHEMA public")


def rows(link: Link) -> dict[str, int]:
    """Return how many rows each table has, counted one by one."""
    found = {}
    for schema, name in link.execute(_TABLES).fetchall():
        spot = sql.Identifier(str(schema), str(name))
        count = sql.SQL("SELECT count(*) FROM ONLY {}").format(spot)
        row = link.execute(count).fetchone()
        found[f"{schema}.{name}"] = int(str(row[0])) if row else 0
    return found


def _count(link: Link) -> int:
    row = link.execute(_OBJECTS).fetchone()
    return int(str(row[0])) if row else 0


def _why(error: psycopg.Error) -> str:
    return safe(str(error) or type(error).__name__)


_NO_SECRET = Words(
    "没有执行：取不到演练库 {name} 的口令（{why}）。请用 opsdesk secret set 保存。",
    "Nothing was done: the password of scratch target {name} cannot be fetched ({why}). "
    "Keep it with opsdesk secret set.",
)
_AWAY = Words(
    "没有执行：连不上演练库 {name}：{why}",
    "Nothing was done: scratch target {name} cannot be reached: {why}",
)
_TROUBLE = Words("演练库 {name} 出错：{why}", "Scratch target {name} failed: {why}")
_IS_SOURCE = Words(
    "已拒绝，没有改动：{name} 指向源库 {database}，恢复会覆盖它。请改用独立的演练库。",
    "Refused, nothing was changed: {name} is the source database {database}, and a "
    "restore would overwrite it. Use a database of its own.",
)
_NOT_SCRATCH = Words(
    "已拒绝，没有改动：{name} 不是演练库（名称应以 drill_ 或 scratch_ 开头）。",
    "Refused, nothing was changed: {name} is no scratch database; its name should begin "
    "with drill_ or scratch_.",
)
_STAYS = Words(
    "已拒绝，没有改动：{name} 里有别的账号建的对象，清不掉。请用专用的演练库和账号。",
    "Refused, nothing was changed: {name} holds objects of another account, which stay. "
    "Use a database and an account of its own.",
)
_NOT_EMPTY = Words(
    "已拒绝，没有改动：{name} 里有数据，也没有此前演练留下的标记。请核对是否连错，或换用空库。",
    "Refused, nothing was changed: {name} holds data and no mark of an earlier "
    "rehearsal. Check that it is the right one, or use an empty one.",
)
