"""Distillation: windows and logits aligned exactly, the loss by hand, and a student that learns from it."""

import hashlib
import json
import random
import shutil
from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models import shipped  # noqa: E402 - only where torch is
from nutgraf.models.cards import sha256_of  # noqa: E402
from nutgraf.models.errors import ModelError  # noqa: E402
from nutgraf.models.tokens import Tokens  # noqa: E402
from nutgraf.models.training.__main__ import _parser, main  # noqa: E402
from nutgraf.models.training.architectures import load_network  # noqa: E402
from nutgraf.models.training.batching import draw, stack  # noqa: E402
from nutgraf.models.training.distillation import (  # noqa: E402
    DistillationParams,
    Teacher,
    Translation,
    aligned,
    distillation_loss,
)
from nutgraf.models.training.learner import CHECKPOINT, LOG  # noqa: E402
from nutgraf.models.training.negatives import hard_negatives  # noqa: E402
from nutgraf.models.training.questions import load  # noqa: E402
from nutgraf.models.training.recipe import LEFT_OUT, SOURCES  # noqa: E402
from nutgraf.models.training.train import _fingerprint, train  # noqa: E402
from nutgraf.models.training.windows import Groups, tokenize  # noqa: E402
from tests.tiny import RECIPE, STAGE, write_bert, write_colours, write_mpnet  # noqa: E402

STUDENT = Tokens(shipped("small-reader") / "tokenizer.json")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("data"))


def quiet(line: str) -> None:
    assert line


