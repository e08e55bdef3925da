# The front door. Everything real is in CMakeLists.txt and scripts/.
.PHONY: help run check crash tamper divergence sim drills fuzz mutants bench fmt clean

help:
	@echo 'make run    install what is missing, build, start a sandbox exchange with recorded flow'
	@echo 'make check  install what is missing, build with gcc and clang, run every test and check'
	@echo 'make crash  ten thousand losses of power at the journal, some minutes'
	@echo 'make tamper a hundred thousand tampered journals and every byte of one, some minutes'
	@echo 'make divergence an operator with each mutant of money code against a supervisor, an hour'
	@echo 'make sim    a thousand simulated hours of a node under every fault, some hours; may be stopped; HOURS=10'
	@echo 'make drills idle WebSockets, slow headers, a restart with ten million records, some minutes'
	@echo 'make fuzz   every parser with bytes of any kind, a minute each; SECONDS=600 for longer'
	@echo 'make mutants break every safety check in turn and see a test fail, half an hour'
	@echo 'make bench  build for speed and print the figures of docs/BENCHMARKS.md'
	@echo 'make fmt    lay out every .c and .h'
	@echo 'make clean  remove build/'

run:
	@sh scripts/install_packages.sh run
	@sh scripts/run_sandbox.sh

check:
	@sh scripts/install_packages.sh check
	@bash scripts/check.sh

crash:
	@sh scripts/install_packages.sh check
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target crash

tamper divergence:
	@sh scripts/install_packages.sh check
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target $@

sim:
	@sh scripts/install_packages.sh check
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target sim
	@bash scripts/sim_night.sh build/release/bin/sim $(HOURS)

drills:
	@sh scripts/install_packages.sh check
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target drills

fuzz:
	@sh scripts/install_packages.sh check
	@bash scripts/fuzz.sh $(SECONDS)

mutants:
	@sh scripts/install_packages.sh check
	@python3 scripts/check_mutants.py . build/mutants

bench:
	@sh scripts/install_packages.sh run
	@bash scripts/bench.sh

fmt:
	@sh scripts/format.sh write

clean:
	rm -rf build
