"""Modules of PyTorch and Keras: the names and shapes of their parameters, and what they mean.

Each line is a parameter: name, shape; layer, role, rows and columns of its matrix, its shape in
its owner's terms. `tests/test_conventions.py` holds names and shapes against the real frameworks.
"""

TORCH = {
    "Linear": {
        "net.0.weight": ((2, 4), "net.0", "weight", (4, 2), "4 → 2"),
        "net.0.bias": ((2,), "net.0", "bias", (1, 2), "2"),
    },
    "Conv1d": {
        "c1.weight": ((3, 2, 5), "c1", "weight", (10, 3), "5 · 2 → 3"),
        "c1.bias": ((3,), "c1", "bias", (1, 3), "3"),
    },
    "Conv2d": {
        "conv1.weight": ((16, 8, 3, 3), "conv1", "weight", (72, 16), "3×3 · 8 → 16"),
        "conv1.bias": ((16,), "conv1", "bias", (1, 16), "16"),
    },
    "Conv3d": {
        "c3.weight": ((4, 2, 1, 2, 3), "c3", "weight", (12, 4), "1×2×3 · 2 → 4"),
        "c3.bias": ((4,), "c3", "bias", (1, 4), "4"),
    },
    "ConvTranspose2d": {
        "up.weight": ((8, 4, 2, 3), "up", "weight", (48, 4), "2×3 · 8 → 4"),
        "up.bias": ((4,), "up", "bias", (1, 4), "4"),
    },
    "Embedding": {"tok.weight": ((10, 6), "tok", "weight", (10, 6), "10 × 6")},
    "BatchNorm2d": {
        "bn.weight": ((16,), "bn", "scale", (1, 16), "16"),
        "bn.bias": ((16,), "bn", "bias", (1, 16), "16"),
    },
    "LayerNorm": {
        "ln.weight": ((8, 4), "ln", "scale", (1, 32), "8 × 4"),
        "ln.bias": ((8, 4), "ln", "bias", (1, 32), "8 × 4"),
    },
    "MultiheadAttention": {
        "attn.in_proj_weight": ((12, 4), "attn", "weight", (4, 12), "4 → 12"),
        "attn.in_proj_bias": ((12,), "attn", "bias", (1, 12), "12"),
        "attn.out_proj.weight": ((4, 4), "attn.out_proj", "weight", (4, 4), "4 → 4"),
        "attn.out_proj.bias": ((4,), "attn.out_proj", "bias", (1, 4), "4"),
    },
    "MultiheadAttention of other keys": {
        "a.q_proj_weight": ((4, 4), "a.q_proj_weight", "weight", (4, 4), "4 → 4"),
        "a.k_proj_weight": ((4, 3), "a.k_proj_weight", "weight", (3, 4), "3 → 4"),
        "a.v_proj_weight": ((4, 3), "a.v_proj_weight", "weight", (3, 4), "3 → 4"),
        "a.in_proj_bias": ((12,), "a.in_proj_bias", "bias", (1, 12), "12"),
        "a.bias_k": ((1, 1, 4), "a.bias_k", "bias", (1, 4), "1 × 1 × 4"),
        "a.bias_v": ((1, 1, 4), "a.bias_v", "bias", (1, 4), "1 × 1 × 4"),
        "a.out_proj.weight": ((4, 4), "a.out_proj", "weight", (4, 4), "4 → 4"),
        "a.out_proj.bias": ((4,), "a.out_proj", "bias", (1, 4), "4"),
    },
    "LSTM": {
        "lstm.weight_ih_l0": ((16, 3), "lstm.weight_ih_l0", "weight", (3, 16), "3 → 16"),
        "lstm.weight_hh_l0": ((16, 4), "lstm.weight_hh_l0", "weight", (4, 16), "4 → 16"),
        "lstm.bias_ih_l0": ((16,), "lstm.weight_ih_l0", "bias", (1, 16), "16"),
        "lstm.bias_hh_l0": ((16,), "lstm.weight_hh_l0", "bias", (1, 16), "16"),
    },
    "PReLU": {"act.weight": ((1,), "act", "scale", (1, 1), "1")},
    "Bilinear": {
        "bil.weight": ((4, 2, 3), "bil", "weight", (6, 4), "4 × 2 × 3"),
        "bil.bias": ((4,), "bil", "bias", (1, 4), "4"),
    },
    "weight_norm": {
        "wn.bias": ((3,), "wn", "bias", (1, 3), "3"),
        "wn.parametrizations.weight.original0": (
            (3, 1), "wn.parametrizations.weight.original0", "scale", (1, 3), "3 × 1",
        ),
        "wn.parametrizations.weight.original1": ((3, 2), "wn", "weight", (2, 3), "2 → 3"),
    },
}  # fmt: skip

# A module of one's own.
OWN = {
    "own.W_q": ((8, 6), "own.W_q", "weight", (8, 6), "8 → 6"),
    "own.W_k": ((8, 6), "own.W_k", "weight", (8, 6), "8 → 6"),
    "own.b_q": ((6,), "own.W_q", "bias", (1, 6), "6"),
    "own.b": ((6,), "own.b", "bias", (1, 6), "6"),
    "own.alpha": ((), "own.alpha", "other", (1, 1), ""),
    "own.pos_embed": ((1, 9, 8), "own.pos_embed", "weight", (9, 8), "1 × 9 × 8"),
    "own.cls": ((1, 1, 8), "own.cls", "other", (1, 8), "1 × 1 × 8"),
    "own.bias_table": ((5,), "own.bias_table", "bias", (1, 5), "5"),
    "norm_of.B": ((3, 2), "norm_of", "weight", (3, 2), "3 → 2"),
    "temperature": ((1,), "temperature", "other", (1, 1), "1"),
}

