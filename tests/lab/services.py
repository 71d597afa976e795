"""Real servers the checks are tried on: Redis, MariaDB, snmpd.

Each is started once per worker, on a free loopback port, and stopped by its pid.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

from tests.lab.process import accepts, daemon, folder, free_port, program, run

PASSWORD = "let-me-see-4711"
COMMUNITY = "round-of-the-day"
SNMP_USERS = {
    # name: (auth protocol, privacy protocol) as the configuration writes them
    "watcher": ("sha256", "aes128"),
    "elder": ("sha1", "aes128"),
    "ancient": ("md5", "des"),
}
_SNMPD_WORDS = {
    "sha256": "SHA-256",
    "sha1": "SHA",
    "md5": "MD5",
    "aes128": "AES",
    "des": "DES",
}

_FIRST = """\
CREATE USER 'asker'@'%' IDENTIFIED BY '{password}';
GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR ON *.* TO 'asker'@'%';
CREATE USER 'stranger'@'%' IDENTIFIED BY '{password}';
CREATE DATABASE 填报;
CREATE TABLE 填报.t (i INT) ENGINE=InnoDB;
GRANT SELECT ON 填报.* TO 'asker'@'%';
"""
"""One statement a line: that is how the server reads its first file."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running server."""

    port: int
    pid: int
    home: Path


@contextmanager
def redis(*options: str, tls: bool = False) -> Iterator[Service]:
    """Run a Redis with the given command-line options."""
    words = program("redis-server", "redis-server")
    port = free_port()
    ports = ["--tls-port", str(port), "--port", "0"] if tls else ["--port", str(port)]
    with folder("redis", "redis") as home:
        line = [words, *ports, "--bind", "127.0.0.1", "--save", ""]
        line += ["--dir", str(home), *options]
        log = home / "log"
        with daemon(line, lambda: accepts(port), log=log, owner="redis") as pid:
            yield Service(port, pid, home)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Service]:
    """Start a Redis that wants a password and may use 64 MB."""
    options = ("--requirepass", PASSWORD, "--maxmemory", "64mb")
    with redis(*options) as service:
        yield service


@contextmanager
def mariadb() -> Iterator[Service]:
    """Run a MariaDB whose user `asker` may look and not touch."""
    server = program("mariadbd", "mariadb-server")
    install = program("mariadb-install-db", "mariadb-server")
    port = free_port()
    with folder("mariadb", "mysql") as home:
        data, initial = home / "data", home / "init.sql"
        run(
            [
                install,
                "--no-defaults",
                f"--datadir={data}",
                f"--tmpdir={home}",  # a starting server empties the common one
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            "mysql",
        )
        initial.write_text(_FIRST.format(password=PASSWORD))
        initial.chmod(0o644)
        line = [server, "--no-defaults", f"--datadir={data}", f"--port={port}"]
        line += ["--bind-address=127.0.0.1", f"--socket={home}/socket"]
        line += [f"--pid-file={home}/pid", f"--init-file={initial}"]
        line += [f"--tmpdir={home}"]
        line += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
        line += ["--skip-name-resolve", "--character-set-server=utf8mb4"]
        log = home / "log"
        with daemon(line, lambda: _lets_in(port), log=log, owner="mysql") as pid:
            yield Service(port, pid, home)


def _lets_in(port: int) -> bool:
    try:
        pymysql.connect(
            host="127.0.0.1", port=port, user="asker", password=PASSWORD
        ).close()
    except pymysql.Error:
        return False
    return True


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Service]:
    """Start one MariaDB for this worker's tests."""
    with mariadb() as service:
        yield service


@contextmanager
def snmpd() -> Iterator[Service]:
    """Run an snmpd that answers v2c by community and v3 for `SNMP_USERS`."""
    server = program("snmpd", "snmpd")
    port = free_port(socket.SOCK_DGRAM)
    with folder("snmpd") as home:
        settings = home / "snmpd.conf"
        lines = [f"rocommunity {COMMUNITY} 127.0.0.1", "sysName nas-1.example"]
        lines += ["sysDescr A storage box for tests", "includeAllDisks 50%"]
        for name, (auth, privacy) in SNMP_USERS.items():
            words = _SNMPD_WORDS[auth], _SNMPD_WORDS[privacy]
            made = f"{words[0]} {PASSWORD}-auth {words[1]} {PASSWORD}-priv"
            lines += [f"createUser {name} {made}", f"rouser {name} priv"]
        settings.write_text("\n".join(lines) + "\n")
        line = [server, "-f", "-Lo", "-C", "-c", str(settings)]
        line += ["-I", "-smux", "-p", str(home / "pid"), f"udp:127.0.0.1:{port}"]
        os.environ["SNMP_PERSISTENT_DIR"] = str(home)
        try:
            log = home / "log"
            with daemon(line, lambda: _said(log, "NET-SNMP version"), log=log) as pid:
                yield Service(port, pid, home)
        finally:
            del os.environ["SNMP_PERSISTENT_DIR"]


def _said(log: Path, words: str) -> bool:
    return words in log.read_text(errors="replace")


@pytest.fixture(scope="session")
def snmp_device() -> Iterator[Service]:
    """Start one snmpd for this worker's tests."""
    with snmpd() as service:
        yield service
