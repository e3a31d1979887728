"""Makes the shipped models: it turns published BERT weights into int8 graphs, the same bytes each time.

No other package imports this one. It needs `onnx` and `safetensors` from the extra `dev`, but no torch.
"""
