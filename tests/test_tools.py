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


SUFFIXES = {  # of extension modules
    "macosx_11_0_arm64": ".cpython-313-darwin.so",
    "win_amd64": ".cp313-win_amd64.pyd",
    "musllinux_1_2_x86_64": ".cpython-313-x86_64-linux-musl.so",
}


def a_wheel(
    folder, check_wheel, *, more=(), without=(), padding=0, platform="musllinux_1_2_x86_64"
):
    names = {
        *check_wheel.NEEDED,
        *(name + SUFFIXES[platform] for name in check_wheel.MODULES),
        *more,
    }
    path = folder / f"scorerbm-1-cp313-cp313-{platform}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names - set(without):
            archive.writestr(name, b"\0" * padding)
    return str(path)


SAID = {  # by the tool of a platform, of a wheel as it should be
    "macosx_11_0_arm64": "/usr/lib/libSystem.B.dylib\n/usr/lib/libc++.1.dylib\n",
    "win_amd64": (
        "Analyzing x.whl\n\nThe following DLLs will be copied into the wheel.\n    None\n\n"
        "The following DLLs are assumed to be present in the end user's environment and will not "
        "be copied into the wheel.\n    kernel32.dll\n    python313.dll\n"
    ),
    "musllinux_1_2_x86_64": (
        'x.whl is consistent with the\nfollowing platform tag: "musllinux_1_2_x86_64".'
    ),
}


@pytest.fixture
def tools(check_wheel, monkeypatch):
    """The tools that look at what wheels link to, each of which says what a test lets it say."""
    said = {"auditwheel": SAID["musllinux_1_2_x86_64"]}
    said |= {"delocate-listdeps": SAID["macosx_11_0_arm64"], "delvewheel": SAID["win_amd64"]}

    def run(command, **_):
        return subprocess.CompletedProcess(command, 0, stdout=said[command[0]])

    monkeypatch.setattr(check_wheel.subprocess, "run", run)
    return said


@pytest.mark.parametrize("platform", SUFFIXES)
def test_a_wheel_as_it_should_be_passes(platform, tmp_path, check_wheel, tools):
    wheel = a_wheel(tmp_path, check_wheel, platform=platform)
    assert check_wheel.faults(wheel) == check_wheel.links(wheel) == []
    assert check_wheel.main([wheel]) == check_wheel.main([str(tmp_path)]) == 0


def test_a_folder_without_wheels_does_not_pass(tmp_path, check_wheel):
    assert check_wheel.main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"more": ["scorerbm.libs/libgomp-a34b.so.1"]}, "bundles scorerbm.libs/libgomp-a34b.so.1"),
        (
            {"more": ["scorerbm.libs/msvcp140-1f2e.dll"], "platform": "win_amd64"},
            "bundles scorerbm.libs/msvcp140-1f2e.dll",
        ),
        (
            {"more": ["scorerbm/.dylibs/libomp.dylib"], "platform": "macosx_11_0_arm64"},
            "bundles scorerbm/.dylibs/libomp.dylib",
        ),
        ({"more": ["scorerbm/_philox.pyx"]}, "has sources"),
        ({"without": ["scorerbm/include/scorerbm.h"]}, "misses scorerbm/include/scorerbm.h"),
        (
            {"without": ["scorerbm/_core.cp313-win_amd64.pyd"], "platform": "win_amd64"},
            "misses scorerbm/_core",
        ),
        ({"padding": 600_000}, "expected fewer than 3000000"),
    ],
)
def test_faults_of_wheels_are_seen(how, fault, tmp_path, check_wheel, tools):
    wheel = a_wheel(tmp_path, check_wheel, **how)
    (found,) = check_wheel.faults(wheel)
    assert fault in found
    assert check_wheel.main([wheel]) == 1


@pytest.mark.parametrize(
    ("platform", "tool", "said", "fault"),
    [
        ("musllinux_1_2_x86_64", "auditwheel", ("musllinux", "linux"), "fits no platform"),
        ("macosx_11_0_arm64", "delocate-listdeps", ("/usr/lib/libc++", "/opt/libc++"), "/opt/libc"),
        ("win_amd64", "delvewheel", ("None", "msvcp140.dll (C:\\msvcp140.dll)"), "msvcp140.dll"),
        ("win_amd64", "delvewheel", ("copied", "taken"), "is not understood"),
    ],
)
def test_libraries_that_a_wheel_should_not_link_to_are_seen(
    platform, tool, said, fault, tmp_path, check_wheel, tools
):
    wheel = a_wheel(tmp_path, check_wheel, platform=platform)
    tools[tool] = tools[tool].replace(*said)
    (found,) = check_wheel.links(wheel)
    assert fault in found
    assert check_wheel.main([wheel]) == 1


def test_a_wheel_for_another_platform_is_seen(check_wheel):
    (fault,) = check_wheel.links("scorerbm-1-cp313-cp313-emscripten_4_wasm32.whl")
    assert "is for none of" in fault


@pytest.mark.slow
def test_every_cpu_level_draws_the_same_bits():
    done = subprocess.run(
        [sys.executable, str(TOOLS / "smoke.py")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "same bits" in done.stdout
