"""What each process of a node may do: its self-test on a running node, what the kernel says of the running processes,
and, as root, four users in one group of whom only the core's can write the journal."""
import os
import pathlib
import signal
import subprocess

import node_process as node
from rest_rig import sandbox

check = node.check
KINDS = ("core", "gateway", "history", "notary")
USERS = {"core": 61101, "gateway": 61102, "history": 61103, "notary": 61104}
GROUP = 61100
CONFIG = f"""users {{
    core = "{USERS['core']}"
    gateway = "{USERS['gateway']}"
    history = "{USERS['history']}"
    notary = "{USERS['notary']}"
    group = "{GROUP}"
}}
"""


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines if ":" in line)}


def children(running):
    """All of them, once they are confined, and history and the notary are mute."""
    def all_there():
        found = node.child_processes(running.process.child.pid)
        if set(found) != set(KINDS):
            return None
        try:
            filters = {kind: status(pid).get("Seccomp_filters") for kind, pid in found.items()}
        except OSError:  # one has just ended
            return None
        return found if filters == {"core": "1", "gateway": "1", "history": "2", "notary": "2"} else None
    return node.wait_until("four confined processes", all_there)


def self_tests(running, *options):
    for kind in KINDS:
        done = subprocess.run([node.PROGRAM, kind, "--self-test", "--dir", str(running.folder), *options],
                              capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"{kind} --self-test: {done.returncode}\n{done.stdout}{done.stderr}")
        check(f"{kind}: {42 if kind == 'core' else 43} acts tried, 0 came out wrong" in done.stdout, done.stdout)
    check(not list(running.folder.glob("self-test*")), "a self-test leaves nothing behind")


def trade(running):
    """Two orders that meet."""
    running.person("alice").limit("BUY", "0.001", "15000000")
    answer = running.person("bob").limit("SELL", "0.001", "15000000")
    check(answer["status"] == "FILLED", f"{answer}")


def test_confined():
    with sandbox("--notary") as running:
        for kind, pid in children(running).items():
            said = status(pid)
            check(said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", f"{kind}: {said}")
        trade(running)
        self_tests(running)


def attempt(kind, path, flags):
    """The errno, or 0, of opening a file as this process's user; what the kernel's files say, without any sandbox."""
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(GROUP, GROUP, GROUP)
        os.setresuid(*[USERS[kind]] * 3)
        try:
            os.close(os.open(path, flags))
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_own_users():
    folder = node.new_folder()
    config = folder.with_suffix(".conf")
    config.write_text(CONFIG)
    node.remove_folder(folder)
    try:
        with sandbox("--notary", "--config", config) as running:
            found = children(running)
            for kind, pid in found.items():
                said = status(pid)
                check(said["Uid"].split() == [str(USERS[kind])] * 4, f"{kind} is {said['Uid']}")
                check(said["Gid"].split() == [str(GROUP)] * 4 and not said["Groups"], f"{kind}: {said}")
            trade(running)
            os.kill(found["core"], signal.SIGKILL)
            again = node.wait_until("another core", lambda: (
                (now := children(running)) and now["core"] != found["core"] and now["history"] != found["history"]
                and now["notary"] != found["notary"] and now))
            check(again["gateway"] == found["gateway"], "the gateway found the core again")
            trade(running)
            self_tests(running, "--config", str(config))
            segment = next(running.folder.glob("segment-*"))
            for kind in KINDS:
                check(attempt(kind, segment, os.O_RDONLY) == 0, f"{kind} reads the journal")
                check((attempt(kind, segment, os.O_WRONLY) == 0) == (kind == "core"), "the core alone writes it")
                for secret in ("node.key", "notary.key", "keys.json"):
                    check(attempt(kind, running.folder / secret, os.O_RDONLY) != 0, f"{kind} reads no {secret}")
            database = running.folder / "history" / "history.sqlite"
            check(attempt("history", database, os.O_RDWR) == 0, "history writes its own")
            check(attempt("gateway", database, os.O_RDWR) != 0 and attempt("core", database, os.O_RDWR) != 0,
                  "nobody else does")
            tree = running.folder / "tlog" / "checkpoint"
            check(attempt("notary", tree, os.O_RDWR) == 0 and attempt("core", tree, os.O_RDWR) != 0
                  and attempt("gateway", tree, os.O_RDONLY) == 0, "the notary alone writes its tree")
            check(node.verify(running.folder) > 0, "the journal is whole")
    finally:
        config.unlink()


def test_half_of_the_users():
    folder = node.new_folder()
    config = folder / "half.conf"
    config.write_text('users {\n core = "61101"\n}\n')
    done = subprocess.run([node.PROGRAM, "serve", "--check-config", "--config", str(config), "--dir", str(folder)],
                          capture_output=True, text=True, timeout=60)
    check(done.returncode == 2 and "or none of them" in done.stderr, f"{done}")
    if os.geteuid() == 0:
        config.write_text(CONFIG.replace("61102", "tarazy-nobody-has-this-name"))
        done = subprocess.run([node.PROGRAM, "serve", "--sandbox", "--config", str(config), "--dir", str(folder / "n")],
                              capture_output=True, text=True, timeout=60)
        check(done.returncode == 1 and "separation_failed" in done.stderr, f"{done}")
    node.remove_folder(folder)


def test_history_beside_the_journal():
    """A database in the node's own folder is refused: history would have to write there."""
    folder = node.new_folder()
    config = folder.with_suffix(".conf")
    node.found_sandbox(folder)
    config.write_text(f'history = "sqlite:{folder}/history.sqlite"\n')
    done = subprocess.run([node.PROGRAM, "history", "--config", str(config), "--dir", str(folder)],
                          capture_output=True, text=True, timeout=60)
    check(done.returncode == 1 and "must not be in the node's folder itself" in done.stderr, f"{done}")
    config.unlink()
    node.remove_folder(folder)


def others_may_pass():
    return all(os.stat(path).st_mode & 0o001 for path in (pathlib.Path.cwd(), *pathlib.Path.cwd().parents))


def main():
    test_confined()
    test_half_of_the_users()
    test_history_beside_the_journal()
    if os.geteuid() == 0 and others_may_pass():
        test_own_users()
    else:
        print("own users: left out, it takes root and a folder that others may pass")


if __name__ == "__main__":
    main()
