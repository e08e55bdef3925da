"""`tarazy survey` as a person uses it: the published map out of files, a well-formed drawing, the first blocks of Bitcoin,
Kazakhstan's power in 2021, an invented region's list; and each wrong file with its line and no output."""
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import xml.dom.minidom

PROGRAM = os.environ["TARAZY_PROGRAM"]
DATA = pathlib.Path(os.environ["TARAZY_SOURCE_DIR"]) / "data" / "mining"
BLOCKS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
    "888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3"
    "540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, "survey", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    check(done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def see(done, *patterns):
    for pattern in patterns:
        check(re.search(pattern, done.stdout), f"{pattern} is not in\n{done.stdout}")


def refuse(folder, text, line, *arguments):
    """A file with this text, as the last argument, is refused at this line, and nothing is printed."""
    path = folder / "wrong.csv"
    path.write_text(text, encoding="utf-8", newline="")
    done = run(*arguments, path, code=1)
    check(done.stderr.startswith(f"{path}:{line}: "), f"{arguments}: {done.stderr}")
    check(done.stdout == "", "nothing of a wrong file is shown")


def ask_map(folder):
    splits = DATA / "pool_splits.csv"
    svg = folder / "map.svg"
    done = run("map", "--month", "2021-08", "--splits", splits, "--network", "120.7", "--svg", svg)
    see(done, r"United States +35\.40 %", r"Kazakhstan +18\.10 %", r"Russian Federation +11\.23 %", "44 % of it", "VPNs")
    drawing = xml.dom.minidom.parse(str(svg))
    check(drawing.documentElement.tagName == "svg", "an SVG")
    check(not drawing.getElementsByTagName("script") and not drawing.getElementsByTagName("image"), "nothing that runs")
    done = run("map", "--month", "2022-01", "--splits", splits, "--network", "187.6", "--csv")
    see(done, r'2022-01,"United States",37\.84', r'2022-01,"China \(mainland\)",21\.11', r'"Kazakhstan",13\.22')
    done = run("map", "--month", "2031-01", "--splits", splits, "--network", "120.7", code=1)
    check("no pool tells" in done.stderr, done.stderr)
    done = run("map", "--month", "2021-08", "--splits", splits, "--network", "50", code=1)
    check("more than the whole network" in done.stderr, done.stderr)
    head = "month,pool,country,hashrate,unit\n"
    good = head + "2021-08,p,A,1,EH/s\n"
    for text, line in ((good + "2021-08,p,A,1,EH/s\n", 3), (good + "2021-08,p,B,1,PH/s\n", 3), (good + "2021-08,p,B,1", 3),
                       (good + "2021-08,p,B,-1,EH/s\n", 3), ("month;pool\n", 1), (good + "\n", 3), ("", 1)):
        refuse(folder, text, line, "map", "--month", "2021-08", "--network", "120.7", "--splits")


def ask_rate(folder):
    headers = folder / "headers.bin"
    headers.write_bytes(BLOCKS)
    see(run("rate", "--headers", headers), r"blocks +1 in 463160 s", r"last difficulty 1\.000")
    headers.write_bytes(BLOCKS[:-1])
    check(":2: " in run("rate", "--headers", headers, code=1).stderr, "a cut file")
    headers.write_bytes(BLOCKS[:80] + BLOCKS[80:156] + struct.pack("<I", 7))
    check("above its own target" in run("rate", "--headers", headers, code=1).stderr, "no work")
    rows = "".join(f"{650000 + i},{1600000000 + 600 * i},170e1ef7\n" for i in range(2017))
    headers.write_text("height,time,bits\n" + rows)
    see(run("rate", "--headers", headers), r"blocks +2016 in 1209600 s", r"rate +1\d\d\.\d+ EH/s")
    refuse(folder, "height,time,bits\n1,600,1d00ffff\n3,1200,1d00ffff\n", 3, "rate", "--headers")


