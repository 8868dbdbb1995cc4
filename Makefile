# `make help` lists what there is. Every target sets up what it needs; a second run installs nothing.
PYTHON := .venv/bin/python

# What all tests stand on is typed as strictly as the product, and what uses it as others will.
HARNESS := conftest test_architecture test_project golden.test_golden golden.test_harness \
	api.files api.test_imports api.test_maps api.test_streams api.test_tool vm.aarch64 vm.boot vm.btf vm.guest vm.kernels vm.test_aarch64 vm.test_boot vm.test_cases

.PHONY: help demo runtime wheel test test-kernels test-plant bench bless lint kernels setup setup-run setup-kernels setup-bench clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: setup-run ## refuse /dev/urandom to a cgroup, by a Ruby file: the device filter on this kernel
	$(PYTHON) dev/demo.py

runtime: setup ## the executables that `rucy build` puts a tool into, for x86_64 and aarch64; a second run does nothing
	$(PYTHON) runtime/build.py

wheel: runtime ## dist/rucy-*.whl: all of Rucy, with the runtimes and libbpf for both machines
	$(PYTHON) runtime/build.py --libbpf
	$(PYTHON) dev/wheel.py dist

test: setup kernels lint ## every test: this kernel, and 5.10, 6.1 and the newest in VMs (RUCY_NO_VM=1: no VMs)
	$(PYTHON) runtime/build.py $$(uname -m)
	$(PYTHON) -m pytest

test-kernels: setup-kernels ## the VM cases on every kernel of the list, and built tools on aarch64
	RUCY_KERNELS=all $(PYTHON) -m tests.vm.kernels
	RUCY_KERNELS=all $(PYTHON) -m pytest tests/vm

test-plant: setup ## break the compiler in 47 places, one at a time: the random programs must find each
	$(PYTHON) -m tests.plant

bench: setup-bench ## size and speed beside clang; built tools beside a C twin, bpftrace and bcc
	$(PYTHON) runtime/build.py
	$(PYTHON) -m bench

bless: setup ## rewrite goldens and generated tables from what the compiler now says; read the diff
	$(PYTHON) -m pytest tests/golden tests/passes/test_goldens.py tests/ir/test_reference.py tests/docs --bless
	$(PYTHON) dev/errors_page.py > docs/errors.md

lint: setup ## ruff and mypy
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/mypy --follow-imports=silent $(addprefix -m tests.,$(HARNESS))

kernels: setup ## download the kernels that the tests boot, once; `rm -r .cache/kernels` to look for newer ones
	@$(PYTHON) -m tests.vm.kernels

setup:
	@dev/setup.sh test

setup-run:
	@dev/setup.sh run

setup-kernels:
	@dev/setup.sh kernels

setup-bench:
	@dev/setup.sh bench

clean: ## remove caches and build products; .venv and the downloaded kernels stay
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache/vm src/*.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
