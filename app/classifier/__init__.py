"""Texts in, verdicts out: features, the model file, training, calibration and evaluation."""
