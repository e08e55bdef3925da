"""A node is backed up under load, destroyed, and restored: what was acknowledged up to the backup's number is there, and
nothing else. Backups that are cut, out of room, or changed by a bit are refused or finished later."""
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import node_process as node

check = node.check
PRICE = 15_400_000 * 10**8
CONFIG = "segment_mib = 1\nsnapshot {\n records = 20000\n minutes = 0\n}\n"
DISK, DAMAGED = 10, 11


def run(command, *arguments):
    return subprocess.run([node.PROGRAM, command, *map(str, arguments)], capture_output=True, text=True, timeout=300)


def fields(done):
    """What a program told, a word and its value per line."""
    check(done.returncode == 0, f"{done.args}: {done.returncode}\n{done.stdout}{done.stderr}")
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if " " in line)


def back_up(folder, to):
    told = fields(run("backup", "--dir", folder, "--to", to))
    return int(told["number"]), told["state"]


class Load(threading.Thread):
    """Orders that meet, and some that rest, as fast as they are acknowledged; until the core has gone."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.link = node.connect(folder)
        self.stopping = False
        self.start()

    def run(self):
        batch = b"".join(node.order(1, 1, 1, node.BUY, PRICE + i % 3, 10_000) + node.order(2, 3, 1, node.SELL, PRICE, 10_000)
                         for i in range(50))
        while not self.stopping and self.link.send(batch):
            if not self.link.wait_durable(self.link.durable + 100):
                return

    def stop(self):
        self.stopping = True
        self.join(node.PATIENCE)

    def wait(self, number):
        node.wait_until(f"command {number}", lambda: self.link.durable >= number)


def state_at(folder, number, *options):
    done = run("state", "--dir", folder, "--at", number, "--json", *options)
    check(done.returncode == 0, f"{done.returncode}\n{done.stderr}")
    return done.stdout


def restore(backup):
    folder = node.new_folder()
    told = fields(run("restore", "--from", backup, "--dir", folder))
    return folder, int(told["number"]), told["state"]


def refused(backup, text=None):
    """A backup that must not be restored; what is there then is no journal that somebody could start."""
    folder = node.new_folder()
    done = run("restore", "--from", backup, "--dir", folder)
    check(done.returncode == DAMAGED and done.stderr.strip() and (text is None or text in done.stderr),
          f"{done.returncode}\n{done.stdout}{done.stderr}")
    check(not list(folder.glob("segment-*")), "nothing was written")
    node.remove_folder(folder)


def under_load(folder, backup):
    """Three backups of a node at work; then its folder is gone. Returns the last one's number."""
    config = folder.with_suffix(".conf")
    config.write_text(CONFIG)
    server = node.Process("serve", "--sandbox", "--no-gateway", "--config", config, "--dir", folder)
    server.ready_line()
    load = Load(folder)
    number = 0
    for _ in range(3):
        load.wait(number + 15_000)
        acknowledged = load.link.durable
        number, state = back_up(folder, backup)
        check(number >= acknowledged, f"{acknowledged} was acknowledged before the backup, {number} is in it")
    load.wait(number + 1000)
    server.child.send_signal(signal.SIGKILL)
    load.stop()
    server.wait()
    node.wait_until("the end of the core", lambda: run("backup", "--dir", folder, "--to", folder / "probe").returncode
                    != 1)
    expected = state_at(folder, number)
    commands = node.journal(folder, "--to", number)
    shutil.rmtree(folder)
    restored, again, digest = restore(backup)
    check((again, digest) == (number, state), f"{number} {state} was backed up, {again} {digest} came back")
    check(node.verify(restored) == number, "the verifier agrees")
    check(state_at(restored, number) == expected, "every balance is what it was")
    check(state_at(restored, number, "--trust-snapshots") == expected, "also by the snapshot")
    check(node.journal(restored) == commands, "every command is what it was")
    core = node.start_core(restored, "--config", config)
    link = node.connect(restored)
    check(link.durable == number, "the core begins behind the backup")
    check(link.send(node.order(1, 1, 1, node.BUY, PRICE, 10_000)) and link.wait_durable(number + 1), "it goes on")
    check(core.stop() == 0, "an orderly stop")
    config.unlink()
    return restored


def cut_short(folder, backup):
    """Backups that are killed at any moment; the one that was there stays, and the next run finishes."""
    rest = random.Random(1)
    before, state = back_up(folder, backup)
    fresh = backup.with_name(backup.name + "-fresh")
    for _ in range(8):
        child = subprocess.Popen([node.PROGRAM, "backup", "--dir", str(folder), "--to", str(fresh)],
                                 stdout=subprocess.DEVNULL)
        time.sleep(rest.random() * 0.08)
        child.kill()
        child.wait()
        if fresh.exists() and not list(fresh.glob("backup-*.head")):
            refused(fresh, "no finished backup")
    check(back_up(folder, fresh) == (before, state), "the next run finishes")
    restored, number, digest = restore(fresh)
    check((number, digest) == (before, state), "and it can be restored")
    node.remove_folder(restored)
    node.remove_folder(fresh)


def changed_by_a_bit(backup):
    rest = random.Random(2)
    segments = sorted(backup.glob("segment-*"))
    snapshot, head = next(backup.glob("snapshot-*")), next(backup.glob("backup-*"))
    check(len(segments) > 3, f"{len(segments)} segments")
    for file in [*rest.choices(segments[:-1], k=12), head, head, snapshot, snapshot]:
        size = 65536 if file == snapshot else file.stat().st_size
        place = rest.randrange(size)
        with file.open("r+b") as opened:
            opened.seek(place)
            byte = opened.read(1)[0]
            opened.seek(place)
            opened.write(bytes([byte ^ 1 << rest.randrange(8)]))
            opened.flush()
            refused(backup)
            opened.seek(place)
            opened.write(bytes([byte]))
    moved = segments[1].with_suffix(".aside")
    segments[1].rename(moved)
    refused(backup)
    moved.rename(segments[1])


def into_a_folder_that_is_not_empty(backup):
    folder = node.new_folder()
    (folder / "something").touch()
    done = run("restore", "--from", backup, "--dir", folder)
    check(done.returncode == DAMAGED and "not empty" in done.stderr, f"{done}")
    node.remove_folder(folder)


def without_room(folder):
    """A backup to a disk that is full; room again, and it is finished."""
    small = node.new_folder()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)],
                                           stderr=subprocess.DEVNULL).returncode != 0:
        node.remove_folder(small)
        print("a full disk: left out, it takes the right to mount")
        return
    try:
        done = run("backup", "--dir", folder, "--to", small)
        check(done.returncode == DISK and "No space left" in done.stderr, f"{done.returncode}\n{done.stderr}")
        refused(small, "no finished backup")
        subprocess.run(["mount", "-o", "remount,size=256m", str(small)], check=True)
        back_up(folder, small)
        restored, _, _ = restore(small)
        node.remove_folder(restored)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
        node.remove_folder(small)


def main():
    folder = node.new_folder()
    backup = folder.with_name(folder.name + "-backup")
    restored = under_load(folder, backup)
    cut_short(restored, backup)
    changed_by_a_bit(backup)
    into_a_folder_that_is_not_empty(backup)
    without_room(restored)
    other = node.new_folder()
    node.found_sandbox(other)
    done = run("backup", "--dir", other, "--to", backup)
    check(done.returncode == DAMAGED, f"another node's journal is refused: {done.returncode} {done.stderr}")
    for left in (restored, backup, other):
        node.remove_folder(left)


main()
