"""Every failure is one line on standard error and an exit code."""

from __future__ import annotations

import sys

import pytest

from helpers.command_line import QUICK, small_model, wrong
from scorerbm.cli import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("frob", "No such command 'frob'"),
        ("train --frob", "No such option: --frob"),
        ("train --hidden 0", "--hidden"),
        ("train --hidden many", "--hidden"),
        ("train --epochs 0", "--epochs"),
        ("train --threads 0", "--threads"),
        ("train --seed -1", "--seed"),
        ("train --test-fraction 2", "--test-fraction"),
        ("train --test-fraction 1", "test_fraction: got 1.0"),
        ("train --method magic", "'magic' is not one of score-matching, contrastive-divergence"),
        ("train --gradient steep", "'steep' is not one of recovery, gumbel"),
        ("train --backend gpu", "'gpu' is not one of auto"),
        ("train --optimizer lbfgs", "'lbfgs' is not one of adam, sgd"),
        ("train --rate -1", "learning_rate: got -1.0"),
        ("train --rate nan", "learning_rate: got nan"),
        ("train --snr 0", "--snr: got 0.0"),
        ("train --gradient gumbel --snr-window 3 2", "--snr-window: got 2.0"),
        ("train --snr 1 --gradient gumbel", "--snr does not apply to --gradient gumbel"),
        ("train --noises 3", "--noises does not apply to --gradient recovery"),
        (
            "train --method contrastive-divergence --gradient gumbel",
            "--gradient does not apply to --method contrastive-divergence",
        ),
        ("train --chains 9", "--chains does not apply to --gradient recovery"),
        ("train --out model.pt", "model.pt: got suffix '.pt', expected .safetensors"),
        ("train --out absent/m.safetensors", "absent: no such folder"),
        ("train --out folder.safetensors", "folder.safetensors: is a folder"),
        ("train absent.csv", "absent.csv: No such file or directory"),
        ("train data.parquet", "data.parquet: unknown data, expected one of digits"),
        ("train grey.csv", "--threshold 4.5"),
        ("train words.csv", "could not convert string 'x'"),
        ("train empty.csv", "the file has no rows of numbers"),
        ("train digits --key a", "key: got 'a'"),
        ("train digits --shape 7x8", "--shape: got 7x8, which has 56 pixels, expected 64"),
        ("train digits --shape round", "'round' is not a shape like 28x28"),
        ("train digits --shape 0x64", "'0x64' is not a shape"),
        ("train digits --threshold nan", "threshold: got nan"),
        ("sample", "Missing argument 'MODEL'"),
        ("sample absent.safetensors", "absent.safetensors: No such file or directory"),
        ("sample grey.csv", "grey.csv: not a readable model"),
        ("sample small.safetensors -n 0", "--samples"),
        ("sample small.safetensors --sampler magic", "'magic' is not one of gibbs, gibbs-langevin"),
        ("sample small.safetensors --thin 3", "--thin does not apply to --sampler gibbs"),
        ("sample small.safetensors --steps 3", "--steps does not apply to --sampler gibbs"),
        (
            "sample small.safetensors --sampler exact --sweeps 3",
            "--sweeps does not apply to --sampler exact",
        ),
        ("sample small.safetensors --out s.mat", "s.mat: got suffix '.mat', expected .npy or"),
        ("sample small.safetensors --picture s.jpg", "s.jpg: got suffix '.jpg', expected .png"),
        ("sample small.safetensors --picture s.png --shape 2x2", "--shape: got 2x2"),
        ("evaluate small.safetensors", "does not say what it was trained on"),
        ("evaluate small.safetensors --threshold 1", "--threshold and --key need the argument"),
        ("evaluate small.safetensors digits", "digits: got 64 columns, expected 6"),
        ("evaluate wide.safetensors rows.csv --log-z exact", "at most max_units=24"),
        ("compare absent.npy", "absent.npy: No such file or directory"),
        ("compare --out grey.csv", "grey.csv: is not a folder"),
        ("compare --out absent/report", "absent: no such folder"),
        ("compare --budgets 1,x", "--budgets: got '1,x', expected integers like 10,100,1000"),
        ("compare --repeats 0", "--repeats"),
        ("compare -n 9", "--samples"),
        ("compare --model absent.safetensors", "absent.safetensors: No such file"),
        ("compare --model small.safetensors --hidden 3", "--hidden does not apply to --model"),
        ("compare --model small.safetensors --road magic", "samplers: got 'magic', expected one"),
        ("compare --model small.safetensors --budgets 9,1", "expected increasing integers"),
        ("compare --model small.safetensors digits", "digits: got 64 columns, expected 6"),
        ("info grey.csv", "grey.csv: not a readable model"),
        ("info folder.safetensors", "folder.safetensors: Is a directory"),
    ],
)
def test_wrong_input_is_one_line(folder, arguments, message):
    (folder / "grey.csv").write_text("0,9\n3,4\n")
    (folder / "words.csv").write_text("0,1\nx,1\n")
    (folder / "empty.csv").write_text("")
    (folder / "rows.csv").write_text("\n".join([",".join("01" * 15)] * 3))
    (folder / "folder.safetensors").mkdir()
    small_model()
    small_model("wide.safetensors", n=30, m=30)
    before = sorted(folder.rglob("*"))
    assert message in wrong(*arguments.split())
    assert sorted(folder.rglob("*")) == before


def test_divergence_is_no_wrong_input(folder):
    line = wrong("train", *QUICK, "--rate", "1e9", code=1)
    assert "training diverged in epoch 0" in line
    assert list(folder.iterdir()) == []


def test_folders_that_are_not_writable_are_found_before_the_work(folder, monkeypatch):
    (folder / "old").mkdir()
    asked = []

    def refuse(dir):
        asked.append(dir)
        raise OSError(30, "Read-only file system", str(dir))

    monkeypatch.setattr("scorerbm.cli.outputs.TemporaryFile", refuse)
    for command in ("train", "compare", "compare --out old"):
        assert wrong(*command.split()).endswith(": the folder is not writable")
    assert [path.resolve() for path in asked] == [folder, folder, folder / "old"]
    assert [path.name for path in folder.rglob("*")] == ["old"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--road magic", "samplers: got 'magic', expected one of"),
        ("--budgets 9,1", "expected increasing integers"),
        ("--budgets 0", "budgets: got 0"),
    ],
)
def test_wrong_roads_are_found_before_the_training(folder, monkeypatch, option, message):
    def train(*_):
        raise AssertionError("trained")

    monkeypatch.setattr("scorerbm.cli.compare.train_on", train)
    assert message in wrong("compare", *option.split())


def test_missing_library_is_no_wrong_input(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    (folder / "a.h5").write_bytes(b"")
    assert 'pip install "scorerbm[hdf5]"' in wrong("train", "a.h5", code=1)


def test_full_disk_is_no_wrong_input(folder, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device", "model.safetensors")

    monkeypatch.setattr("scorerbm._atomic.os.fsync", fail)
    line = wrong("train", *QUICK, code=1)
    assert line == "scorerbm: error: model.safetensors: No space left on device"
    assert list(folder.iterdir()) == []


def test_unforeseen_failures_name_their_kind(folder, monkeypatch):
    def fail(_):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("scorerbm.cli.info.read_metadata", fail)
    assert wrong("info", "x", code=1) == (
        "scorerbm: error: RuntimeError: two lines (SCORERBM_DEBUG=1 shows where)"
    )
    monkeypatch.setenv("SCORERBM_DEBUG", "1")
    with pytest.raises(RuntimeError, match="two"):
        main(["info", "x"])
