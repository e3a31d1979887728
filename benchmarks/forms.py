"""The table that chose the shipped form: what each way of keeping the encoder costs, and what it loses.

Run in the repository: `python -m benchmarks.forms [--threads 2] [--turns 9]`. Needs the extras `dev`
and `hf`; OpenVINO, and its int8 through nncf, are measured where they are installed. Every form encodes
the same ids, from ids to unit vectors (tokenising is left out), without padding. Turns are interleaved
and the median is printed, with the ratio to sentence-transformers in float32; the last column is the
mean cosine to it over news passages from `$NUTGRAF_DATA`.
"""

import argparse
import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.encoding import passages
from nutgraf.models.export import ranges, sources, transformer
from nutgraf.models.export.forms import PerRow, PerTensor, Plain, Static
from nutgraf.models.tokens import Tokens

SHAPES = ((1, 20), (1, 180), (32, 20), (32, 180))
REFERENCE = "sentence-transformers fp32"
Run = Callable[[NDArray[np.int64]], NDArray[np.float32]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=9)
    given = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    forms = dict(every_form(given.threads))
    rows = news_rows()
    vectors = {name: np.concatenate([run(row) for row in rows]) for name, run in forms.items()}
    times = {shape: measured(forms, shape, given.turns) for shape in SHAPES}
    heads = "".join(f"{f'{count} x {length} tokens':>22}" for count, length in SHAPES)
    print(f"{'ms (ratio)':34}{heads}{'cosine':>10}")
    for name in forms:
        cells = "".join(
            f"{times[shape][name]:13.1f} ({times[shape][REFERENCE] / times[shape][name]:5.2f})"
            for shape in SHAPES
        )
        cosine = float((vectors[name] * vectors[REFERENCE]).sum(axis=1).mean())
        print(f"{name:34}{cells}{cosine:10.5f}")


def measured(forms: dict[str, Run], shape: tuple[int, int], turns: int) -> dict[str, float]:
    """Return each form's median milliseconds on ids of that shape, in interleaved turns after one warm-up."""
    ids = np.random.default_rng(0).integers(1000, 20000, shape)
    spent: dict[str, list[float]] = {name: [] for name in forms}
    for turn in range(turns + 1):
        for name, run in forms.items():
            begun = time.perf_counter()
            run(ids)
            if turn:
                spent[name].append((time.perf_counter() - begun) * 1e3)
    return {name: statistics.median(values) for name, values in spent.items()}


def every_form(threads: int) -> Iterator[tuple[str, Run]]:
    """Yield each form's name and how to run it."""
    folder = sources.default_encoder()
    weights = sources.load(folder, sha256=sources.ENCODER_SHA256)
    _, found = ranges.load(ranges.FOLDER / "encoder.json")
    yield REFERENCE, torch_run(folder, threads, "float32")
    yield "torch bf16", torch_run(folder, threads, "bfloat16")
    plain = transformer.encoder(weights, Plain()).SerializeToString()
    for name, form in (
        ("int8 static (shipped)", Static(found)),
        ("int8 per tensor", PerTensor()),
        ("int8 per row", PerRow()),
    ):
        graph = transformer.encoder(weights, form).SerializeToString()
        yield f"{name}, runs in parallel", onnx_run(graph, threads, inside=False)
        yield f"{name}, threads inside", onnx_run(graph, threads, inside=True)
    yield "onnx fp32, runs in parallel", onnx_run(plain, threads, inside=False)
    yield "onnx fp32, threads inside", onnx_run(plain, threads, inside=True)
    with contextlib.suppress(ImportError):
        yield from openvino_forms(folder, threads)


def onnx_run(graph: bytes, threads: int, *, inside: bool) -> Run:
    """Run a graph in onnxruntime: one operator on all threads, or one text a thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads if inside else 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {"ids": ids})[0])

    if inside:
        return run
    pool = ThreadPoolExecutor(threads)
    return lambda ids: np.concatenate([*pool.map(run, np.array_split(ids, -(-ids.size // 384)))])


def torch_run(folder: Path, threads: int, dtype: str) -> Run:
    """Run sentence-transformers' own modules on ids, as its `encode` does after tokenising."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": getattr(torch, dtype)})

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.inference_mode():
            tensor = torch.from_numpy(ids)
            output = model({"input_ids": tensor, "attention_mask": torch.ones_like(tensor)})
        return np.asarray(output["sentence_embedding"].float().numpy())

    return run


def openvino_forms(folder: Path, threads: int) -> Iterator[tuple[str, Run]]:
    """Yield OpenVINO in float32, with bf16 arithmetic, and with int8 weights."""
    import openvino
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(folder), dtype=torch.float32, attn_implementation="eager").eval()
    example = {
        "input_ids": torch.ones((1, 8), dtype=torch.long),
        "attention_mask": torch.ones((1, 8), dtype=torch.long),
    }
    converted = openvino.convert_model(model, example_input=example)
    forms: list[tuple[str, Any, str]] = [
        ("OpenVINO fp32", converted, "f32"),
        ("OpenVINO bf16", converted, "bf16"),
    ]
    with contextlib.suppress(ImportError):
        import nncf

        forms.append(("OpenVINO int8 weights", nncf.compress_weights(converted.clone()), "f32"))
    for name, graph, precision in forms:
        settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision}
        yield name, openvino_run(openvino.compile_model(graph, "CPU", settings))


def openvino_run(compiled: Any) -> Run:  # noqa: ANN401 - the library is untyped
    """Run a compiled model, and pool as sentence-transformers does."""

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        states = compiled({"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        mean = states.mean(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))

    return run


def news_rows() -> list[NDArray[np.int64]]:
    """Return the ids of a hundred news passages, one a row."""
    tokens = Tokens(sources.default_encoder() / "tokenizer.json")
    return [np.array([[tokens.cls, *ids[:254], tokens.sep]]) for ids in tokens.ids(passages(5000)[::50])]


if __name__ == "__main__":
    main()
