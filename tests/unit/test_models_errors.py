"""The error tree and what importing `models` costs."""

import subprocess
import sys

import pytest

from nutgraf import models
from nutgraf.models.errors import BadInput, ModelDamaged, ModelError, ModelMissing

HEAVY = ("onnxruntime", "tokenizers", "torch", "transformers", "sentence_transformers", "numpy")


def test_the_tree_and_its_codes() -> None:
    assert {error.code: error.__base__ for error in (ModelMissing, ModelDamaged, BadInput)} == {
        "model_missing": ModelError,
        "model_damaged": ModelError,
        "bad_input": ModelError,
    }
    assert ModelError("what", hint="type this").hint == "type this"
    assert str(ModelError("what")) == "what"


def test_the_surface_is_sorted_and_complete() -> None:
    assert models.__all__ == [
        "READERS",
        "BadInput",
        "ModelCard",
        "ModelDamaged",
        "ModelError",
        "ModelMissing",
        "load_encoder",
        "load_reader",
        "reader_folder",
        "shipped",
        "verify",
    ]
    assert all(hasattr(models, name) for name in models.__all__)


def test_importing_models_loads_no_heavy_library() -> None:
    code = f"import sys, models; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_engine_loads_no_torch() -> None:
    code = f"import sys, models; models.load_encoder(); print([n for n in {HEAVY[2:5]} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for load in (models.load_encoder, models.load_reader):
        with pytest.raises(ModelMissing, match="some/model") as caught:
            load("some/model")
        assert caught.value.hint == "pip install sentence-transformers"