def ask_shares(folder):
    head = "miner,site,pool,region,country,begin,end,difficulty,shares\n"
    path = folder / "readings.csv"
    path.write_text(head + "m1,s,p,North,KZ,0,3600,65536,1000\nm2,s,p,North,KZ,0,3600,65536,10\n")
    see(run("shares", "--readings", path, "--by", "miner"), r"m1 +78\.1887  73\.\d+ to 83\.\d+", r"m2 +0\.7819  0\.37\d+ to 1\.43")
    see(run("shares", "--readings", path, "--network", "120.7"), r"KZ +78\.97\d+ .*0\.0000\d\d %")
    refuse(folder, head + "m,s,p,r,c,0,10,1,5\nm,s,p,r,c,5,15,1,5\n", 3, "shares", "--readings")


def ask_power():
    machines = DATA / "machines.csv"
    done = run("electricity", "--machines", machines, "--hashrate", "21.85", "--day", "2021-08-31", "--revenue", "45000000",
               "--network", "120.7")
    see(done, r"J/TH +29\.55 ", r"GW +0\.6521 ", "no interval of chance")
    done = run("residual", "--month", "2021-08", "--splits", DATA / "pool_splits.csv", "--network", "120.7", "--country",
               "Kazakhstan", "--efficiency", "29.55:50:98", "--declared", "0.3", "--hidden", "0:0")
    see(done, r"power +1\.20 GW", r"not declared 0\.90 GW", "an estimate", "VPNs")


def ask_days(folder):
    days = folder / "days.csv"
    days.write_text("day,revenue_usd,network_ehs\n" +
                    "".join(f"2021-08-{day:02},{45000000 + day},120.7\n" for day in range(1, 32)))
    options = ("electricity", "--machines", DATA / "machines.csv", "--hashrate", "21.85", "--days")
    see(run(*options, days), r"threshold +0\.3106")
    refuse(folder, "day,revenue_usd,network_ehs\n2021-08-01,1,1\n2021-08-03,1,1\n", 3, *options)


def ask_gray(folder):
    loads, signals, devices = folder / "loads.csv", folder / "signals.csv", folder / "devices.csv"
    loads.write_text(run("invent", "--seed", "7", "--signals", signals).stdout)
    done = run("gray", "--loads", loads, "--signals", signals)
    see(done, "no finding and accuses nobody", r"\n1\. score 0\.9", "curtailment", "load factor")
    devices.write_text("site,model,count,th_per_s\n" +
                       "".join(f"site-{i}-12,Bitmain Antminer S19 (95Th),2000,95\n" for i in range(1, 9)))
    listed = run("gray", "--loads", loads, "--signals", signals, "--devices", devices, "--machines", DATA / "machines.csv",
                 "--all", "--csv").stdout
    check(listed.count('"site-1-12"') >= 8 and ",devices," in listed, "registered sites are judged by their devices")
    head = "feeder,site,hour,energy,unit\n"
    refuse(folder, head + "f,a,2024-01-01T00,1,kWh\nf,a,2024-01-01T00,1,kWh\n", 3, "gray", "--loads")
    refuse(folder, head + "f,a,2024-01-01T00,1,kWh\nf,a,2024-01-01T01,1,MWh\n", 3, "gray", "--loads")
    refuse(folder, head + "f,a,2024-01-01T00,-1,kWh\n", 2, "gray", "--loads")
    refuse(folder, "site,model,count,th_per_s\nsite-1-12,Abacus,1,95\n", 2, "gray", "--loads", loads, "--machines",
           DATA / "machines.csv", "--devices")


def ask_wrongly():
    for arguments in ((), ("map",), ("weather",), ("rate", "--headers"), ("rate", "--nothing"), ("gray", "rate"),
                      ("map", "--month", "2021-13"), ("invent", "--seed", "-1"),
                      ("rate", "--headers", "a", "--headers", "b")):
        done = run(*arguments, code=2)
        check("usage:" in done.stderr or "sense" in done.stderr or "option" in done.stderr, f"{arguments}: {done.stderr}")
    check("No such file" in run("rate", "--headers", "/nowhere/at/all", code=1).stderr, "a missing file")
    see(run("--help"), "usage: tarazy survey map")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ask_map(folder)
        ask_rate(folder)
        ask_shares(folder)
        ask_power()
        ask_days(folder)
        ask_gray(folder)
        ask_wrongly()


main()
