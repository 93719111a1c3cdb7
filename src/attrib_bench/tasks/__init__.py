"""The tasks, one module each: what an example is, what a prediction is, how it is scored."""
