"""The network in training and the loop around it, on weights small enough to train in seconds."""

import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models import shipped  # noqa: E402 - only where torch is
from nutgraf.models.errors import ModelError  # noqa: E402
from nutgraf.models.tokens import Tokens  # noqa: E402
from nutgraf.models.training import average  # noqa: E402
from nutgraf.models.training.architectures import load_network  # noqa: E402
from nutgraf.models.training.development import Development  # noqa: E402
from nutgraf.models.training.learner import CHECKPOINT, LOG  # noqa: E402
from nutgraf.models.training.negatives import hard_negatives  # noqa: E402
from nutgraf.models.training.plot import _by_step, _lines, plot  # noqa: E402
from nutgraf.models.training.questions import load  # noqa: E402
from nutgraf.models.training.recipe import Recipe  # noqa: E402
from nutgraf.models.training.train import chosen, train  # noqa: E402
from nutgraf.models.training.windows import Groups, tokenize  # noqa: E402
from tests.tiny import COLOURS, RECIPE, STAGE, write_bert, write_colours, write_mpnet  # noqa: E402


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mpnet(tmp_path_factory.mktemp("mpnet"))


def test_mpnet_is_the_one_of_transformers(mpnet: Path, tmp_path: Path) -> None:
    from transformers import MPNetForQuestionAnswering

    load_network(mpnet).save(tmp_path, mpnet)
    theirs = MPNetForQuestionAnswering.from_pretrained(tmp_path, dtype=torch.float32).eval()
    ids = torch.randint(1000, 30000, (2, 126))
    mask = torch.ones(2, 126, dtype=torch.bool)
    mask[1, 40:] = False
    ids[~mask] = 1
    with torch.inference_mode():
        start, end = load_network(tmp_path)(ids, torch.zeros_like(ids), mask)
        expected = theirs(input_ids=ids, attention_mask=mask.long())
    for mine, other in ((start, expected.start_logits), (end, expected.end_logits)):
        np.testing.assert_allclose(mine[mask], other[mask], atol=2e-5)


def test_mpnet_learns(mpnet: Path, data: Path, tmp_path: Path) -> None:
    run = train(RECIPE, base=mpnet, data=data, run=tmp_path, threads=1, say=quiet).parent
    losses = [line["loss"] for line in lines(run) if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]


def test_mpnet_sees_two_separators(mpnet: Path, data: Path) -> None:
    tokens = Tokens(mpnet / "tokenizer.json")
    tokenized = tokenize(load(data), tokens)
    [window, *_] = Groups(tokenized, hard_negatives(tokenized.corpus), tokens).draw(
        replace(STAGE, titled=0.0), 0, random.Random(0)
    )
    [question] = tokens.ids([tokenized.corpus.questions[0].text])
    assert window.ids[: window.first] == [0, *question, 2, 2]
    assert window.ids[-1] == 2


def test_a_network_of_another_kind_is_refused(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "other")
    config = json.loads((base / "config.json").read_text()) | {"model_type": "t5"}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"model_type is 't5', expected one of \['bert', 'mpnet'\]"):
        load_network(tmp_path / "other")


def test_transformers_reads_what_we_write_and_says_the_same(base: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForQuestionAnswering

    ours = load_network(base)
    ours.save(tmp_path, base)
    theirs = AutoModelForQuestionAnswering.from_pretrained(tmp_path, dtype=torch.float32).eval()
    again = load_network(tmp_path)
    ids = torch.randint(1000, 30000, (3, 20))
    types = (torch.arange(20) >= 7).long().expand(3, 20)
    mask = torch.ones(3, 20, dtype=torch.bool)
    mask[1, 12:] = False
    with torch.inference_mode():
        start, end = again(ids, types, mask)
        expected = theirs(input_ids=ids, token_type_ids=types, attention_mask=mask.long())
    for mine, other in ((start, expected.start_logits), (end, expected.end_logits)):
        np.testing.assert_allclose(mine[mask], other[mask], atol=2e-5)


def test_word_embeddings_stay_as_they_are(base: Path) -> None:
    frozen = [
        name for name, parameter in load_network(base).named_parameters() if not parameter.requires_grad
    ]
    assert frozen == ["bert.embeddings.word_embeddings.weight"]


def test_weights_of_another_network_are_refused(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "other")
    config = json.loads((base / "config.json").read_text()) | {"num_hidden_layers": 3}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"no weights of this network.*layer\.2\."):
        load_network(tmp_path / "other")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("data"))


