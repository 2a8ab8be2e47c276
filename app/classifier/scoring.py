"""What scores are worth: temperatures and thresholds, all from scores of threads that the scoring model had not seen."""

import numpy as np

from app.classifier.calibration import (
    choose_threshold,
    fit_binary_temperature,
    fit_temperature,
    highest_for_recall,
    lowest_for_precision,
)
from app.classifier.heads import Matrix
from app.classifier.labels import UNKNOWN, Classes, Labels
from app.classifier.model import FIRST_GROUP, KINDS, URGENT, Calibration
from app.classifier.probability import sigmoid, softmax, softmax_within
from app.classifier.subjects import first_of_groups, groups_of
from app.domain.verdict import NEEDS_ANSWER

NEEDS_ANSWER_RECALL = 0.9
EVEN_CHANCE = 0.5
URGENT_BETA = 1.5
SUBJECT_PRECISION = 0.65
SURE_PRECISION = 0.85


def calibrate(scores: Matrix, labels: Labels) -> Calibration:
    """Temperatures that make the scores probabilities, and the thresholds."""
    asking = np.array([kind in NEEDS_ANSWER for kind in KINDS])
    told = np.flatnonzero(labels.kinds != UNKNOWN)
    truth = labels.kinds[told]
    temperature = fit_temperature(scores[told, :URGENT], truth)
    kinds = softmax(scores[told, :URGENT] / temperature)
    threshold = min(EVEN_CHANCE, highest_for_recall(kinds[:, asking].sum(axis=1), asking[truth], recall=NEEDS_ANSWER_RECALL))
    sure = lowest_for_precision(kinds.max(axis=1), kinds.argmax(axis=1) == truth, precision=SURE_PRECISION)
    calibration = Calibration(kind_temperature=temperature, needs_answer_from=threshold, sure_from=sure)
    return _calibrate_subjects(scores, labels, _calibrate_urgent(scores, labels, calibration))


def _calibrate_urgent(scores: Matrix, labels: Labels, calibration: Calibration) -> Calibration:
    told = np.flatnonzero(labels.urgent != UNKNOWN)
    if not told.size:
        return calibration
    urgent, truth = scores[told, URGENT], labels.urgent[told] == 1
    temperature = fit_binary_temperature(urgent, truth)
    threshold = choose_threshold(sigmoid(urgent / temperature), truth, beta=URGENT_BETA)
    return calibration._replace(urgent_temperature=temperature, urgent_from=threshold)


def _calibrate_subjects(scores: Matrix, labels: Labels, calibration: Calibration) -> Calibration:
    known = np.flatnonzero(labels.groups != UNKNOWN)
    if not known.size:
        return calibration
    first_topic = FIRST_GROUP + len(labels.group_names)
    groups, right = scores[known, FIRST_GROUP:first_topic], labels.groups[known]
    temperature = fit_temperature(groups, right)
    chances = softmax(groups / temperature)
    threshold = lowest_for_precision(chances.max(axis=1), chances.argmax(axis=1) == right, precision=SUBJECT_PRECISION)
    calibrated = calibration._replace(group_temperature=temperature, group_from=threshold)
    told = np.flatnonzero(labels.topics[known] != UNKNOWN)
    if not told.size:
        return calibrated
    return _calibrate_topics(scores[known[told], first_topic:], chances[told], labels, labels.topics[known[told]], calibrated)


def _calibrate_topics(scores: Matrix, groups: Matrix, labels: Labels, right: Classes, calibration: Calibration) -> Calibration:
    starts, owners = first_of_groups(labels.topic_names), groups_of(labels.topic_names, labels.group_names)
    same = owners == owners[right][:, None]
    temperature = fit_temperature(np.where(same, scores, -np.inf), right)
    chances = groups[:, owners] * softmax_within(scores / temperature, starts)
    threshold = lowest_for_precision(chances.max(axis=1), chances.argmax(axis=1) == right, precision=SUBJECT_PRECISION)
    return calibration._replace(topic_temperature=temperature, topic_from=threshold)
