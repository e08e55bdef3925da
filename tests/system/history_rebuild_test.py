"""History killed again and again while people trade is the same as history made from the journal at the end: in
SQLite, and in PostgreSQL where there is one (src/history/with_postgresql.sh)."""
import os
import signal

import node_process as node
from socket_rig import Trader
from trading_rig import SYMBOL, Flow, postgresql_tables, psql, sqlite_tables

check = node.check
KILLS = 5
ACTS_BETWEEN = 150


class Database:
    """Where history goes: a file of the node's folder, or a server."""

    def __init__(self, folder, url):
        self.file = folder / "history" / "history.sqlite"
        self.url = url
        self.configuration = folder.parent / f"{folder.name}.conf"
        self.configuration.write_text(f'dir = "{folder}"\nlisten "127.0.0.1:0" {{ }}\n'
                                      + (f'history = "{url}"\n' if url else ""))

    def tables(self):
        return postgresql_tables(self.url) if self.url else sqlite_tables(self.file)

    def remove(self):
        if self.url:
            psql(self.url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        for part in self.file.parent.glob("history.sqlite*"):
            part.unlink()

    def number(self):
        """Of the last command it has; 0: it has none."""
        try:
            return int(self.tables()["history_progress"][0][-1])
        except Exception:  # not made yet, or just being made
            return 0


def serve(database):
    process = node.Process("serve", "--sandbox", "--config", database.configuration)
    return process, process.ready_line()


def keys_of(folder):
    return {key["participant"]: key for key in node.json.loads((folder / "keys.json").read_text())
            if key["type"] == "HMAC"}


def trade_and_kill(process, url, keys):
    flow = Flow(11)
    traders = [Trader(url, keys["alice"]), Trader(url, keys["bob"])]
    for _ in range(KILLS):
        for act in range(ACTS_BETWEEN):
            method, path, parameters = flow.place()
            traders[act % 2].signed(method, path, **parameters)
        children = node.wait_until("history", lambda: node.child_processes(process.child.pid).get("history"))
        os.kill(children, signal.SIGKILL)
    for trader in traders:
        trader.signed("DELETE", "/api/v3/openOrders", symbol=SYMBOL)
        trader.must("GET", "/api/v3/account")


def rebuilt(database, number):
    """The tables made anew from the journal by a node that does nothing else."""
    database.remove()
    process, _ = serve(database)
    node.wait_until("history", lambda: database.number() >= number)
    check(process.stop() == 0, process.errors())
    return database.tables()


def same(one, other, what):
    check(one.keys() == other.keys(), f"{what}: {one.keys()} {other.keys()}")
    for name, rows in one.items():
        if rows != other[name]:
            differing = [row for row in rows if row not in other[name]][:3], [r for r in other[name] if r not in rows][:3]
            node.fail(f"{what}: {name} differs, {len(rows)} and {len(other[name])} rows: {differing}")


def main():
    url = os.environ.get("TARAZY_TEST_POSTGRESQL")
    folder = node.new_folder()
    database = Database(folder, url)
    process, address = serve(database)
    trade_and_kill(process, address, keys_of(folder))
    number = Trader(address).get("/health")["number"]
    node.wait_until("history", lambda: database.number() >= number)
    check(process.stop() == 0, process.errors())
    grown = database.tables()
    check(len(grown["trades"]) > 50 and len(grown["orders"]) > 300, {name: len(rows) for name, rows in grown.items()})
    number = int(grown["history_progress"][0][-1])
    check(number == node.verify(folder), "history has all of the journal")
    same(grown, rebuilt(database, number), "killed and rebuilt")
    if url:
        database.remove()
        local = Database(folder, None)
        same(grown, rebuilt(local, number), "PostgreSQL and SQLite")
    database.configuration.unlink()
    node.remove_folder(folder)


if __name__ == "__main__":
    main()
