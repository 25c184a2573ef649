"""The checks of wheels see what they are for, and the smoke test passes here."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture(scope="module")
def check_wheel():
    spec = importlib.util.spec_from_file_location("check_wheel", TOOLS / "check_wheel.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_wheel(folder, check_wheel, *, more=(), without=(), padding=0):
    names = {
        *check_wheel.NEEDED,
        *(f"{name}.cpython-313.so" for name in check_wheel.MODULES),
        *more,
    }
    path = folder / "scorerbm-1-cp313-cp313-macosx_11_0_arm64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names - set(without):
            archive.writestr(name, b"\0" * padding)
    return str(path)


def test_a_wheel_as_it_should_be_passes(tmp_path, check_wheel):
    assert check_wheel.faults(a_wheel(tmp_path, check_wheel)) == []
    assert check_wheel.main([a_wheel(tmp_path, check_wheel)]) == 0


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"more": ["scorerbm.libs/libgomp-a34b.so.1"]}, "bundles scorerbm.libs/libgomp-a34b.so.1"),
        ({"more": ["scorerbm/_philox.pyx"]}, "has sources"),
        ({"without": ["scorerbm/include/scorerbm.h"]}, "misses scorerbm/include/scorerbm.h"),
        ({"without": ["scorerbm/_core.cpython-313.so"]}, "misses scorerbm/_core"),
        ({"padding": 600_000}, "expected fewer than 3000000"),
    ],
)
def test_faults_of_wheels_are_seen(how, fault, tmp_path, check_wheel):
    wheel = a_wheel(tmp_path, check_wheel, **how)
    (found,) = check_wheel.faults(wheel)
    assert fault in found
    assert check_wheel.main([wheel]) == 1


def test_wheels_that_link_to_what_no_platform_has_are_seen(check_wheel):
    said = 'x.whl is consistent with the\nfollowing platform tag: "{}".'
    assert check_wheel.platform_faults(said.format("manylinux_2_28_x86_64")) == []
    assert check_wheel.platform_faults(said.format("musllinux_1_2_aarch64")) == []
    (fault,) = check_wheel.platform_faults(said.format("linux_x86_64"))
    assert "fits no platform" in fault


@pytest.mark.slow
def test_every_cpu_level_draws_the_same_bits():
    done = subprocess.run(
        [sys.executable, str(TOOLS / "smoke.py")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "same bits" in done.stdout
