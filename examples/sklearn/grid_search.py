"""Digits read from features of a restricted Boltzmann machine, its size chosen by cross-validation.

A pipeline of `ScoreRBM` and a logistic regression is searched over hyperparameters of the first,
once by what the second then gets right, and once, without labels, by the likelihood of held-out
rows: an estimator that is a density scores itself.

Needs ``pip install "scorerbm[sklearn]"``.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline

from scorerbm.sklearn import ScoreRBM


def main():
    """Search, and compare with the pixels themselves."""
    digits = load_digits()
    pixels = digits.data / 16.0  # ScoreRBM takes the nearer bit
    train, test, y_train, y_test = train_test_split(
        pixels, digits.target, train_size=500, random_state=0, stratify=digits.target
    )
    classifier = LogisticRegression(C=10.0, max_iter=200)
    plain = classifier.fit(train > 0.5, y_train).score(test > 0.5, y_test)
    print(f"binary pixels: {plain:.1%} of {len(test)} digits are right")

    rbm = ScoreRBM(n_epochs=100, options={"monitor": "never"}, random_state=0)
    search = GridSearchCV(
        make_pipeline(rbm, classifier), {"scorerbm__n_hidden": [16, 128]}, cv=2
    ).fit(train, y_train)
    for found, score in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        print(f"  {found['scorerbm__n_hidden']:4} hidden units: {score:.1%} right in validation")
    print(f"features of the best: {search.score(test, y_test):.1%} right")

    density = GridSearchCV(rbm, {"n_hidden": [2, 12]}, cv=2)
    density.fit(train)
    print(f"the likeliest of held-out digits, by {density.best_score_:.2f} nats a digit: ", end="")
    print(density.best_params_)
    drawn = density.best_estimator_.sample(5, random_state=1).reshape(5, 8, 8)
    for row in np.swapaxes(drawn, 0, 1):
        print("   ".join("".join(" #"[bit] * 2 for bit in image) for image in row))


if __name__ == "__main__":
    main()
