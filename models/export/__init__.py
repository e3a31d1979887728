"""Make the shipped models: BERT weights as published, to int8 graphs, reproducible byte for byte.

Nothing here runs when nutgraf runs; it needs `onnx` and `safetensors` (the extra `dev`), and no torch.
"""
