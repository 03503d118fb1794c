"""Rules: what each optimizer is and does, in words for those who do not know it yet."""

# By kind: the proper name, and what it does to {it}, to make {loss} small.
# A rule that is not here tells its docstring.
RULES = {
    "sgd": (
        "SGD",
        "stochastic gradient descent, which moves {it} downhill by the learning rate times "
        "the slope of {loss}",
    ),
    "momentum": (
        "SGD with momentum",
        "which keeps a share of the step before and adds to it the learning rate times the "
        "slope of {loss}, downhill",
    ),
    "momentum-torch": (
        "SGD with momentum",
        "in PyTorch's form, which keeps a share of its velocity, adds the slope of {loss} to "
        "it and moves {it} downhill by the learning rate times the velocity",
    ),
    "nesterov": (
        "Nesterov's gradient",
        "momentum that looks ahead to where it is about to carry {it}",
    ),
    "nesterov-keras": (
        "Nesterov's gradient",
        "in Keras' form: momentum that looks ahead to where it is about to carry {it}",
    ),
    "adagrad": (
        "AdaGrad",
        "which gives {it} a rate of its own that falls with the sum of all its squared slopes",
    ),
    "adadelta": (
        "Adadelta",
        "which gives {it} a rate of its own: the size of its recent steps over that of its "
        "recent slopes",
    ),
    "rmsprop": (
        "RMSProp",
        "which gives {it} a rate of its own that is small where its recent slopes were large",
    ),
    "adam": (
        "Adam",
        "which moves {it} by a moving mean of its slopes, divided by their usual size",
    ),
    "amsgrad": (
        "AMSGrad",
        "which moves {it} by a moving mean of its slopes, divided by the largest that their "
        "usual size has ever been",
    ),
    "adamw": (
        "AdamW",
        "which moves {it} by a moving mean of its slopes, divided by their usual size, and "
        "lets it shrink a little at every step",
    ),
    "adamax": (
        "Adamax",
        "which moves {it} by a moving mean of its slopes, divided by the largest recent one",
    ),
    "nadam": (
        "NAdam",
        "which moves {it} by a moving mean of its slopes that looks one step ahead, divided "
        "by their usual size",
    ),
    "radam": (
        "RAdam",
        "which moves {it} by a moving mean of its slopes, and divides by their usual size "
        "only when it has seen enough of them",
    ),
    "rprop": (
        "Rprop",
        "which looks only at the sign of the slope: the step of {it}, at first the learning "
        "rate, grows while the sign stays and shrinks when it changes",
    ),
    "lion": (
        "Lion",
        "which moves {it} by the learning rate, whatever the size of its slope, against the "
        "sign of a moving mean of slopes",
    ),
    "muon": (
        "Muon",
        "which moves each weight matrix by its momentum, made orthogonal so that it changes "
        "all directions alike, and the biases as AdamW does",
    ),
}

# By name, what a rule's settings are.
FIELDS = {
    "momentum": "the share of the step before that is kept",
    "momentum_share": "the share of the step before that is kept",
    "rho": "the share of the older mean that is kept",
    "beta_1": "the share of the older mean of slopes that is kept",
    "beta_2": "the share of the older mean of squared slopes that is kept",
    "epsilon": "a tiny number against a division by zero",
    "momentum_decay": "how fast the momentum comes to its full share",
    "rest_lr": "the learning rate of the biases",
    "shrink": "a step's factor when the sign has changed",
    "grow": "its factor when the sign has stayed",
    "least": "the smallest step",
    "most": "the largest step",
    "decay": "how fast weights shrink by themselves",
}
