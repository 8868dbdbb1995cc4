"""The kernel lab: runs tests on other Linux kernels, from Debian's packages, under QEMU without KVM.

    kernels.py   which kernels, as data; fetches them into .cache/kernels
    boot.py      run(kernel, jobs): one boot, many jobs, a result for each
    guest.py     what runs inside the guest
    btf.py       a kernel's BTF, read out of its image without booting it
    cases/       the tests themselves: every `case_*` function runs on every kernel

Nothing is imported here: guest.py runs in the guest, where each import costs.
"""
