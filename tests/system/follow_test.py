"""A supervisor follows over TLS while orders flow; who is not registered does not; a revoked key loses its stream; slow
followers cost the relay little and the core nothing."""
import signal
import socket
import subprocess

import follow_rig as rig
import node_process as node

check = node.check
STALLED = 40


def follows_over_tls(watched):
    certificate, key = watched.make_relay_certificate()
    address = watched.start_relay("--socket", watched.socket, "--listen", "127.0.0.1:0",
                                  "--certificate", certificate, "--key", key)
    supervisor = rig.Supervisor(f"main={address}", options=watched.make_certificate("sana"))
    for _ in range(10):
        number = watched.trade(200)
        supervisor.wait_number(number)
    rig.same_journal(watched.folder, supervisor.folder / "main", number)
    return supervisor, address


def strangers_do_not(watched, address):
    """A trader's registered key; an unregistered one under a registered name."""
    number = watched.link.durable
    trader = rig.Supervisor(f"main={address}", options=watched.make_certificate("alice"))
    trader.wait_alarm("refused")
    other = watched.certificates / "other.key"
    other.write_bytes(rig.openssl("genpkey", "-algorithm", "ed25519"))
    rig.openssl("req", "-x509", "-key", other, "-days", "2", "-subj", "/CN=sana", "-out", other.with_suffix(".pem"))
    options = list(watched.make_certificate("sana"))
    options[1], options[3] = other.with_suffix(".pem"), other
    forger = rig.Supervisor(f"main={address}", options=options)
    forger.wait_alarm("refused")
    for who in (trader, forger):
        check(who.status()["main"]["number"] == 0, "not a record was sent")
        check(who.process.stop() == 0, "an orderly stop")
        who.end()
    check(watched.link.durable == number, "nothing reached the core")


def wrong_handshakes_fail(watched, address):
    """No certificate; TLS 1.2; a relay that the supervisor does not trust."""
    for options in (("-tls1_3",), ("-tls1_2", "-cert", watched.certificates / "sana.pem",
                                   "-key", watched.certificates / "sana.key")):
        done = subprocess.run(["openssl", "s_client", "-connect", address, *map(str, options)], timeout=60,
                              input=rig.hello(1), capture_output=True)
        check(b"TRZF" not in done.stdout, "no frame for who shows nothing")
    options = list(watched.make_certificate("sana"))
    options[7] = watched.certificates / "sana.pem"
    supervisor = rig.Supervisor(f"main={address}", options=options, silence_ms=1000)
    supervisor.wait_alarm("silence")
    check(supervisor.status()["main"]["number"] == 0, "nothing is taken from an untrusted relay")
    supervisor.end()


def slow_followers_cost_little(watched, supervisor):
    before = rig.memory_kib(watched.relay)
    stalled = []
    for _ in range(STALLED):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(str(watched.socket))
        peer.sendall(rig.hello(1))
        stalled.append(peer)
    for _ in range(20):
        number = watched.trade(1000)
    supervisor.wait_number(number)
    grown = rig.memory_kib(watched.relay) - before
    check(grown < STALLED * 4096, f"{grown} KiB for {STALLED} peers that do not read")
    for peer in stalled:
        peer.close()


def a_revoked_key_loses_its_stream(watched, supervisor):
    watched.revoke("sana")
    alarm = supervisor.wait_alarm("refused")
    known = alarm["number"]
    check(known <= watched.link.durable, alarm)
    watched.trade(50)
    node.wait_until("the relay to say why", lambda: "the key is revoked" in watched.relay.errors())
    check(supervisor.status()["main"]["number"] == known, "nothing more was sent")
    check(not supervisor.findings(), "it is no finding")


def main():
    watched = rig.Watched()
    supervisor, address = follows_over_tls(watched)
    strangers_do_not(watched, address)
    wrong_handshakes_fail(watched, address)
    slow_followers_cost_little(watched, supervisor)
    a_revoked_key_loses_its_stream(watched, supervisor)
    check(supervisor.process.stop() == 0, supervisor.process.errors())
    check(watched.relay.stop(signal.SIGTERM) == 0, watched.relay.errors())
    node.verify(supervisor.folder / "main")
    rig.finish(supervisor, watched)


main()
