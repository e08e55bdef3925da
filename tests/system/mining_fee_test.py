"""The fee on energy as a person gets it: from options and from readings of meters, under the shipped law and under one that
is not there; and each fault of a command line, a law and a file of readings, said with its line."""
import os
import pathlib
import subprocess

import node_process as node

check = node.check
FAILED, USAGE = 1, 2
SOURCE = pathlib.Path(os.environ["TARAZY_SOURCE_DIR"])
KZ = SOURCE / "jurisdictions" / "kz.conf"
INVENTED = SOURCE / "tests" / "support" / "invented.conf"
HEAD = "meter,source,first_day,last_day,energy,unit,price\n"

# quarter, options, fee, declaration, payment
VECTORS = [
    ("2022Q1", ["--grid-kwh", "1000000"], "1000000.00 KZT  trust B", "none  trust B", "2022-04-20  trust B"),
    ("2023Q1", ["--grid-kwh", "1000000", "--grid-price", "24.00"], "1000000.00 KZT  trust B", "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--unmetered-kwh", "1000000"], "25000000.00 KZT  trust B", "2023-05-15  trust A", "2023-05-25  trust A"),
    ("2023Q1", ["--own-kwh", "1000000"], "10000000.00 KZT  trust B", "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--renewable-kwh", "1000000"], "1000000.00 KZT  trust B", "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--grid-kwh", "600000", "--grid-price", "24.5", "--own-kwh", "400000"], "10000000.00 KZT  trust C",
     "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--grid-kwh", "1000000", "--grid-price", "10"], "15000000.00 KZT  trust D", "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--grid-kwh", "1000000", "--grid-price", "12.50"], "13000000.00 KZT  trust D", "2023-05-15", "2023-05-25"),
    ("2023Q1", ["--grid-kwh", "1000000", "--grid-price", "23.99"], "2000000.00 KZT  trust D", "2023-05-15", "2023-05-25"),
    ("2024Q1", ["--grid-kwh", "1000000"], "2000000.00 KZT  trust B", "2024-05-15  trust A",
     "2024-05-27  trust M  (2024-05-25 is no working day; holidays: trust M)"),
    ("2024Q1", ["--renewable-kwh", "1000000"], "1000000.00 KZT  trust B", "2024-05-15", "2024-05-27"),
    ("2024Q4", ["--grid-kwh", "1"], "2.00 KZT  trust B", "2025-02-17  trust M  (2025-02-15 is no working day", "2025-02-25  trust A"),
]

ROWS = [
    ("A,grid,2024-01-01,2024-01-31,5,kWh,\nA,grid,2024-01-01,2024-01-31,5,kWh,\n", ":3: the same meter and days as another line: line 2"),
    ("A,grid,2024-01-01,2024-01-31,5,kWh,\nA,own,2024-01-31,2024-02-01,5,kWh,\n", ":3: days of this meter that another line has told"),
    ("A,grid,2024-01-01,2024-01-31,5,kWh,\nB,grid,2024-01-01,2024-01-31,5,MWh,\n", ":3: another unit than in the lines before"),
    ("A,grid,2024-01-01,2024-01-31,-5,kWh,\n", ":2: the energy is below zero"),
    ("A,grid,2024-01-01,2024-04-01,5,kWh,\n", ":2: the days do not lie within the quarter"),
    ("A,sun,2024-01-01,2024-01-31,5,kWh,\n", ":2: the source is grid, own, off-grid, renewable or unmetered"),
    ("A,grid,2024-01-01,2024-01-31,5,kWh\n", ":2: "),
    ("A,grid,2024-01-01,2024-01-31,5,kW", ":"),
]

