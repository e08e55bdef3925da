"""A full disk ends the core with its own exit code, and serve with it; room again, and it goes on.

The full disk is a small tmpfs of our own: what is tested is what the core does with ENOSPC, not durability."""
import os
import subprocess
import sys

import node_process as node

DISK = 10
PRICE = 15_400_000 * 10**8


def mount(folder, size):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                          stderr=subprocess.DEVNULL).returncode == 0


def fill(folder):
    """Orders until the core stops; returns the last durable number."""
    link = node.connect(folder)
    batch = node.order(1, 1, 1, node.BUY, PRICE, 10_000) + node.order(2, 3, 1, node.SELL, PRICE, 10_000)
    while link.send(batch * 200):
        link.wait_durable(link.durable + 100)
    while (notice := link.next()) is not None:
        node.check(notice[0] in (node.DURABLE, node.REFUSED), "no stopping in order is told")
        link.durable = max(link.durable, notice[6])
    return link.durable


def main():
    if os.geteuid() != 0:
        sys.exit(node.SKIPPED)
    folder = node.new_folder()
    if not mount(folder, "7m"):
        node.remove_folder(folder)
        sys.exit(node.SKIPPED)
    config = folder.with_suffix(".conf")
    config.write_text("segment_mib = 1\nsnapshot {\n records = 0\n minutes = 0\n}\n")
    try:
        server = node.Process("serve", "--sandbox", "--no-gateway", "--config", config, "--dir", folder)
        server.ready_line()
        node.check("event=folder_in_memory" in server.errors(), f"it warns of a folder in memory\n{server.errors()}")
        told = fill(folder)
        code = server.wait()
        node.check(code == DISK, f"serve ended with {code}\n{server.errors()}")
        node.check("event=disk_failed what=" in server.errors(), f"it says why\n{server.errors()}")
        node.check(server.errors().count("event=started process=core") == 1, "and is not tried again")
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
        core = node.start_core(folder, "--config", config)
        link = node.connect(folder)
        node.check(link.durable >= told, f"{told} was durable, {link.durable} is there")
        last = link.durable
        node.check(link.send(node.order(1, 1, 1, node.BUY, PRICE, 10_000)) and link.wait_durable(last + 1),
                   "it goes on")
        node.check(core.stop() == 0, "an orderly stop")
        node.verify(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        config.unlink()
        node.remove_folder(folder)
    print(f"full after {told} commands")


main()
