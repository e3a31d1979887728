"""The training of the encoder, on weights small enough to train in seconds, and each of its parts by hand."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models import load_encoder, load_reader, shipped  # noqa: E402 - only where torch is
from nutgraf.models.errors import ModelDamaged, ModelError  # noqa: E402
from nutgraf.models.export import folder, sources  # noqa: E402
from nutgraf.models.export.measure import measure as measure_ranges  # noqa: E402
from nutgraf.models.spans import span_scores  # noqa: E402
from nutgraf.models.tokens import Tokens  # noqa: E402
from nutgraf.models.training.encoder import measure, mix  # noqa: E402
from nutgraf.models.training.encoder.__main__ import main  # noqa: E402
from nutgraf.models.training.encoder.batches import RetrievalBatch, answered, chosen, draw  # noqa: E402
from nutgraf.models.training.encoder.cache import cached_rows, digest  # noqa: E402
from nutgraf.models.training.encoder.loss import contrastive_loss, distance, reader_loss  # noqa: E402
from nutgraf.models.training.encoder.network import MAX_TOKENS, EncoderNetwork, token_rows  # noqa: E402
from nutgraf.models.training.encoder.passages import Passages, passages, spans  # noqa: E402
from nutgraf.models.training.encoder.recipe import CREDITS, RECIPES, EncoderRecipe  # noqa: E402
from nutgraf.models.training.encoder.retrieval import HeldOutRetrieval, best_ranks, scaled  # noqa: E402
from nutgraf.models.training.encoder.targets import LOWEST, passage_score, reader_scores  # noqa: E402
from nutgraf.models.training.encoder.train import train  # noqa: E402
from nutgraf.models.training.learner import CHECKPOINT, LOG  # noqa: E402
from nutgraf.models.training.negatives import hard_negatives  # noqa: E402
from nutgraf.models.training.plot import plot  # noqa: E402
from nutgraf.models.training.questions import (  # noqa: E402
    TrainingContext,
    TrainingCorpus,
    TrainingQuestion,
    load,
)
from nutgraf.models.training.recipe import SOURCES  # noqa: E402
from tests.tiny import write_bert, write_colours  # noqa: E402

TOKENS = Tokens(shipped("small-reader") / "tokenizer.json")
RECIPE = EncoderRecipe({"squad": 1.0}, learning_rate=3e-3, passes=20, batch_questions=16, others=4, pull=0.1)


def quiet(line: str) -> None:
    pass


class Killed(Exception):
    """Stands for a kill in the middle of a run."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def colours(data: Path) -> Passages:
    return passages(load(data))