CALLS = [
    [],
    ["--quarter", "2024Q1", "--grid-kwh", "1"],
    ["--jurisdiction", KZ, "--grid-kwh", "1"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1"],
    ["--jurisdiction", KZ, "--quarter", "2024Q5", "--grid-kwh", "1"],
    ["--jurisdiction", KZ, "--quarter", "2024q1", "--grid-kwh", "1"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "-1"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1.0001"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "--grid-kwh", "2"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "--readings", "x.csv"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--readings", "nowhere.csv"],
    ["--jurisdiction", "nowhere.conf", "--quarter", "2024Q1", "--grid-kwh", "1"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "--scale", "19"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "--paid", "2024-05-27=2"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "--as-of", "2024-05-27", "--paid", "2=2024-05-27"],
    ["--jurisdiction", KZ, "--quarter", "2024Q1", "--grid-kwh", "1", "more"],
]


def run(*arguments, code=0):
    done = subprocess.run([node.PROGRAM, "mining-fee", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    check(done.returncode == code, f"{arguments}: {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def fields(output):
    """{first word: the rest of its last line}."""
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in output.splitlines()}


def fee(law, quarter, *options, code=0):
    return run("--jurisdiction", law, "--quarter", quarter, *options, code=code)


def known_fees():
    for quarter, options, expected, declaration, payment in VECTORS:
        said = fields(fee(KZ, quarter, *options))
        for name, value in (("fee", expected), ("declaration", declaration), ("payment", payment)):
            check(said[name].startswith(value), f"{quarter} {options}: {name} {said[name]}, not {value}")
        check(("unsure" in said) == (expected[-1] in "CMD"), f"{quarter} {options}: whoever is not sure says so")


def readings(folder):
    path = folder / "meters.csv"
    path.write_text(HEAD + "A-1,grid,2023-01-01,2023-02-28,600000,kWh,24\nA-1,grid,2023-03-01,2023-03-31,200000,kWh,25\n"
                    "B,renewable,2023-01-01,2023-01-31,200000,kWh,\n")
    output = fee(KZ, "2023Q1", "--readings", path)
    said = fields(output)
    check(said["fee"].startswith("1000000.00 KZT"), output)
    check(said["price"].startswith("24.25 KZT"), output)
    check("missing      B has no reading on 59 of 90 days\n" in output, output)
    check("A-1 has no reading" not in output, output)
    for rows, expected in ROWS:
        path.write_text(HEAD + rows)
        said = fee(KZ, "2024Q1", "--readings", path, code=USAGE)
        check(f"{path}{expected}" in said, f"{rows!r}: {expected!r} is not said, but: {said}")
    whole = (HEAD + "A,grid,2024-01-01,2024-01-31,5,kWh,\nA,grid,2024-02-01,2024-02-29,5,kWh,\n").encode()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        ends_a_line = size >= len(HEAD) and whole[size - 1:size] == b"\n"
        if size % 7 == 0 or ends_a_line:
            fee(KZ, "2024Q1", "--readings", path, code=0 if ends_a_line else USAGE)


def laws(folder):
    said = fields(fee(INVENTED, "2032Q1", "--grid-kwh", "1000000", "--scale", "3"))
    check(said["country"] == "ZZ" and said["fee"].startswith("300.000 ZZM  trust A"), said)
    check("a number is too large" in fee(INVENTED, "2032Q1", "--unmetered-kwh", "9000000000000000", "--own-kwh",
                                          "9000000000000000", "--scale", "18", code=FAILED), "a huge fee is refused")
    check("fee_scale_grid" in fee(KZ, "2023Q1", "--grid-kwh", "1", code=FAILED), "no price, no fee")
    check("fee_rate_grid on 2021-10-01" in fee(KZ, "2021Q4", "--grid-kwh", "1", code=FAILED), "no law, no fee")
    check("holidays_listed on 2028-05-15" in fee(KZ, "2028Q1", "--grid-kwh", "1", code=FAILED), "no calendar, no due day")
    path = folder / "law.conf"
    text = KZ.read_text()
    for old, new, expected in (("country KZ", "county KZ", "must begin with"),
                               ("fee_rate_own ", "fee_rate_mine ", "no parameter has this name"),
                               ("15-of-month-2  A", "15.2  A", "not written as")):
        check(old in text, f"{old} is in the law")
        path.write_text(text.replace(old, new, 1))
        said = fee(path, "2024Q1", "--grid-kwh", "1", code=USAGE)
        check(expected in said, f"{new}: {said}")
    lines = text.splitlines(keepends=True)
    index = next(i for i, line in enumerate(lines) if line.startswith("fee_rate_own") and "2024-01-01" in line)
    path.write_text("".join(lines[:index] + lines[index + 1:]))
    check("law.conf" in fee(path, "2024Q1", "--own-kwh", "1", code=USAGE), "a gap in the law is found when it is read")
    path.write_text("".join(lines[:index + 1] + lines[index:]))
    check(f"law.conf:{index + 2}: two records" in fee(path, "2024Q1", "--own-kwh", "1", code=USAGE), "a doubled line is found")


def arrears():
    output = fee(KZ, "2024Q1", "--grid-kwh", "1000000", "--as-of", "2024-06-26", "--paid", "2024-06-06=1000000")
    said = fields(output)
    # Late from 28 May: 6 days at 14.75 % and 4 at 14.5 % of two million, then 20 at 14.5 % of one, each times 1.25 / 365.
    exact = 1.25 / 365 * (6 * 2e6 * 0.1475 + 4 * 2e6 * 0.145 + 20 * 1e6 * 0.145)
    check(said["unpaid"] == "1000000.00 KZT", output)
    check(said["penalty"] == f"{exact:.2f} KZT  30 days  trust M", f"{exact}: {output}")
    said = fields(fee(KZ, "2024Q1", "--grid-kwh", "1", "--as-of", "2024-05-27", "--paid", "2024-05-01=3"))
    check(said["overpaid"] == "1.00 KZT" and said["penalty"].startswith("0.00 KZT  0 days"), said)
    said = fee(KZ, "2025Q4", "--grid-kwh", "1", "--as-of", "2026-06-26", code=FAILED)
    check("penalty_yearly_rate on 2026" in said, said)


def main():
    folder = node.new_folder()
    known_fees()
    readings(folder)
    laws(folder)
    arrears()
    for call in CALLS:
        run(*call, code=USAGE)
    check("--jurisdiction FILE" in run("--help"), "help helps")
    node.remove_folder(folder)


main()
