"""Work from a real Bitcoin node in regtest: a block mined through the meter is accepted by the node, also while the node starts again and
after a reorganisation to another block. Needs bitcoind or btcd on the PATH; without one it is skipped, by name."""
import base64
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import meter_scene as scene
import node_process as node

# The script OP_1 with 32 bytes: a taproot output nobody can spend, for regtest.
PAY = "script:5120" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
USER, PASSWORD = "meter", "regtest"


class BitcoinNode:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.rpc_port, self.port = scene.free_port(), scene.free_port()
        self.url = f"http://{USER}:{PASSWORD}@127.0.0.1:{self.rpc_port}/"
        self.start()

    def command(self):
        if (program := shutil.which("bitcoind")) is not None:
            return [program, "-regtest", f"-datadir={self.folder}", f"-rpcuser={USER}", f"-rpcpassword={PASSWORD}",
                    f"-rpcport={self.rpc_port}", f"-port={self.port}", "-listen=0", "-server", "-fallbackfee=0.0001"]
        return [shutil.which("btcd"), "--regtest", "--notls", f"--datadir={self.folder}", f"--logdir={self.folder}",
                f"--configfile={self.folder}/btcd.conf", f"--rpcuser={USER}", f"--rpcpass={PASSWORD}",
                f"--rpclisten=127.0.0.1:{self.rpc_port}", "--nolisten", "--nodnsseed"]

    def start(self):
        (self.folder / "btcd.conf").touch()
        with open(self.folder / "node.out", "a") as out:
            self.process = subprocess.Popen(self.command(), stdout=out, stderr=out, cwd=self.folder)
        node.wait_until("the Bitcoin node", self.height_or_none)

    def ask(self, method, *params):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.rpc_port}/",
            data=json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": params}).encode(),
            headers={"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()})
        with urllib.request.urlopen(request, timeout=node.PATIENCE) as answer:
            return json.loads(answer.read())["result"]

    def height(self):
        return self.ask("getblockcount")

    def height_or_none(self):
        node.check(self.process.poll() is None, f"the Bitcoin node runs: {(self.folder / 'node.out').read_text()}")
        try:
            return self.height() is not None
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=node.PATIENCE)


def main():
    if shutil.which("bitcoind") is None and shutil.which("btcd") is None:
        print("skipped: neither bitcoind nor btcd is on the PATH")
        sys.exit(node.SKIPPED)
    folder = node.new_folder()
    chain = BitcoinNode(folder.with_suffix(".chain"))
    port = scene.free_port()
    meter = scene.Meter(folder, port, "--node", chain.url, "--pay", PAY, "--difficulty", "0.00001",
                        "--difficulty-min", "0.00001", "--difficulty-max", "0.00001", "--interval", "3600")
    miner = scene.miner(port, "almaty.rig1", 10**9, "roll")
    try:
        node.wait_until("three blocks mined through the meter", lambda: chain.height() >= 3)
        node.wait_until("the node's answer", lambda: len(list(folder.glob("accepted-block-*"))) >= 3)
        block = chain.ask("getblock", chain.ask("getblockhash", 1), 1)
        coinbase = chain.ask("getblock", chain.ask("getblockhash", 1), 0)
        node.check(len(block["tx"]) == 1 and PAY[7:] in coinbase, "the block pays whom it should")
        node.check(b"/tarazy/".hex() in coinbase, "it is ours")

        chain.stop()
        answers = len(miner.of("answer"))
        node.wait_until("the miner to work while the node is away", lambda: len(miner.of("answer")) > answers + 3)
        before = meter.errors().count("event=block_accepted") + meter.errors().count("event=block_refused")
        chain.start()
        height = chain.height()
        node.wait_until("blocks after the node's start", lambda: chain.height() > height)
        node.wait_until("answers about blocks that waited", lambda: meter.errors().count("event=block_accepted")
                        + meter.errors().count("event=block_refused") > before)

        last = chain.ask("getbestblockhash")
        reorganised = True
        try:
            chain.ask("invalidateblock", last)
        except urllib.error.HTTPError:
            reorganised = False  # btcd has no such call
        height = chain.height()
        node.wait_until("blocks after that", lambda: chain.height() > height + 1)
        miner.stop()
        code = meter.stop()
        node.check(code == 0, f"an orderly stop, not {code}\n{meter.errors()}")
        told = sum(1 for event in miner.of("answer") if event["good"])
        counted = sum(reading["accepted"] for reading in scene.readings(folder))
        node.check(told <= counted <= len(miner.of("share")), f"told {told}, counted {counted}")
        mined = chain.height()
    finally:
        miner.stop()
        meter.kill()
        chain.stop()
    node.remove_folder(chain.folder)
    node.remove_folder(folder)
    print(json.dumps({"blocks": mined, "told": told, "reorganised": reorganised}))


main()
