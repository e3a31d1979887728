"""Recipes: their names mean something, and a run that has all kinds of examples learns from them."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models import shipped  # noqa: E402 - only where torch is
from nutgraf.models.errors import ModelError  # noqa: E402
from nutgraf.models.tokens import Tokens  # noqa: E402
from nutgraf.models.training.architectures import load_network  # noqa: E402
from nutgraf.models.training.development import Development  # noqa: E402
from nutgraf.models.training.distillation import DistillationParams  # noqa: E402
from nutgraf.models.training.learner import LOG  # noqa: E402
from nutgraf.models.training.loss import reading_loss  # noqa: E402
from nutgraf.models.training.made import main as make  # noqa: E402
from nutgraf.models.training.negatives import hard_negatives  # noqa: E402
from nutgraf.models.training.questions import load  # noqa: E402
from nutgraf.models.training.recipe import LEFT_OUT, OPTIONAL, RECIPES, SOURCES, Recipe, Stage  # noqa: E402
from nutgraf.models.training.train import _fingerprint, chosen, train  # noqa: E402
from nutgraf.models.training.twins import MISLEADING, TWINS, add_twins, kind_of  # noqa: E402
from nutgraf.models.training.windows import Groups, tokenize  # noqa: E402
from tests.tiny import write_bert, write_mpnet, write_painted  # noqa: E402

STAGE = Stage(
    "painted",
    {"squad": 1.0, "made": 1.0} | {f"squad-{kind}": 1.0 for kind in TWINS},
    context_tokens=(56, 64),
    negatives=0.5,
)
RECIPE = Recipe((STAGE,), learning_rate=3e-3, batch_tokens=1024)
WITHOUT_TEACHER = replace(STAGE, shares={name: 5.0 for name in STAGE.shares if kind_of(name) != "moved"})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the training files with questions that were made from them."""
    folder = write_painted(tmp_path_factory.mktemp("data"))
    command = ["--data", str(folder), "--teacher", str(shipped("small-reader")), "--threads", "1"]
    assert make([*command, "--out", str(folder / OPTIONAL["made"].file)]) == 0
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("base"), max_position_embeddings=160)


def quiet(line: str) -> None:
    assert line


@pytest.mark.parametrize("name", RECIPES)
def test_each_share_is_one_of_a_source_or_of_its_twins(name: str) -> None:
    swaps = {f"{source}-swapped" for source, values in SOURCES.items() if values.swaps}
    known = {*SOURCES, *OPTIONAL, *swaps, "squad-none", *(f"{s}-{kind}" for s in SOURCES for kind in TWINS)}
    for stage in RECIPES[name].stages:
        assert set(stage.shares) <= known
        assert all(share > 0 for share in stage.shares.values())


def test_recipes_of_long_runs_are_as_they_were() -> None:
    """A checkpoint of teacher-1 is bound to these words, so that a new field must not show among them."""
    words = [repr(RECIPES["teacher-1"]), repr(SOURCES), repr(sorted(LEFT_OUT))]
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()
    assert digest == "c1c97bc5e9d8529baf04db57975445c3cc7086100f700718467d5b6799996929"


def test_each_kind_of_example_occurs(data: Path) -> None:
    corpus = load(data, SOURCES | OPTIONAL)
    add_twins(corpus, STAGE.shares)
    tokenized = tokenize(corpus, Tokens(shipped("small-reader") / "tokenizer.json"))
    for name in STAGE.shares:
        assert chosen({name: 1.0}, tokenized, "seed"), name


def test_a_student_learns_from_every_kind_of_example(base: Path, data: Path, tmp_path: Path) -> None:
    teacher = write_bert(tmp_path / "teacher", reader=True, max_position_embeddings=160)
    options = {"base": base, "data": data, "threads": 1}
    run = tmp_path / "run"
    train(RECIPE, run=run, distillation=DistillationParams(teacher), say=quiet, **options)
    logged = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    assert set(logged[-1]) == {"step", "alone", "among", "null", *MISLEADING}
    with pytest.raises(ModelError, match="only a teacher knows their answers") as caught:
        train(RECIPE, run=tmp_path / "other", say=quiet, **options)
    assert caught.value.hint == "name a teacher: --teacher RUN/reader"


def test_twins_teach_what_other_questions_do_not(base: Path, data: Path, tmp_path: Path) -> None:
    """Without twins, the reader finds an answer in most texts that only seem to answer."""
    plain = replace(STAGE, name="plain", shares={"squad": 25.0})
    refused = {}
    for name, stage in (("plain", plain), ("twins", WITHOUT_TEACHER)):
        run = tmp_path / name
        reader = train(replace(RECIPE, stages=(stage,)), base=base, data=data, run=run, threads=1, say=quiet)
        corpus = load(data)
        add_twins(corpus, STAGE.shares)
        tokens = Tokens(reader / "tokenizer.json")
        tokenized = tokenize(corpus, tokens)
        groups = Groups(tokenized, hard_negatives(corpus), tokens)
        scores = Development(tokenized, groups, 50).score(load_network(reader))
        assert set(scores.twins) == set(MISLEADING)
        refused[name] = scores.twins["removed"] + scores.twins["negated"]
    assert refused["twins"] > refused["plain"] + 0.3


def test_made_questions_count_only_for_a_recipe_that_learns_from_them(base: Path, data: Path) -> None:
    without = replace(RECIPE, stages=(replace(STAGE, shares={"squad": 1.0}),))
    file = data / OPTIONAL["made"].file
    before, content = [_fingerprint(recipe, base, data, 7) for recipe in (RECIPE, without)], file.read_bytes()
    file.rename(data / "elsewhere")
    try:
        after = [_fingerprint(recipe, base, data, 7) for recipe in (RECIPE, without)]
    finally:
        (data / "elsewhere").rename(file)
    assert file.read_bytes() == content
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_batch_of_which_nothing_is_marked_has_no_loss() -> None:
    start = torch.zeros(2, 4, requires_grad=True)
    context = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 1]]).bool()
    answers = torch.full((2, 1, 2), -1)
    loss = reading_loss(start, start, context, torch.tensor([1, 1]), answers, groups=1)
    loss.backward()
    assert loss.item() == 0
    assert not start.grad.any()


def test_a_network_that_was_measured_first_can_still_learn(tmp_path: Path) -> None:
    """The relative positions are kept from the first use on, which may be in inference mode."""
    network = load_network(write_mpnet(tmp_path))
    ids = torch.randint(1000, 30000, (2, 23))
    mask = torch.ones(2, 23, dtype=torch.bool)
    with torch.inference_mode():
        network(ids, ids, mask)
    start, _ = network(ids, ids, mask)
    start.sum().backward()
    assert network.mpnet["encoder"]["relative_attention_bias"].weight.grad.any()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="torch finds no GPU") as caught:
        train(RECIPE, base=base, data=data, run=tmp_path / "run", device="cuda", say=quiet)
    assert caught.value.hint == "train on the CPU: --device cpu"
    assert not (tmp_path / "run").exists()
