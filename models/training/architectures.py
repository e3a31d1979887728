"""Loads a folder of weights into the network of its architecture."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from nutgraf.models.cards import LEARNT_FROM, LENGTH_COST
from nutgraf.models.errors import ModelError
from nutgraf.models.training.bert import BertNetwork
from nutgraf.models.training.mpnet import MPNetNetwork
from nutgraf.models.training.network import SpanNetwork

_NETWORKS: dict[str, type[SpanNetwork]] = {"bert": BertNetwork, "mpnet": MPNetNetwork}


def load_network(folder: Path, *, seed: int = 0) -> SpanNetwork:
    """Read the network in `folder`. If it has no span head, as an encoder, one is drawn by the seed.

    Raises ModelError if the architecture is neither BERT nor MPNet, or if the weights have another shape.
    """
    torch.manual_seed(seed)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for entry in (LENGTH_COST, LEARNT_FROM):  # they speak of these weights, and training changes them
        config.pop(entry, None)
    if (kind := config.get("model_type")) not in _NETWORKS:
        raise ModelError(f"{folder}: model_type is {kind!r}, expected one of {sorted(_NETWORKS)}")
    network = _NETWORKS[kind](config)
    network.take(load_file(folder / "model.safetensors"))
    return network