@pytest.fixture(scope="module")
def whole(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train once without being stopped."""
    run = tmp_path_factory.mktemp("whole")
    assert train(RECIPE, base=base, data=data, run=run, threads=1, say=quiet) == run / "encoder"
    return run


def losses(run: Path) -> list[float]:
    lines = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def test_passages_are_whole_sentences_and_share_one() -> None:
    sentences = [f"Sentence {n} has {'many ' * 25}words." for n in range(8)]
    text = "  " + " ".join(sentences) + "\n"
    cut = [text[start:end] for start, end in spans(text)]
    assert cut == [" ".join(sentences[first : first + 3]) for first in (0, 2, 4)] + [" ".join(sentences[6:8])]
    assert spans(" \n ") == []
    assert spans("Mr. 3.5 said no.") == [(0, 16)]


def test_a_sentence_that_is_too_long_stands_alone_and_is_not_shared() -> None:
    long = "Word " * 120 + "end."
    text = f"Short. {long} Last."
    assert [text[start:end] for start, end in spans(text)] == ["Short.", long, "Last."]


def test_questions_belong_to_the_passages_that_hold_their_answers() -> None:
    sentences = [f"Number {n} is {'very ' * 45}good." for n in range(4)]  # two fit into a passage
    text = " ".join(sentences)
    first, second = text.index("Number 1"), text.index("Number 3")
    corpus = TrainingCorpus(
        [TrainingContext(text, "Numbers", "d"), TrainingContext(text, "Numbers", "d")],
        [
            TrainingQuestion("Which?", "squad", 0, ((first, first + 8), (second, second + 8))),
            TrainingQuestion("Which third?", "squad", 1, ((second, second + 8),)),
            TrainingQuestion("Why?", "squad-none", 0, ()),
            TrainingQuestion("All?", "squad", 0, ((0, len(text)),)),
        ],
    )
    cut = passages(corpus)
    assert [passage.text for passage in cut.corpus.contexts] == [
        " ".join(sentences[:2]),
        " ".join(sentences[2:]),
    ]
    assert cut.text(0) == "Numbers\n" + " ".join(sentences[:2])
    assert [question.text for question in cut.corpus.questions] == ["Which?", "Which third?"]
    assert cut.relevant == [(0, 1), (1,)]
    assert [cut.corpus.answers(question) for question in cut.corpus.questions] == [["Number 1"], ["Number 3"]]


def test_a_batch_has_the_questions_of_a_passage_together(colours: Passages) -> None:
    numbers = chosen(colours, RECIPE)
    assert 0 < len(numbers) < len(colours.corpus.questions)
    assert not any(colours.corpus.held_out(colours.corpus.questions[number]) for number in numbers)
    negatives = hard_negatives(colours.corpus)
    batches = draw(colours, negatives, RECIPE, numbers)
    assert batches == draw(colours, negatives, RECIPE, numbers)
    assert sorted(n for batch in batches for n in batch.questions) == sorted(numbers * RECIPE.passes)
    for batch in batches:
        assert len(set(batch.passages)) == len(batch.passages)
        assert not any(colours.corpus.contexts[number].held_out for number in batch.passages)
        for question, (right, *others) in zip(batch.questions, batch.candidates, strict=True):
            assert right in colours.relevant[question]
            assert set(others) <= set(negatives[question].tolist())
            assert {right, *others} <= set(batch.passages)


def test_a_recipe_learns_its_shares(colours: Passages) -> None:
    learnt = sum(not colours.corpus.held_out(question) for question in colours.corpus.questions)
    assert len(chosen(colours, replace(RECIPE, shares={"squad": 0.5, "wiki": 1.0}))) == round(0.5 * learnt)


def test_other_passages_with_the_answer_are_no_negatives() -> None:
    contexts = [TrainingContext(text, "", "d") for text in ("It was Red.", "A red one.", "It was blue.")]
    corpus = TrainingCorpus(contexts, [TrainingQuestion("Which colour?", "squad", 0, ((7, 10),))])
    batch = RetrievalBatch((0,), ((0,),), (2, 1, 0))
    assert answered(batch, passages(corpus)).tolist() == [[False, True, True]]


def test_the_loss_of_the_right_passage_by_hand() -> None:
    logits = torch.tensor([[1.0, 2.0, 5.0]])
    excluded = torch.tensor([[True, False, True]])
    loss = contrastive_loss(logits, torch.tensor([0]), excluded)
    assert loss.item() == pytest.approx(math.log(1 + math.e))


def test_the_loss_to_the_reader_by_hand() -> None:
    scores = torch.tensor([[2 * math.log(3), 0.0, math.nan], [7.0, math.nan, math.nan]])
    logits = torch.tensor([[1.0, 1.0, 9.0], [0.0, 3.0, 3.0]])
    expected = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert reader_loss(logits, scores, 2.0).item() == pytest.approx(expected / 2)
    logits.requires_grad_()
    reader_loss(logits, scores, 2.0).backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_the_distance_is_that_of_cosines() -> None:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert distance(vectors, torch.tensor([[1.0, 0.0], [1.0, 0.0]])).item() == pytest.approx(0.5)


def test_the_score_of_a_passage_is_the_sum_over_its_spans() -> None:
    spans_of_two = np.array([[1.0, 2.0], [-np.inf, 1.0]], np.float32)
    assert passage_score(spans_of_two) == pytest.approx(math.log(2 * math.e + math.e**2))
    assert passage_score(np.full((1, 1), -np.inf, np.float32)) == LOWEST


def test_a_reader_prefers_the_passage_that_answers(colours: Passages, tmp_path: Path) -> None:
    question = colours.corpus.questions[0]
    right, negative = question.context, int(hard_negatives(colours.corpus)[0, 0])
    pairs = [(0, right), (0, negative)]
    scores = reader_scores(load_reader(threads=1), colours, pairs, tmp_path, quiet)
    assert scores[0, right] > scores[0, negative]
    [kept] = tmp_path.glob("reader-*.npy")
    np.testing.assert_allclose(np.load(kept)[:, 0], [scores[pair] for pair in pairs])


def test_the_reader_may_be_one_of_torch(colours: Passages, tmp_path: Path) -> None:
    reader = load_reader(str(write_bert(tmp_path / "reader", reader=True)), threads=1)
    scores = reader_scores(reader, colours, [(0, 0), (1, 1)], tmp_path, quiet)
    for (question, passage), score in scores.items():
        text = colours.text(passage)
        [window] = reader.read([(colours.corpus.questions[question].text, text)])
        head = len(text) - len(colours.corpus.contexts[passage].text)
        valid = span_scores(window.start, window.end, window.offsets, first_char=head)
        expected = passage_score(valid)
        assert score == pytest.approx(expected, abs=0.05)


def test_rows_that_are_kept_are_not_computed_again(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []

    def compute(first: int, last: int) -> np.ndarray:
        calls.append((first, last))
        if len(calls) == 2:
            raise Killed
        return np.arange(first, last, dtype=np.float32)[:, None]

    def rows() -> np.ndarray:
        return cached_rows(tmp_path / "rows.npy", (5, 1), compute, block=2, progress=lambda _: None)

    with pytest.raises(Killed):
        rows()
    assert rows()[:, 0].tolist() == rows()[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert calls == [(0, 2), (2, 4), (2, 4), (4, 5)]


def test_a_digest_knows_where_texts_end() -> None:
    assert digest(["ab", "c"]) == digest(["ab", "c"]) != digest(["a", "bc"])


def test_ranks_by_hand() -> None:
    similarities = np.array([[0.1, 0.9, 0.5], [0.3, 0.3, 0.2], [0.9, 0.1, 0.8]], np.float32)
    assert best_ranks(similarities, [[2], [0], [1, 2]]).tolist() == [2, 2, 2]


def test_scores_are_scaled_by_hand() -> None:
    scores = np.array([[1.0, 3.0, 2.0], [4.0, 0.0, 0.0]], np.float32)
    assert scaled(scores).tolist() == [[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]]
    assert scaled(scores, low=0.0)[0].tolist() == pytest.approx([1 / 3, 1, 2 / 3])
    many = np.arange(200, dtype=np.float32)[None]
    assert scaled(many)[0, [99, 100, 199]].tolist() == [0, 0, 1]
    assert scaled(many, low=0.0)[0, [99, 100]].tolist() == pytest.approx([0, 100 / 199])


def test_vectors_that_are_equal_find_nothing(colours: Passages) -> None:
    held_out = HeldOutRetrieval(colours, TOKENS, distractors=40)
    scores = held_out.score(lambda rows: np.ones((len(rows), 4), np.float32) / 2)
    assert (scores.recall_1, scores.recall_5, scores.mrr_10) == (0.0, 0.0, 0.0)


def test_something_must_be_held_out() -> None:
    with pytest.raises(ModelError, match="no question is held out"):
        HeldOutRetrieval(passages(TrainingCorpus([], [])), TOKENS, distractors=1)


def test_the_network_is_the_one_that_sentence_transformers_loads(base: Path, tmp_path: Path) -> None:
    network = EncoderNetwork(base)
    network.save(tmp_path / "encoder", base, {"base_sha256": "0", "data": "nothing"})
    texts = ["One text.", "Another text, which has a few more words than the first one.", ""]
    theirs = load_encoder(str(tmp_path / "encoder"), threads=1).encode(texts)
    ours = EncoderNetwork(tmp_path / "encoder").encode(token_rows(TOKENS, texts))
    assert ((ours * theirs).sum(1) > 0.9999).all()
    config = json.loads((tmp_path / "encoder" / "config.json").read_text())
    assert config["architectures"] == ["BertModel"]
    assert config["learnt_from"] == {"base_sha256": "0", "data": "nothing"}
    assert "learnt_from" not in EncoderNetwork(tmp_path / "encoder").body.config


def test_long_texts_are_cut() -> None:
    [row] = token_rows(TOKENS, ["word " * 400])
    assert len(row) == MAX_TOKENS
    assert (row[0], row[-1]) == (TOKENS.cls, TOKENS.sep)


def test_training_finds_more(whole: Path, base: Path, colours: Passages) -> None:
    assert losses(whole)[-1] < 0.6 * losses(whole)[0]
    held_out = HeldOutRetrieval(colours, TOKENS, distractors=60)
    before, after = (held_out.score(EncoderNetwork(f).encode) for f in (base, whole / "encoder"))
    assert after.mrr_10 > before.mrr_10 + 0.1


def test_a_run_that_was_killed_goes_on_to_the_same_weights(
    whole: Path, base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(line: str) -> None:
        if line.startswith("50/"):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("nutgraf.models.training.learner._CHECKPOINT_SECONDS", 0.0)
        with pytest.raises(Killed):
            train(RECIPE, base=base, data=data, run=tmp_path, threads=1, say=die)
    assert not (tmp_path / "encoder").exists()
    said: list[str] = []
    train(RECIPE, base=base, data=data, run=tmp_path, threads=1, say=said.append)
    assert any("from step 49" in line for line in said)
    assert not any(line.startswith(("the reader has read", "published vectors")) for line in said)
    once, twice = (torch.load(run / CHECKPOINT, weights_only=True)["encoder"] for run in (whole, tmp_path))
    for name, tensor in once.items():
        torch.testing.assert_close(tensor, twice[name], atol=1e-4, rtol=1e-3, msg=name)


def test_the_command_reports_missing_files(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--run", str(tmp_path / "run"), "--base", str(base), "--data", str(tmp_path), "--threads", "1"]
    assert main(options) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path}/squad-train-part.json.gz: cannot be read as a SQuAD file")
    assert "--data FOLDER" in error


def test_a_run_goes_on_only_with_its_own_recipe(whole: Path, base: Path, data: Path) -> None:
    with pytest.raises(ModelError, match="began with another recipe"):
        train(replace(RECIPE, pull=0.2), base=base, data=data, run=whole, threads=1, say=quiet)


def test_the_pull_keeps_vectors_near_the_published_ones(base: Path, data: Path, tmp_path: Path) -> None:
    rows = token_rows(TOKENS, ["In town 3 the old boat was red all summer long.", "Quite another text."])
    near = []
    for pull in (0.0, 20.0):
        short = replace(RECIPE, passes=4, pull=pull)
        encoder = train(short, base=base, data=data, run=tmp_path / str(pull), threads=1, say=quiet)
        near.append((EncoderNetwork(encoder).encode(rows) * EncoderNetwork(base).encode(rows)).sum(1).min())
    assert 1 - near[1] < 0.25 * (1 - near[0]), near


def test_an_average_lies_between(whole: Path, base: Path, tmp_path: Path) -> None:
    assert (
        mix.main([str(whole / "encoder"), "--share", "0.25", "--base", str(base), "--out", f"{tmp_path}/m"])
        == 0
    )
    parts = [EncoderNetwork(f).state_dict() for f in (base, whole / "encoder", tmp_path / "m")]
    for name, began in parts[0].items():
        torch.testing.assert_close(parts[2][name], 0.75 * began + 0.25 * parts[1][name], atol=2e-3, rtol=2e-3)
    learnt_from = json.loads((tmp_path / "m" / "config.json").read_text())["learnt_from"]
    assert learnt_from["data"].endswith("25% of these weights and 75% of the published ones")
    assert "SQuAD" in learnt_from["data"]


@pytest.mark.parametrize(
    ("share", "trained", "message"),
    [
        ("1.5", "whole", "the share is 1.5, expected 0 to 1"),
        ("0.5", "none", "holds no encoder"),
        ("0.5", "other", "it was trained from weights "),
        ("0.5", "base", "config.json has no 'learnt_from'"),
    ],
)
def test_what_cannot_be_averaged(
    share: str,
    trained: str,
    message: str,
    whole: Path,
    base: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = {"whole": whole / "encoder", "none": tmp_path, "base": base, "other": tmp_path / "other"}
    if trained == "other":
        EncoderNetwork(base).save(tmp_path / "other", base, {"base_sha256": "0" * 64, "data": "nothing"})
    out = tmp_path / "out"
    assert mix.main([str(folders[trained]), "--share", share, "--base", str(base), "--out", str(out)]) == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_the_table_has_a_row_for_each_share(
    whole: Path, base: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--base", str(base), "--data", str(data), "--shares", "0", "1", "--threads", "1"]
    assert measure.main([str(whole / "encoder"), *options]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "| share | recall@1 | recall@5 | MRR@10 | recall@1 with BM25 |"
    assert [line.split(" | ")[0] for line in said[3:]] == ["| 0", "| 1"]
    before, after = (float(line.strip("| ").split(" | ")[3]) for line in said[3:])
    assert after > before


def test_the_log_is_drawn(whole: Path, tmp_path: Path) -> None:
    plot(whole / LOG, tmp_path / "curve.svg")
    assert "recall@1" in (tmp_path / "curve.svg").read_text()


def test_every_source_of_a_recipe_has_its_credit() -> None:
    assert CREDITS.keys() == SOURCES.keys()
    for recipe in RECIPES.values():
        assert recipe.shares.keys() <= CREDITS.keys()
        assert all(0 < share <= 1 for share in recipe.shares.values())


@pytest.fixture
def published(base: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the tiny base the published encoder."""
    digest_of_base = folder.sha256_of(base / "model.safetensors")
    monkeypatch.setattr(sources, "ENCODER_SHA256", digest_of_base)
    return


@pytest.mark.usefixtures("published")
def test_the_card_says_what_the_encoder_learnt_from(whole: Path, data: Path, tmp_path: Path) -> None:
    measured = tmp_path / "ranges.json"
    measure_ranges("encoder", whole / "encoder", [data / SOURCES["squad"].file], measured)
    card = folder.write("encoder", whole / "encoder", tmp_path / "out", measured)
    assert (card.id, card.licence, card.dim) == ("nutgraf/minilm-l6-encoder-int8", "CC-BY-SA-4.0", 32)
    assert CREDITS["squad"] in card.data
    assert card.data.endswith("the scores of the reader nutgraf/minilm-l6-reader-int8")
    texts = ["In town 3 the old boat was red.", "What colour was the boat?"]
    exported = load_encoder(str(tmp_path / "out"), threads=1).encode(texts)
    trained = EncoderNetwork(whole / "encoder").encode(token_rows(TOKENS, texts))
    assert ((exported * trained).sum(1) > 0.99).all()


def test_an_encoder_of_other_origin_is_not_exported(whole: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="or data in learnt_from of config"):
        folder.write("encoder", base, tmp_path / "out", tmp_path / "ranges.json")
    with pytest.raises(ModelDamaged, match="it was trained from weights"):
        folder.write("encoder", whole / "encoder", tmp_path / "out", tmp_path / "ranges.json")
    assert not (tmp_path / "out").exists()
