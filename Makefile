# The front door. Everything real is in CMakeLists.txt and scripts/.
.PHONY: help run check bench fmt clean

help:
	@echo 'make run    install what is missing, build, start a sandbox exchange with recorded flow'
	@echo 'make check  install what is missing, build with gcc and clang, run every test and check'
	@echo 'make bench  build for speed and print the figures of docs/BENCHMARKS.md'
	@echo 'make fmt    lay out every .c and .h'
	@echo 'make clean  remove build/'

run:
	@sh scripts/install_packages.sh run
	@sh scripts/run_sandbox.sh

check:
	@sh scripts/install_packages.sh check
	@bash scripts/check.sh

bench:
	@sh scripts/install_packages.sh run
	@bash scripts/bench.sh

fmt:
	@sh scripts/format.sh write

clean:
	rm -rf build