@pytest.fixture(scope="module")
def teacher(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train an MPNet that knows the colours."""
    folder = tmp_path_factory.mktemp("teacher")
    base = write_mpnet(tmp_path_factory.mktemp("mpnet"))
    return train(RECIPE, base=base, data=data, run=folder, threads=1, say=quiet)


def groups(data: Path, tokens: Tokens) -> Groups:
    tokenized = tokenize(load(data), tokens)
    return Groups(tokenized, hard_negatives(tokenized.corpus), tokens)


# --- the same tokens ------------------------------------------------------------------------------------


def test_a_translated_window_is_the_one_that_the_teacher_s_own_tokens_give(data: Path, teacher: Path) -> None:
    theirs = Tokens(teacher / "tokenizer.json")
    translation = Translation(STUDENT, theirs)
    mine, expected = groups(data, STUDENT), groups(data, theirs)
    titled = 0
    for number in range(40):
        pairs = zip(
            mine.draw(STAGE, number, random.Random(number)),
            expected.draw(STAGE, number, random.Random(number)),
            strict=True,
        )
        for window, theirs_drawn in pairs:
            assert translation.window(window) == replace(theirs_drawn, answers=())
            titled += window.first > window.segment
    assert titled > 10
    assert translation.shift == 1
    assert Translation(STUDENT, STUDENT).shift == 0


def test_logits_move_by_one_behind_the_question() -> None:
    logits = torch.tensor([[0.0, 1, 2, 3, 4, 5, 6], [10, 11, 12, 13, 14, 15, 16]])
    moved = aligned(logits, torch.tensor([3, 2]), 1, rows=3, length=6)
    assert moved.tolist() == [[0, 1, 2, 4, 5, 6], [10, 11, 13, 14, 15, 16], [0] * 6]
    assert aligned(logits, torch.tensor([3, 2]), 0, rows=2, length=5).tolist() == logits[:, :5].tolist()


def test_the_teacher_s_logits_stand_where_the_reader_has_the_tokens(data: Path, teacher: Path) -> None:
    """Each window of a batch, read by the teacher alone and without padding, has the same logits."""
    loaded = Teacher(DistillationParams(teacher), STUDENT, "cpu", longest=100)
    batch = next(draw(groups(data, STUDENT), STAGE, list(range(12)), RECIPE))
    laid = stack(batch, RECIPE.batch_tokens)
    start, end = loaded.logits(batch, *laid.ids.shape, RECIPE.batch_tokens)
    network = load_network(teacher).eval()
    windows = [window for group in batch for window in group]
    assert start.shape == end.shape == laid.ids.shape
    for row, window in enumerate(windows):
        ids = torch.tensor([loaded.translation.window(window).ids])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            sides = network(ids, torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool))
        first, last = window.first, len(window.ids) - 1
        for side, mine in zip(sides, (start, end), strict=True):
            torch.testing.assert_close(mine[row, first:last], side[0, first + 1 : -1], atol=0.2, rtol=0.05)
            torch.testing.assert_close(mine[row, 0], side[0, 0], atol=0.2, rtol=0.05)
            assert mine[row, first:last].argmax() == side[0, first + 1 : -1].argmax()
    assert not start[len(windows) :].any()


# --- the loss -------------------------------------------------------------------------------------------


def divergence(theirs: list[float], mine: list[float], temperature: float) -> float:
    total_theirs = sum(exp(x / temperature) for x in theirs)
    total_mine = sum(exp(x / temperature) for x in mine)
    return sum(
        exp(t / temperature) / total_theirs * (t / temperature - log(total_theirs))
        - exp(t / temperature) / total_theirs * (m / temperature - log(total_mine))
        for t, m in zip(theirs, mine, strict=True)
    )


def test_the_loss_by_hand() -> None:
    """One question, two windows of two tokens of context, and a row that only fills the batch up."""
    context = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]]).bool()
    group = torch.tensor([0, 0, 1])
    mine = torch.tensor([[1.0, 50, 2, 0], [0, 50, 1, 1], [9, 9, 9, 9]])
    theirs = torch.tensor([[0.0, -50, 4, 1], [3, -50, 0, 1], [0, 0, 0, 0]])
    flat = torch.zeros(3, 4)
    options = {"groups": 1, "temperature": 2.0}
    loss = distillation_loss((mine, flat), (theirs, flat), context, group, **options)
    windows = divergence([0, 4, 1], [1, 2, 0], 2) + divergence([3, 0, 1], [0, 1, 1], 2)
    shared = divergence([4, 1, 0, 1], [2, 0, 1, 1], 2)
    assert loss.item() == pytest.approx(4 * (windows / 2 + shared), abs=1e-5)
    both = distillation_loss((mine, mine), (theirs, theirs), context, group, **options)
    assert both.item() == pytest.approx(2 * loss.item(), abs=1e-5)


def test_a_reader_that_says_the_same_up_to_a_constant_has_no_loss() -> None:
    context = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 1]]).bool()
    group = torch.tensor([0, 0])
    theirs = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    mine = (theirs + 3.0).requires_grad_()
    loss = distillation_loss((mine, mine), (theirs, theirs), context, group, groups=1, temperature=1.5)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-5)
    assert mine.grad.abs().max().item() == pytest.approx(0, abs=1e-6)


def test_gradients_are_numbers_and_none_for_rows_that_only_fill_up() -> None:
    context = torch.tensor([[0, 0, 1, 1], [0, 0, 0, 0]]).bool()
    mine = torch.zeros(2, 4, requires_grad=True)
    theirs = torch.tensor([[0.0, 0, 5, 0], [7, 0, 0, 0]])
    group = torch.tensor([0, 1])
    distillation_loss((mine, mine), (theirs, theirs), context, group, groups=1, temperature=1.0).backward()
    assert torch.isfinite(mine.grad).all()
    assert not mine.grad[1].any()
    assert mine.grad[0, 1] == 0
    assert mine.grad[0, 2] < 0 < mine.grad[0, 3]


# --- training -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(base: Path, data: Path, teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run from beginning to end with nothing but the teacher: marked answers have no weight."""
    run = tmp_path_factory.mktemp("whole")
    params = DistillationParams(teacher, weight=1.0)
    train(RECIPE, base=base, data=data, run=run, threads=1, distillation=params, say=quiet)
    return run


def test_a_student_learns_from_its_teacher_alone(whole: Path) -> None:
    logged = [json.loads(line) for line in (whole / LOG).read_text().splitlines()]
    losses = [line["loss"] for line in logged if "loss" in line]
    assert losses[-1] < 0.3 * losses[0]
    assert [line["alone"] for line in logged if "alone" in line][-1] > 0.9


class Killed(Exception):
    """Stands for the signal that ends a process between two steps."""


def test_a_run_that_was_killed_goes_on_with_its_teacher(
    whole: Path, base: Path, data: Path, teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(line: str) -> None:
        if line.startswith("125/"):
            raise Killed

    options = {"base": base, "data": data, "run": tmp_path, "threads": 1}
    params = DistillationParams(teacher, weight=1.0)
    with monkeypatch.context() as patch:
        patch.setattr("nutgraf.models.training.learner._CHECKPOINT_SECONDS", 0.0)
        with pytest.raises(Killed):
            train(RECIPE, distillation=params, say=die, **options)
    for other in (None, replace(params, weight=0.5), replace(params, temperature=1.0)):
        with pytest.raises(ModelError, match="began with another recipe"):
            train(RECIPE, distillation=other, say=quiet, **options)
    lines: list[str] = []
    train(RECIPE, distillation=params, say=lines.append, **options)
    assert any("from step 124" in line for line in lines)
    once, twice = (torch.load(run / CHECKPOINT, weights_only=True)["reader"] for run in (whole, tmp_path))
    for name, tensor in once.items():
        torch.testing.assert_close(tensor, twice[name], atol=1e-4, rtol=1e-3, msg=name)


def test_a_run_without_a_teacher_has_the_fingerprint_that_it_always_had(
    base: Path, data: Path, teacher: Path
) -> None:
    """A checkpoint of a long run is bound to it."""
    files = [*(data / source.file for source in SOURCES.values()), base / "model.safetensors"]
    parts = [repr(RECIPE), repr(SOURCES), repr(sorted(LEFT_OUT)), "7", *map(sha256_of, files)]
    expected = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    assert _fingerprint(RECIPE, base, data, 7) == expected
    assert _fingerprint(RECIPE, base, data, 7, DistillationParams(teacher)) != expected


# --- what is refused ------------------------------------------------------------------------------------


def test_what_is_no_teacher_is_refused(base: Path, teacher: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the weights have no span head"):
        Teacher(DistillationParams(base), STUDENT, "cpu", longest=100)
    with pytest.raises(ModelError, match="the recipe has windows of 129 tokens, the teacher takes 128"):
        Teacher(DistillationParams(teacher), STUDENT, "cpu", longest=129)
    with pytest.raises(ModelError, match=r"tokenizer\.json: cannot be read"):
        Teacher(DistillationParams(tmp_path), STUDENT, "cpu", longest=100)
    shutil.copyfile(teacher / "tokenizer.json", tmp_path / "tokenizer.json")
    with pytest.raises(ModelError, match="holds no teacher") as caught:
        Teacher(DistillationParams(tmp_path), STUDENT, "cpu", longest=100)
    assert caught.value.hint == "name the folder of a run that has ended: --teacher RUN/reader"
    content = json.loads((teacher / "tokenizer.json").read_text(encoding="utf-8"))
    content["model"]["vocab"] = {w: n for w, n in content["model"]["vocab"].items() if w != "summer"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="lacks 1 word pieces, such as 'summer'"):
        Translation(STUDENT, Tokens(tmp_path / "tokenizer.json"))


@pytest.mark.parametrize("numbers", [{"weight": 0.0}, {"weight": 1.1}, {"temperature": 0.0}])
def test_weight_and_temperature_have_bounds(numbers: dict[str, float]) -> None:
    with pytest.raises(ModelError, match="expected more than 0"):
        DistillationParams(Path("teacher"), **numbers)


def test_the_command_refuses_them_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--run", str(tmp_path / "run"), "--base", str(tmp_path), "--teacher", str(tmp_path)]
    assert main([*command, "--teacher-weight", "2"]) == 2
    error = "error: the teacher's weight is 2.0, expected more than 0 and at most 1\n"
    assert capsys.readouterr().err == error


def test_the_command_has_the_defaults_of_the_parameters() -> None:
    options = _parser().parse_args(["--run", "run"])
    params = DistillationParams(Path("teacher"))
    assert (options.teacher_weight, options.temperature) == (params.weight, params.temperature)
