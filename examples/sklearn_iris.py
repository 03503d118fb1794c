"""scikit-learn learns to tell irises apart: recorded by one call, drawn as a clip.

pip install "vizopt[sklearn]"
python examples/sklearn_iris.py
"""

import warnings

from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import vizopt

warnings.simplefilter("ignore", ConvergenceWarning)  # 150 epochs show all there is to see

iris = load_iris()
petals = iris.data[:, 2:]
network = MLPClassifier((16,), learning_rate_init=0.02, max_iter=150, tol=0, random_state=4)
classifier = make_pipeline(StandardScaler(), network)

vizopt.sklearn.fit(
    classifier,
    petals,
    iris.target_names[iris.target],
    "iris.zarr",
    title="scikit-learn tells irises apart",
    features=["petal length, cm", "petal width, cm"],
)
vizopt.render("iris.zarr", "iris.mp4")
