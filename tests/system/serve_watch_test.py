"""serve: kill -9 of each process in turn, and the node comes back; a clean stop; the journal agrees."""
import os
import signal
import socket
import urllib.request

import follow_rig as rig
import node_process as node


def is_over(pid):
    """Gone, or dead and only waiting to be buried, which not every first process of a container does."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url + "/api/v3/ping", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def comes_back(server, name, url, folder, names):
    node.wait_until("everybody", lambda: set(node.child_processes(server.child.pid)) >= names)
    before = node.child_processes(server.child.pid)
    os.kill(before[name], signal.SIGKILL)

    def is_back():
        now = node.child_processes(server.child.pid).get(name)
        return now is not None and now != before[name]

    node.wait_until(f"{name} to come back", is_back)
    node.wait_until("everybody", lambda: set(node.child_processes(server.child.pid)) >= set(before))
    after = node.child_processes(server.child.pid)
    for other, pid in before.items():
        # History gave away the right to look for another core: it ends with this one and is started anew.
        follows = name == "core" and other == "history"
        node.check(other == name or follows or after.get(other) == pid,
                   f"{other} was not touched by the end of {name}")
    link = node.connect(folder)
    number = link.durable
    node.check(link.send(node.order(1, 1, 1, node.BUY, 10_000_000 * 10**8, 10_000))
               and link.wait_durable(number + 1), f"orders are taken after the end of {name}")
    link.close()
    if url.startswith("http"):
        node.wait_until("the gateway", lambda: answers(url))


def nobody_waits_for(server, name, url, folder):
    """A process that stands still holds up nobody; when it goes on, it catches up."""
    process = node.child_processes(server.child.pid)[name]
    os.kill(process, signal.SIGSTOP)
    link = node.connect(folder)
    number = link.durable
    pair = (node.order(1, 1, 1, node.BUY, 15_000_000 * 10**8, 10_000)
            + node.order(2, 3, 1, node.SELL, 15_000_000 * 10**8, 10_000))
    for _ in range(50):
        node.check(link.send(pair * 100), "orders are taken")
    node.check(link.wait_durable(number + 10000), f"{name} stands still, the core does not")
    link.close()
    os.kill(process, signal.SIGCONT)
    if url.startswith("http"):
        node.wait_until("the gateway", lambda: answers(url))
    node.check(node.child_processes(server.child.pid)[name] == process, f"{name} is the same")


def main():
    folder = node.new_folder()
    port = free_port()
    config = folder.with_suffix(".conf")
    config.write_text(f'relay {{\n socket = "{folder}/relay.socket"\n}}\n')
    options = ("--sandbox", "--dir", folder, "--listen", f"127.0.0.1:{port}", "--config", config)
    server = node.Process("serve", *options)
    url = server.ready_line()
    node.wait_until("a relay", lambda: "relay" in node.child_processes(server.child.pid))
    supervisor = rig.Supervisor(f"main=unix:{folder}/relay.socket", silence_ms=60000)
    if url.startswith("http"):
        node.check(url == f"http://127.0.0.1:{port}", f"ready says {url}")
        node.check(answers(url), "ready means that it answers")
    children = node.child_processes(server.child.pid)
    node.check("core" in children, "there is a core")
    for name in sorted(children):
        comes_back(server, name, url, folder, set(children))
        comes_back(server, name, url, folder, set(children))
    node.wait_until("everybody", lambda: set(node.child_processes(server.child.pid)) >= set(children))
    for name in sorted(set(children) - {"core"}):
        nobody_waits_for(server, name, url, folder)
    link = node.connect(folder)
    supervisor.wait_number(link.durable)  # through every end of the relay
    link.close()
    supervisor.end()
    code = server.stop(signal.SIGINT)
    node.check(code == 0, f"serve ended with {code}\n{server.errors()}")
    node.check(not node.child_processes(server.child.pid), "nobody is left behind")
    number = node.verify(folder)
    # Again on the same folder: nothing is founded anew. Killed, it takes its children along.
    server = node.Process("serve", *options)
    server.ready_line()
    children = node.child_processes(server.child.pid)
    server.stop(signal.SIGKILL)
    for name, pid in children.items():
        node.wait_until(f"{name} to follow its parent", lambda pid=pid: is_over(pid))
    node.check(node.verify(folder) == number, "the same journal")
    node.remove_folder(folder)
    config.unlink()


main()
