"""Whatever is done to the stream or to the node's past is an alarm within a second of the first wrong record, which it
names; and evidence is kept."""
import shutil
import signal
import time

import follow_rig as rig
import node_process as node

check = node.check
WITHIN_S = 1.0


class Tamperer:
    """Lets everything pass until it is armed; then does one thing to the next batch, and remembers when, and to which."""

    def __init__(self, act):
        self.act, self.armed, self.sent_at, self.number, self.held = act, False, None, None, []

    def __call__(self, frame, payload):
        if not self.armed or rig.kind_of(frame) != rig.BATCH:
            return [(frame, payload)]
        if self.number is None:
            self.number = rig.first_number(payload)
        changed = self.act(self, frame, payload)
        if changed is None:  # goes on holding back
            return []
        self.armed, self.sent_at = False, time.time()
        return changed


def flip(_, frame, payload):
    place = len(payload) // 2
    return [(frame, payload[:place] + bytes([payload[place] ^ 16]) + payload[place + 1:])]


def leave_out(self, frame, payload):
    self.held.append(payload)
    return None if len(self.held) == 1 else [(frame, payload)]


def double(self, frame, payload):
    # The second copy is the first wrong one: the next number is expected there.
    self.number = rig.FRAME.unpack(frame)[5] + 1
    return [(frame, payload), (frame, payload)]


def swap(self, frame, payload):
    self.held.append((frame, payload))
    return None if len(self.held) == 1 else list(reversed(self.held))


def noise(_, frame, payload):
    return [(b"x" * len(frame), payload)]


def expect_alarm(supervisor, number, sent_at, kinds, name="main"):
    alarm = node.wait_until("the alarm", lambda: next((a for a in supervisor.findings() if a["node"] == name), None))
    told = time.strptime(alarm["time"][:19], "%Y-%m-%dT%H:%M:%S")
    told_at = time.mktime(told) - time.timezone + float(alarm["time"][19:26])
    check(alarm["kind"] in kinds, alarm)
    check(alarm["number"] == number, f"{alarm}, but it was {number}")
    check(sent_at is None or told_at - sent_at < WITHIN_S, f"{told_at - sent_at} s: {alarm}")
    check((supervisor.folder / name / alarm["evidence"]).exists(), "evidence is kept")
    check("event=alarm" in supervisor.process.errors(), "and it is logged")
    return alarm


def tampered_streams():
    for act, kinds in ((flip, ("record",)), (leave_out, ("record",)), (double, ("record",)), (swap, ("record",)),
                       (noise, ("record",))):
        watched = rig.Watched()
        watched.start_relay()
        tamperer = Tamperer(act)
        proxy = rig.Proxy(watched.folder / "proxy.socket", watched.socket, tamperer)
        supervisor = rig.Supervisor(f"main=unix:{proxy.path}")
        supervisor.wait_number(watched.trade(100))
        tamperer.armed = True
        for _ in range(5):
            watched.trade(10)
        expect_alarm_of(supervisor, tamperer, kinds)
        check(supervisor.process.stop() == 11, "a finding is told by the exit code, too")
        node.verify(supervisor.folder / "main")
        # Without the proxy it goes on: what was taken was true.
        supervisor.follow[1] = f"main=unix:{watched.socket}"
        supervisor.start()
        number = watched.link.durable
        node.wait_until("the copy", lambda: supervisor.status().get("main", {}).get("number") == number)
        proxy.end()
        rig.finish(supervisor, watched)


def expect_alarm_of(supervisor, tamperer, kinds):
    node.wait_until("the tampering", lambda: tamperer.sent_at is not None)
    expect_alarm(supervisor, tamperer.number, tamperer.sent_at, kinds)


def older_head_and_other_history():
    """The folder as it was before, put back: with less than the supervisor has seen, then with another story."""
    watched = rig.Watched()
    watched.start_relay()
    supervisor = rig.Supervisor(f"main=unix:{watched.socket}")
    early = watched.trade(50)
    supervisor.wait_number(early)
    watched.stop_core(signal.SIGTERM)
    before = watched.folder.with_name(watched.folder.name + "-before")
    shutil.copytree(watched.folder, before, ignore=shutil.ignore_patterns("*.socket"))
    watched.start_core()
    seen = watched.trade(50)
    supervisor.wait_number(seen)
    for turn, trades in enumerate((0, 200)):
        watched.relay.stop()
        watched.stop_core(signal.SIGTERM)
        for segment in watched.folder.glob("segment-*"):
            segment.unlink()
        for snapshot in watched.folder.glob("snapshot-*"):
            snapshot.unlink()
        for file in before.glob("segment-*"):
            shutil.copy(file, watched.folder)
        watched.start_core()
        if trades:
            watched.trade(trades)
        watched.start_relay()
        alarm = node.wait_until("a finding", lambda: (supervisor.findings() + [None] * 2)[turn])
        check(alarm["kind"] == "history" and early < alarm["number"] <= seen, alarm)
        check(supervisor.process.stop() == 11, "told by the exit code")
        check(node.verify(supervisor.folder / "main") == seen, "what was proven before stays")
        supervisor.start()
    rig.finish(supervisor, watched)
    node.remove_folder(before)


def another_node_at_the_address():
    watched, other = rig.Watched(), rig.Watched()
    watched.start_relay()
    supervisor = rig.Supervisor(f"main=unix:{watched.socket}", f"other=unix:{other.socket}")
    supervisor.wait_number(watched.trade(50))
    watched.relay.stop()
    impostor = node.Process("relay", "--dir", other.folder, "--socket", watched.socket)
    impostor.ready_line()
    node.wait_until("a finding", supervisor.findings)
    check(supervisor.findings()[0]["kind"] == "history", supervisor.findings())
    # The other one is followed all the same.
    other.start_relay()
    number = other.trade(20)
    node.wait_until("the other node", lambda: supervisor.status()["other"].get("number") == number)
    impostor.end()
    rig.finish(supervisor, watched, other)


def silence_and_its_end():
    watched = rig.Watched()
    watched.start_relay()
    supervisor = rig.Supervisor(f"main=unix:{watched.socket}", silence_ms=1000)
    supervisor.wait_number(watched.trade(20))
    watched.relay.child.send_signal(signal.SIGSTOP)
    supervisor.wait_alarm("silence")
    watched.relay.child.send_signal(signal.SIGCONT)
    supervisor.wait_alarm("silence", raised=False)
    watched.stop_core(signal.SIGKILL)
    supervisor.wait_alarm("no_core")
    watched.start_core()
    supervisor.wait_alarm("no_core", raised=False)
    supervisor.wait_number(watched.trade(20))
    check(supervisor.process.stop() == 0, "nothing final was found")
    rig.finish(supervisor, watched)


def main():
    tampered_streams()
    older_head_and_other_history()
    another_node_at_the_address()
    silence_and_its_end()


main()
