"""Networks in files that other programs run: SavedModel and ONNX. Only `writing` imports TensorFlow at once."""
