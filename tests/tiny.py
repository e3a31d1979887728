"""Networks of random weights, small enough to train in seconds, and questions that they can learn."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

from nutgraf.models import shipped
from nutgraf.models.training.recipe import SOURCES, Recipe, Stage

BERT_WORDS, MPNET_WORDS = 30522, 30527
SIZES: dict[str, Any] = {
    **{"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64},
}


def write_bert(folder: Path, *, reader: bool = False, **sizes: Any) -> Path:
    """Write a BERT of about 1 M parameters; with `reader` it has a span head, else it is an encoder."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertModel

    config = SIZES | {"vocab_size": BERT_WORDS, "max_position_embeddings": 128} | sizes
    torch.manual_seed(0)
    (BertForQuestionAnswering if reader else BertModel)(BertConfig(**config)).save_pretrained(folder)
    shutil.copyfile(shipped("small-reader") / "tokenizer.json", folder / "tokenizer.json")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    return folder


def write_mpnet(folder: Path, **sizes: Any) -> Path:
    """Write an MPNet of about 1 M parameters, with BERT's word pieces after MPNet's special tokens."""
    import torch
    from tokenizers import Tokenizer
    from transformers import MPNetConfig, MPNetModel

    special = {"pad_token_id": 1, "relative_attention_num_buckets": 32, "layer_norm_eps": 1e-5}
    config = SIZES | special | {"vocab_size": MPNET_WORDS, "max_position_embeddings": 130} | sizes
    torch.manual_seed(0)
    MPNetModel(MPNetConfig(**config)).save_pretrained(folder)
    tokenizer = json.loads((shipped("small-reader") / "tokenizer.json").read_text(encoding="utf-8"))
    words = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {"<s>": 0, "<pad>": 1, "</s>": 2} | {w: n + 4 for w, n in words.items()}
    tokenizer["added_tokens"], tokenizer["post_processor"] = [], None
    Tokenizer.from_str(json.dumps(tokenizer)).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "MPNetTokenizer"}')
    return folder


def write_texts(path: Path) -> None:
    """Write a SQuAD file of some questions, to measure the ranges of activations on."""
    paragraphs = [
        {"context": f"In town {n} the vote was on day {n}.", "qas": [{"question": f"When was vote {n}?"}]}
        for n in range(40)
    ]
    path.write_bytes(gzip.compress(json.dumps({"data": [{"paragraphs": paragraphs}]}).encode()))


COLOURS = ["red", "green", "blue", "white", "black"]
STAGE = Stage("colours", {"squad": 40.0}, context_tokens=(16, 32), negatives=1.0, titled=0.5)
RECIPE = Recipe((STAGE,), learning_rate=3e-3, batch_tokens=1024)


def write_colours(folder: Path) -> Path:
    """Write the training files: twenty documents of three contexts, each saying the colour of a thing."""
    documents: list[dict[str, Any]] = []
    for town in range(20):
        paragraphs = []
        for at, thing in enumerate(["house", "boat", "train"]):
            colour = COLOURS[(town + at) % 5]
            text = f"In town {town} the old {thing} was {colour} all summer long."
            answers = [{"text": colour, "answer_start": text.index(colour)}]
            question = f"What colour was the {thing} in town {town}?"
            qas = [{"id": f"{town}-{at}", "question": question, "answers": answers}]
            paragraphs.append({"context": text, "qas": qas})
        documents.append({"title": f"Town {town}", "paragraphs": paragraphs})
    return _write(folder, documents)


MONTHS = ["January", "April", "June", "August", "October"]


def write_painted(folder: Path) -> Path:
    """Write the training files: twenty documents, in which each kind of twin and of made questions occurs."""
    documents: list[dict[str, Any]] = []
    filler = "Trains ran along the river for many years, and most people of the valley liked them very much."
    for town in range(20):
        # Only the even towns say a month; the held-out one, 9, is asked for it, and does not say it.
        colour, month = COLOURS[town % 5], "" if town % 2 else f"{MONTHS[town // 4]} "
        date = f"{month}{1900 + town}"
        place = f"{chr(ord('A') + town)}ton"
        text = f"{filler} The house of {place} was painted {colour} in {date}. {filler}"
        asked = {
            f"When was the house of {place} painted?": date,
            f"Which colour was the house of {place} painted?": colour,
            f"Which colour was the house of {place} painted in {1900 + town}?": colour,
        }
        qas = [
            {
                "id": f"{town}-{at}",
                "question": question,
                "answers": [{"text": answer, "answer_start": text.index(answer)}],
            }
            for at, (question, answer) in enumerate(asked.items())
        ]
        documents.append({"title": f"Town {town}", "paragraphs": [{"context": text, "qas": qas}]})
    return _write(folder, documents)


def _write(folder: Path, documents: list[dict[str, Any]]) -> Path:
    """Write the documents as the first source, and all other sources without documents."""
    for source in SOURCES.values():
        content = {"data": documents if source.file == SOURCES["squad"].file else []}
        (folder / source.file).write_bytes(gzip.compress(json.dumps(content).encode()))
    return folder
