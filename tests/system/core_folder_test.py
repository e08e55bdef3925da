"""One core per folder; a stop is orderly; a node that is not founded, or damaged, does not start."""
import node_process as node

BUSY, DAMAGED = 12, 11


def one_core_per_folder(folder):
    core = node.start_core(folder)
    link = node.connect(folder)
    second = node.Process("core", "--dir", folder)
    code = second.wait()
    node.check(code == BUSY, f"a second core ended with {code}\n{second.errors()}")
    # The first one has not even noticed.
    number = link.durable
    node.check(link.send(node.order(1, 1, 1, node.BUY, 10**8, 1000)) and link.wait_durable(number + 1),
               "the first core goes on")
    return core, link


def it_has_given_up_its_rights(core):
    with open(f"/proc/{core.child.pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    node.check(lines["NoNewPrivs"].strip() == "1", "no new privileges")
    node.check(lines["Seccomp"].strip() == "2", "a filter of system calls")


def a_stop_is_told(core, link):
    core.child.terminate()
    notice = link.next()
    node.check(notice is not None and notice[0] == node.STOPPING, "stopping is told")
    node.check(link.next() is None, "and then nothing")
    node.check(core.wait() == 0, "an orderly stop is exit code 0")
    node.check(not link.send(b"x" * 64) or link.next() is None, "nothing is taken any more")


def damage_is_refused(folder):
    segment = sorted(folder.glob("segment-*.journal"))[0]
    data = bytearray(segment.read_bytes())
    data[1000] ^= 4
    segment.write_bytes(data)
    core = node.Process("core", "--dir", folder)
    code = core.wait()
    node.check(code == DAMAGED, f"a damaged journal ended with {code}\n{core.errors()}")
    node.check(segment.name in core.errors(), f"the file is named\n{core.errors()}")


def an_empty_folder_is_refused():
    folder = node.new_folder()
    core = node.Process("core", "--dir", folder)
    node.check(core.wait() != 0, "no core without a journal")
    node.check(not list(folder.glob("*.journal")), "and none is made")
    serve = node.Process("serve", "--dir", folder)
    node.check(serve.wait() == 1 and "tarazy init" in serve.errors(), "serve says what to do")
    node.remove_folder(folder)


def main():
    folder = node.new_folder()
    node.found_sandbox(folder)
    core, link = one_core_per_folder(folder)
    it_has_given_up_its_rights(core)
    a_stop_is_told(core, link)
    node.verify(folder)
    damage_is_refused(folder)
    an_empty_folder_is_refused()
    node.remove_folder(folder)


main()
