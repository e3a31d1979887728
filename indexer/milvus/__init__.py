"""The engine of many machines: all truth in Milvus, or in Milvus Lite, and no file beside it."""
