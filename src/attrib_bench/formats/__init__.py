"""Outside formats, one module each: corpora of the field and the Hugging Face dataset."""
