"""Index the articles of a folder and answer a question, with the quote's source: Haystack.

python seeds_haystack.py seeds "What did China agree to on sanctions?" ENCODER READER [--token-types]

--token-types gives a BERT reader the segment ids that Haystack leaves out: README.md tells what that changes.
"""

import os
import sys
from pathlib import Path

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

folder, question, encoder, reader, *options = sys.argv[1:]
store = InMemoryDocumentStore(embedding_similarity_function="cosine")
indexing = Pipeline()
indexing.add_component("splitter", DocumentSplitter(split_by="passage", split_length=1))
indexing.add_component("embedder", SentenceTransformersDocumentEmbedder(model=encoder, progress_bar=False))
indexing.add_component("writer", DocumentWriter(store))
indexing.connect("splitter", "embedder")
indexing.connect("embedder", "writer")
paths = sorted(Path(folder).glob("*.txt"))
documents = [Document(content=path.read_text(encoding="utf-8"), meta={"name": path.name}) for path in paths]
indexing.run({"splitter": {"documents": documents}})

extractor = TransformersExtractiveReader(model=reader, top_k=1, model_kwargs={"dtype": "float32"})
if "--token-types" in options:
    from haystack_answers import mark_segments

    mark_segments(extractor)
asking = Pipeline()
asking.add_component("embedder", SentenceTransformersTextEmbedder(model=encoder, progress_bar=False))
asking.add_component("bm25", InMemoryBM25Retriever(store, top_k=10))
asking.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=10))
asking.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=10))
asking.add_component("reader", extractor)
asking.connect("embedder.embedding", "dense.query_embedding")
asking.connect("bm25", "joiner")
asking.connect("dense", "joiner")
asking.connect("joiner", "reader.documents")
inputs = {"embedder": {"text": question}, "bm25": {"query": question}, "reader": {"query": question}}
for answer in asking.run(inputs)["reader"]["answers"]:
    if answer.data:  # the reader's "no answer" is an answer without data
        start = answer.document.meta["split_idx_start"] + answer.document_offset.start
        print(answer.data, answer.document.meta["name"], start, start + len(answer.data), sep=" | ")
