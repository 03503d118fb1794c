"""Rules: what an optimizer's settings are, in words for those who do not know them yet."""

# By name, what a rule's settings are; a rule with another meaning has it in its MEANINGS.
FIELDS = {
    "momentum": "the share of the velocity that is kept",
    "rho": "the share of the older mean that is kept",
    "beta_1": "the share of the older mean of slopes that is kept",
    "beta_2": "the share of the older mean of squared slopes that is kept",
    "epsilon": "a tiny number against a division by zero",
    "momentum_decay": "how fast the momentum comes to its full share",
    "adamw_lr": "the learning rate of the biases",
    "eta_minus": "a step's factor when the sign has changed",
    "eta_plus": "its factor when the sign has stayed",
    "lr": "its size, whatever the slope",
    "step_min": "the smallest step",
    "step_max": "the largest step",
    "weight_decay": "how fast {it} shrinks by itself",
}