def quiet(line: str) -> None:
    assert line


class Killed(Exception):
    """Stands for the signal that ends a process between two steps."""


def lines(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / LOG).read_text().splitlines()]


@pytest.fixture(scope="module")
def whole(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run from beginning to end."""
    run = tmp_path_factory.mktemp("whole")
    assert train(RECIPE, base=base, data=data, run=run, threads=1, say=quiet) == run / "reader"
    return run


def test_training_learns(whole: Path) -> None:
    logged = lines(whole)
    losses = [line["loss"] for line in logged if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]
    assert [line for line in logged if "alone" in line][-1]["alone"] > 0.9


def test_a_run_that_was_killed_goes_on_to_the_same_weights(
    whole: Path, base: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(line: str) -> None:
        if line.startswith("125/"):
            raise Killed

    run = whole.parent / "killed"
    with monkeypatch.context() as patch:
        patch.setattr("nutgraf.models.training.learner._CHECKPOINT_SECONDS", 0.0)
        with pytest.raises(Killed):
            train(RECIPE, base=base, data=data, run=run, threads=1, say=die)
    assert not (run / "reader").exists()
    said: list[str] = []
    train(RECIPE, base=base, data=data, run=run, threads=1, say=said.append)
    assert any("from step 124" in line for line in said)
    once, twice = (torch.load(r / CHECKPOINT, weights_only=True)["reader"] for r in (whole, run))
    for name, tensor in once.items():
        torch.testing.assert_close(tensor, twice[name], atol=1e-4, rtol=1e-3, msg=name)


def test_a_run_goes_on_only_with_its_own_recipe(whole: Path, base: Path, data: Path) -> None:
    other = Recipe((STAGE,), learning_rate=1e-3, batch_tokens=1024)
    with pytest.raises(ModelError, match="began with another recipe, other weights or other data"):
        train(other, base=base, data=data, run=whole, threads=1, say=quiet)


def test_one_process_at_a_time(whole: Path, base: Path, data: Path) -> None:
    from filelock import FileLock

    with FileLock(whole / "lock"), pytest.raises(ModelError, match="another process trains here"):
        train(RECIPE, base=base, data=data, run=whole, threads=1, say=quiet)


def test_a_base_without_room_for_the_windows_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    long = Recipe((replace(STAGE, context_tokens=(64, 128)),), learning_rate=1e-3)
    with pytest.raises(
        ModelError, match="the recipe has windows of 220 tokens, the network takes at most 128"
    ):
        train(long, base=base, data=data, run=tmp_path, threads=1, say=quiet)


def test_a_stage_draws_its_shares_of_what_may_be_learnt(data: Path) -> None:
    tokenized = tokenize(load(data), Tokens(shipped("small-reader") / "tokenizer.json"))
    learnt = [n for n, q in enumerate(tokenized.corpus.questions) if not tokenized.corpus.held_out(q)]
    assert 0 < len(learnt) < len(tokenized.corpus.questions)
    half = chosen({"squad": 0.5}, tokenized, "seed")
    assert len(half) == len(set(half)) == len(learnt) // 2
    assert half == chosen({"squad": 0.5}, tokenized, "seed") != chosen({"squad": 0.5}, tokenized, "other")
    often = Counter(chosen({"squad": 2.5}, tokenized, "seed"))
    assert set(often) == set(learnt)
    assert sum(often.values()) == 2 * len(learnt) + len(learnt) // 2
    assert chosen({"wiki": 1.0}, tokenized, "seed") == []


def test_development_counts_alone_and_among(data: Path) -> None:
    """A network that marks the colours of its own windows, and one that prefers every other window."""
    tokens = Tokens(shipped("small-reader") / "tokenizer.json")
    tokenized = tokenize(load(data), tokens)
    groups = Groups(tokenized, hard_negatives(tokenized.corpus), tokens)
    colours = {tokens.ids([colour])[0][0] for colour in COLOURS}
    development = Development(tokenized, groups, 5)

    def colour(
        ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        logits = torch.zeros(ids.shape)
        for number in colours:
            logits[ids == number] = 3.0
        return logits, logits

    found = development.score(colour)
    assert (found.alone, found.among, found.null) == (1.0, 0.0, 0.0)

    def silent(
        ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        logits = torch.zeros(ids.shape)
        logits[:, 0] = 1.0
        return logits, logits

    found = development.score(silent)
    assert (found.alone, found.null) == (0.0, 1.0)


def test_what_length_costs_goes_with_the_reader(whole: Path, tmp_path: Path) -> None:
    from nutgraf.models.hf import HfReader

    folder = tmp_path / "reader"
    shutil.copytree(whole / "reader", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"length_cost": 0.5}))
    pair = ("What colour was the house?", "In town 3 the old house was red all summer long.")
    [free], [dear] = HfReader(str(whole / "reader")).read([pair]), HfReader(str(folder)).read([pair])
    steps = np.arange(len(free.start))
    lower = (free.start[:, None] + free.end) - (dear.start[:, None] + dear.end)
    np.testing.assert_allclose(lower, 0.5 * (steps - steps[:, None]), atol=1e-4)
    assert dear.null == free.null
    load_network(folder).save(tmp_path / "again", folder)
    assert "length_cost" not in json.loads((tmp_path / "again" / "config.json").read_text()), "other weights"
    assert average.main([str(folder), str(whole / "reader"), "--out", str(tmp_path / "mean")]) == 0
    (folder / "config.json").write_text(json.dumps(config | {"length_cost": "dear"}))
    with pytest.raises(ModelError, match="length_cost is 'dear', expected a number from 0 up"):
        HfReader(str(folder))


def test_a_log_is_drawn_once_a_step(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with pytest.raises(ModelError, match="cannot be read"):
        plot(log, tmp_path / "curve.svg")
    log.write_text("")
    with pytest.raises(ModelError, match="holds no steps yet"):
        plot(log, tmp_path / "curve.svg")
    steps = [{"step": step, "loss": 9.0 / step, "rate": 1e-4, "seconds": 1.0} for step in (1, 2, 3, 2, 3, 4)]
    scores = {"step": 4, "alone": 0.5, "among": 0.4, "null": 0.9}
    log.write_text("\n".join(map(json.dumps, [*steps, scores])) + '\n{"step": 5, "lo')
    assert [line["step"] for line in _by_step(_lines(log))] == [1, 2, 3, 4]
    plot(log, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_an_average_has_the_mean_of_every_weight(base: Path, tmp_path: Path) -> None:
    one, other = load_network(base), load_network(base, seed=7)
    with torch.no_grad():
        one.qa_outputs.bias.copy_(torch.tensor([1.0, -2.0]))
        other.qa_outputs.bias.copy_(torch.tensor([3.0, 1.0]))
    one.save(tmp_path / "one", base)
    other.save(tmp_path / "other", base)
    mean = [str(tmp_path / "one"), str(tmp_path / "other"), "--out", str(tmp_path / "mean")]
    assert average.main(mean) == 0
    found = load_network(tmp_path / "mean")
    assert found.qa_outputs.bias.tolist() == [2.0, -0.5]
    weights = [reader.qa_outputs.weight.detach() for reader in (found, load_network(tmp_path / "one"), other)]
    torch.testing.assert_close(weights[0], (weights[1] + weights[2]) / 2, atol=1e-4, rtol=0)
    same = (
        found.bert["encoder"]["layer"][0].attention.output["dense"].weight,
        one.bert["encoder"]["layer"][0].attention.output["dense"].weight,
    )
    torch.testing.assert_close(*same, atol=1e-4, rtol=0)


def test_what_cannot_be_averaged(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_network(base).save(tmp_path / "one", base)
    assert average.main([str(tmp_path / "one"), str(tmp_path / "none"), "--out", str(tmp_path / "x")]) == 2
    assert "holds no reader" in capsys.readouterr().err
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    config = json.loads((tmp_path / "one" / "config.json").read_text()) | {"layer_norm_eps": 1e-6}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    assert average.main([str(tmp_path / "one"), str(tmp_path / "other"), "--out", str(tmp_path / "x")]) == 2
    assert "differs from that" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
