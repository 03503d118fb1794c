"""OKLab: lightness, and hue with chroma, of sRGB colours and back."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.floating]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue
Hues: TypeAlias = NDArray[np.complex128]

# OKLab from linear sRGB, and its cube roots. Reference: Björn Ottosson 2020.
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colours: Values) -> Values:
    """Linear light of sRGB."""
    coded = np.asarray(colours)
    return np.asarray(np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4))


def oklab(colours: Values) -> tuple[Values, Hues]:
    """Lightness [n] and hue with chroma as a complex number [n] of sRGB [n, 3]."""
    lightness, a, b = LAB @ np.cbrt(CONES @ linear(colours).T)
    return lightness, a + 1j * b


def srgb(lightness: Values, hue: Hues) -> Values:
    """sRGB [n, 3], in 255ths, of OKLab; what sRGB does not have is not a number."""
    lab = np.stack([lightness, hue.real, hue.imag])
    light = np.linalg.inv(CONES) @ (np.linalg.inv(LAB) @ lab) ** 3
    light[(light < 0) | (light > 1)] = np.nan
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(coded * 255).T / 255)


def luminance(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    """Relative luminance 0.2126 R + 0.7152 G + 0.0722 B of sRGB values [..., 3] in 0 to 1.

    Reference: WCAG 2.2, definition of relative luminance.
    """
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ LUMINANCE)
