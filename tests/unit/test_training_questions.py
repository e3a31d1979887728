"""Training questions: what is read from SQuAD files, what is joined, marked and held out."""

import gzip
import json
from pathlib import Path

import pytest

from nutgraf.models.errors import ModelError
from nutgraf.models.training.questions import TrainingCorpus, is_held_out, load
from nutgraf.models.training.recipe import SOURCES, Source


def squad(
    path: Path, *documents: tuple[str, list[tuple[str, list[tuple[str, list[tuple[str, int]]]]]]]
) -> None:
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": context,
                    "qas": [
                        {
                            "id": "x",
                            "question": question,
                            "answers": [{"text": text, "answer_start": start} for text, start in answers],
                        }
                        for question, answers in asked
                    ],
                }
                for context, asked in contexts
            ],
        }
        for title, contexts in documents
    ]
    path.write_bytes(gzip.compress(json.dumps({"data": data}).encode()))


def read(folder: Path, **options: bool) -> TrainingCorpus:
    return load(folder, {"some": Source("some.json.gz", **options)})


def test_questions_keep_their_context_and_distinct_spans(tmp_path: Path) -> None:
    text = "Paris is big. Lyon is not."
    squad(
        tmp_path / "some.json.gz",
        (
            "A_title",
            [(text, [(" Which is big? ", [("Paris", 0), ("Paris", 0), ("Paris is", 0)]), ("Why?", [])])],
        ),
    )
    corpus = read(tmp_path, titles=True)
    assert [c.title for c in corpus.contexts] == ["A title"]
    assert [(q.text, q.context, q.answers) for q in corpus.questions] == [
        ("Which is big?", 0, ((0, 5), (0, 8))),
        ("Why?", 0, ()),
    ]
    assert [q.source for q in corpus.questions] == ["some", "some-none"]
    assert corpus.answers(corpus.questions[0]) == ["Paris", "Paris is"]
    assert read(tmp_path).contexts[0].title == ""


def test_unanswerable_twins_follow_their_question(tmp_path: Path) -> None:
    text = "In 1999 Ana Sol toured Peru. In 2004 she left."
    squad(
        tmp_path / "some.json.gz", ("t", [(text, [("Who toured in 1999?", [("Ana Sol", 8)]), ("Why?", [])])])
    )
    assert [(q.text, q.source, q.answers) for q in read(tmp_path, swaps=True).questions] == [
        ("Who toured in 1999?", "some", ((8, 15),)),
        ("Who toured in 2004?", "some-swapped", ()),
        ("Why?", "some-none", ()),
    ]
    assert len(read(tmp_path).questions) == 2


def test_titles_are_words_and_no_file_names(tmp_path: Path) -> None:
    squad(
        tmp_path / "some.json.gz",
        ("2007%E2%80%9308_season", [("a", [])]),
        ("some/path:file.json", [("b", [])]),
    )
    assert [c.title for c in read(tmp_path, titles=True).contexts] == ["2007–08 season", ""]


def test_an_answer_is_right_wherever_it_stands_as_whole_words(tmp_path: Path) -> None:
    squad(tmp_path / "some.json.gz", ("t", [("An art: art, party art.", [("What?", [("art", 3)])])]))
    assert read(tmp_path, everywhere=True).questions[0].answers == ((3, 6), (8, 11), (19, 22))
    squad(tmp_path / "some.json.gz", ("t", [("a a a a a", [("What?", [("a", 4)])])]))
    assert read(tmp_path, everywhere=True).questions[0].answers == ((4, 5),)


def test_single_sentences_are_joined_with_their_neighbours(tmp_path: Path) -> None:
    sentences = [f"Number {n} is here." for n in range(9)]
    contexts = [(s, [(f"Which {n}?", [(str(n), s.index(str(n)))])]) for n, s in enumerate(sentences)]
    squad(tmp_path / "some.json.gz", ("t", contexts))
    corpus = read(tmp_path, joins=True)
    assert " ".join(c.text for c in corpus.contexts) == " ".join(sentences)
    assert 3 <= len(corpus.contexts) < 9
    assert [corpus.answers(q) for q in corpus.questions] == [[str(n)] for n in range(9)]
    assert read(tmp_path, joins=True) == corpus


def test_held_out_documents_are_held_out_whole(tmp_path: Path) -> None:
    titles = [f"Document {n}" for n in range(200)]
    held = {title for title in titles if is_held_out(title)}
    assert 4 <= len(held) <= 25
    squad(tmp_path / "some.json.gz", *((t, [(f"{t}.", [("Q?", []), ("R?", [])])]) for t in titles))
    corpus = read(tmp_path, holds_out=True)
    assert {corpus.contexts[q.context].document for q in corpus.questions if corpus.held_out(q)} == held
    assert sum(map(corpus.held_out, corpus.questions)) == 2 * len(held)
    assert not any(context.held_out for context in read(tmp_path).contexts)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", gzip.compress(b'{"data": [{"paragraphs": [{}]}]}', mtime=0)]
)
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.json.gz").write_bytes(content)
    with pytest.raises(ModelError, match=r"some\.json\.gz: cannot be read as a SQuAD file"):
        read(tmp_path)
    with pytest.raises(ModelError, match=r"squad-train-part\.json\.gz"):
        load(tmp_path, SOURCES)
