"""Files appear whole or not at all."""

import os
import stat

import pytest

from scorerbm._atomic import atomic_write


def names(folder):
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize(("mode", "data"), [("w", "ü\r\nline\n"), ("wb", b"\x00\xff\n")])
def test_writes_what_was_given(tmp_path, mode, data):
    path = tmp_path / "file"
    with atomic_write(path, mode) as file:
        file.write(data)
    assert path.read_bytes() == (data.encode() if mode == "w" else data)
    assert names(tmp_path) == ["file"]


def test_nothing_is_seen_before_the_end(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with atomic_write(str(path)) as file:
        file.write("new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("former", [None, "old"])
def test_an_interrupted_block_leaves_no_trace(tmp_path, error, former):
    path = tmp_path / "file"
    if former is not None:
        path.write_text(former)

    def interrupted():
        with atomic_write(path) as file:
            file.write("half of")
            file.flush()
            raise error

    with pytest.raises(error):
        interrupted()
    assert names(tmp_path) == ([] if former is None else ["file"])
    assert former is None or path.read_text() == former


def test_a_failed_rename_leaves_no_trace(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError("no renaming here")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError, match="no renaming"), atomic_write(tmp_path / "f") as file:
        file.write("text")
    assert names(tmp_path) == []


def test_the_temporary_file_lies_in_the_same_folder(tmp_path):
    path = tmp_path / "file"
    with atomic_write(path):
        (temporary,) = names(tmp_path)
    assert temporary.startswith(".file.")
    assert temporary.endswith(".tmp")


def test_two_writers_do_not_meet(tmp_path):
    path = tmp_path / "file"
    with atomic_write(path) as first:
        with atomic_write(path) as second:
            second.write("second")
        first.write("first")
    assert path.read_text() == "first"
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_permissions_are_those_of_an_ordinary_file_or_of_the_former_one(tmp_path):
    path, plain = tmp_path / "file", tmp_path / "plain"
    plain.write_text("")
    with atomic_write(path) as file:
        file.write("text")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write("again")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
def test_a_symbolic_link_is_followed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with atomic_write(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_what_is_not_a_regular_file_is_not_replaced(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with atomic_write(path) as file:
            file.write("through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_errors_say_what_is_wrong(tmp_path):
    with pytest.raises(ValueError, match=r"mode: got 'a', expected one of"):
        atomic_write(tmp_path / "file", "a")
    with pytest.raises(FileNotFoundError, match=r"absent'$"), atomic_write(tmp_path / "absent/f"):
        pass
    with pytest.raises(IsADirectoryError), atomic_write(tmp_path):
        pass
