"""Tests that run on every kernel of the list. Nothing registers: tests/vm/test_cases.py reads the modules here.

A module holds functions

    case_NAME(env: guest.Env) -> None          in the guest: passes when it returns
    prepare_NAME(out: pathlib.Path) -> None    optional, on the host, once before the first boot

Python in the guest is slow, so objects are compiled by `prepare_NAME` into `out`, which the case finds as `env.out`;
a module imports the compiler in `prepare_NAME`, never at its top. `@guest.options(timeout=…, kernels=…)` changes a
case's limits; `raise guest.Skip("why")` is a counted skip.
"""