KERAS = {
    "conv2d/kernel": ((3, 2, 3, 4), "conv2d", "weight", (18, 4), "3×2 · 3 → 4"),
    "conv2d/bias": ((4,), "conv2d", "bias", (1, 4), "4"),
    "batch_normalization/gamma": ((4,), "batch_normalization", "scale", (1, 4), "4"),
    "batch_normalization/beta": ((4,), "batch_normalization", "bias", (1, 4), "4"),
    "depthwise_conv2d/kernel": ((3, 3, 4, 2), "depthwise_conv2d", "weight", (9, 8), "3×3 · 4 → 8"),
    "depthwise_conv2d/bias": ((8,), "depthwise_conv2d", "bias", (1, 8), "8"),
    "separable_conv2d/depthwise_kernel": (
        (1, 1, 8, 1), "separable_conv2d/depthwise_kernel", "weight", (1, 8), "1×1 · 8 → 8",
    ),
    "separable_conv2d/pointwise_kernel": (
        (1, 1, 8, 4), "separable_conv2d/pointwise_kernel", "weight", (8, 4), "1×1 · 8 → 4",
    ),
    "separable_conv2d/bias": (
        (4,), "separable_conv2d/pointwise_kernel", "bias", (1, 4), "4",
    ),
    "conv2d_transpose/kernel": ((2, 2, 5, 4), "conv2d_transpose", "weight", (16, 5), "2×2 · 4 → 5"),
    "conv2d_transpose/bias": ((5,), "conv2d_transpose", "bias", (1, 5), "5"),
    "embedding/embeddings": ((10, 8), "embedding", "weight", (10, 8), "10 × 8"),
    "mha/query/kernel": ((8, 2, 3), "mha/query", "weight", (8, 6), "8 → 6"),
    "mha/query/bias": ((2, 3), "mha/query", "bias", (1, 6), "2 × 3"),
    "mha/key/kernel": ((8, 2, 3), "mha/key", "weight", (8, 6), "8 → 6"),
    "mha/key/bias": ((2, 3), "mha/key", "bias", (1, 6), "2 × 3"),
    "mha/value/kernel": ((8, 2, 3), "mha/value", "weight", (8, 6), "8 → 6"),
    "mha/value/bias": ((2, 3), "mha/value", "bias", (1, 6), "2 × 3"),
    "mha/attention_output/kernel": (
        (2, 3, 8), "mha/attention_output", "weight", (6, 8), "2 × 3 × 8",
    ),
    "mha/attention_output/bias": ((8,), "mha/attention_output", "bias", (1, 8), "8"),
    "lstm/lstm_cell/kernel": ((8, 20), "lstm/lstm_cell/kernel", "weight", (8, 20), "8 → 20"),
    "lstm/lstm_cell/recurrent_kernel": (
        (5, 20), "lstm/lstm_cell/recurrent_kernel", "weight", (5, 20), "5 → 20",
    ),
    "lstm/lstm_cell/bias": ((20,), "lstm/lstm_cell/kernel", "bias", (1, 20), "20"),
    "conv1d/kernel": ((2, 5, 4), "conv1d", "weight", (10, 4), "2 · 5 → 4"),
    "conv1d/bias": ((4,), "conv1d", "bias", (1, 4), "4"),
    "gru/gru_cell/kernel": ((4, 9), "gru/gru_cell/kernel", "weight", (4, 9), "4 → 9"),
    "gru/gru_cell/recurrent_kernel": (
        (3, 9), "gru/gru_cell/recurrent_kernel", "weight", (3, 9), "3 → 9",
    ),
    "gru/gru_cell/bias": ((2, 9), "gru/gru_cell/kernel", "bias", (2, 9), "2 × 9"),
    "dense/kernel": ((3, 2), "dense", "weight", (3, 2), "3 → 2"),
    "dense/bias": ((2,), "dense", "bias", (1, 2), "2"),
}  # fmt: skip

BOOK = {
    "dense1.weights": ((2, 64), "dense1", "weight", (2, 64), "2 → 64"),
    "dense1.biases": ((1, 64), "dense1", "bias", (1, 64), "1 × 64"),
    "W1": ((4, 4), "W1", "weight", (4, 4), "4 → 4"),
    "b1": ((4,), "W1", "bias", (1, 4), "4"),
    "W2": ((4, 4), "W2", "weight", (4, 4), "4 → 4"),
    "b2": ((4,), "W2", "bias", (1, 4), "4"),
    "one.weights": ((1, 64), "one", "weight", (1, 64), "1 → 64"),
    "one.biases": ((1, 64), "one", "bias", (1, 64), "1 × 64"),
    "x": ((1,), "x", "other", (1, 1), "1"),
}

EVERY_TORCH = {name: line for table in TORCH.values() for name, line in table.items()}


def shapes_of(table):
    """Name → shape, of a table above."""
    return {name: line[0] for name, line in table.items()}
