"""Units of measure: their spellings, and the size of those that convert into each other.

A unit is a tuple of (name, power) pairs; `size` turns it into a number and a dimension, so that 100 cm equal 1 m while 15 cm^2
and 15 m^2 differ. A word that is no unit ("apples") is a label and is ignored.
"""

from __future__ import annotations

from fractions import Fraction

F = Fraction

# name: (spellings, size, dimension). Dimensions are independent of each other: money does not become length.
_TABLE: dict[str, tuple[str, Fraction, str]] = {
    "nm": ("nm nanometer nanometre", F(1, 10**9), "length"),
    "um": ("um micron micrometer micrometre", F(1, 10**6), "length"),
    "mm": ("mm millimeter millimetre", F(1, 1000), "length"),
    "cm": ("cm centimeter centimetre", F(1, 100), "length"),
    "dm": ("dm decimeter decimetre", F(1, 10), "length"),
    "m": ("m meter metre metro mètre", F(1), "length"),
    "km": ("km kilometer kilometre", F(1000), "length"),
    "in": ("in inch inches", F(254, 10000), "length"),
    "ft": ("ft foot feet", F(3048, 10000), "length"),
    "yd": ("yd yard", F(9144, 10000), "length"),
    "mi": ("mi mile", F(1609344, 1000), "length"),
    "ms": ("ms millisecond", F(1, 1000), "time"),
    "s": ("s sec second", F(1), "time"),
    "min": ("min minute", F(60), "time"),
    "h": ("h hr hour", F(3600), "time"),
    "day": ("day", F(86400), "time"),
    "week": ("week wk", F(604800), "time"),
    "month": ("month", F(1), "month"),
    "year": ("year yr", F(12), "month"),
    "mg": ("mg milligram", F(1, 1000), "mass"),
    "g": ("g gram gramme", F(1), "mass"),
    "kg": ("kg kilogram", F(1000), "mass"),
    "t": ("tonne", F(10**6), "mass"),
    "oz": ("oz ounce", F(1), "weight"),
    "lb": ("lb pound lbs", F(16), "weight"),
    "ton": ("ton", F(32000), "weight"),
    "ml": ("ml milliliter millilitre", F(1, 1000), "volume"),
    "l": ("l liter litre", F(1), "volume"),
    "pint": ("pint pt", F(1), "us volume"),
    "cup": ("cup", F(1, 2), "us volume"),
    "quart": ("quart qt", F(2), "us volume"),
    "gallon": ("gallon gal", F(8), "us volume"),
    "cent": ("cent ¢", F(1, 100), "dollar"),
    "dollar": ("dollar usd buck", F(1), "dollar"),
    "euro": ("euro eur €", F(1), "euro"),
    "sterling": ("gbp £", F(1), "sterling"),
    "yen": ("yen jpy ¥", F(1), "yen"),
    "yuan": ("yuan rmb cny 元 人民币", F(1), "yuan"),
    "rupee": ("rupee inr rs ₹", F(1), "rupee"),
    "percent": ("percent percentage pct % 百分", F(1, 100), "ratio"),
    "degree": ("degree deg °", F(1), "degree"),
    "radian": ("radian rad", F(1), "radian"),
    "celsius": ("celsius", F(1), "celsius"),
    "fahrenheit": ("fahrenheit", F(1), "fahrenheit"),
    "kelvin": ("kelvin", F(1), "kelvin"),
    "mph": ("mph", F(1609344, 3600 * 1000), "length/time"),
    "kph": ("kph kmh", F(1000, 3600), "length/time"),
    "n": ("newton", F(1), "force"),
    "j": ("joule", F(1), "energy"),
    "kj": ("kj kilojoule", F(1000), "energy"),
    "w": ("watt", F(1), "power"),
    "kw": ("kw kilowatt", F(1000), "power"),
    "v": ("volt", F(1), "voltage"),
    "amp": ("ampere amp", F(1), "current"),
    "ohm": ("ohm", F(1), "resistance"),
    "hz": ("hz hertz", F(1), "frequency"),
    "khz": ("khz", F(1000), "frequency"),
    "mhz": ("mhz", F(10**6), "frequency"),
    "pa": ("pascal", F(1), "pressure"),
    "mol": ("mol mole", F(1), "amount"),
    "acre": ("acre", F(1), "acre"),
    "hectare": ("hectare", F(10000), "hectare"),
    "ev": ("ev", F(1), "electronvolt"),
}

_SI = {"N": "force", "J": "energy", "W": "power", "V": "voltage", "A": "current", "Pa": "pressure", "Hz": "frequency",
       "eV": "electronvolt", "K": "kelvin"}  # fmt: skip
_PREFIXES = {"": F(1), "k": F(10**3), "M": F(10**6), "G": F(10**9), "m": F(1, 10**3), "n": F(1, 10**9)}
_TABLE |= {
    prefix + symbol: ("", factor, dimension)
    for symbol, dimension in _SI.items()
    for prefix, factor in _PREFIXES.items()
}
SYMBOLS = frozenset(prefix + symbol for symbol in _SI for prefix in _PREFIXES)
"""Units whose capitals matter: N is a newton, and n a number."""

UNITS: dict[str, str] = {}
for _name, _row in _TABLE.items():
    for _word in _row[0].split():
        UNITS[_word] = _name
        if len(_word) > 2 and _word[-1] not in "s":
            UNITS.setdefault(_word + "s", _name)

UNIT_PREFIXES = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3}

Unit = tuple[tuple[str, int], ...]


def make(pairs: list[tuple[str, int]]) -> Unit:
    """The product of units, each to its power, in canonical form."""
    powers: dict[str, int] = {}
    for name, power in pairs:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def size(unit: Unit) -> tuple[Fraction, tuple[tuple[str, int], ...]]:
    """How large a unit is, and of what dimension; units of one dimension convert into each other."""
    factor, dimensions = Fraction(1), []
    for name, power in unit:
        scale, dimension = _TABLE[name][1:]
        factor *= scale**power
        if dimension == "length/time":
            dimensions += [("length", power), ("time", -power)]
        else:
            dimensions.append((dimension, power))
    return factor, make(dimensions)
