"""Units of measure and words for periods, by their names in English."""

from __future__ import annotations

# Unit -> what it measures and how many of that measure's smallest it is. A month is no number of days.
UNITS: dict[str, tuple[str, float]] = {}
for _names, _kind, _size in (
    ("s sec secs second seconds", "time", 1.0),
    ("min mins minute minutes", "time", 60.0),
    ("h hr hrs hour hours", "time", 3600.0),
    ("day days", "time", 86_400.0),
    ("week weeks", "time", 604_800.0),
    ("fortnight fortnights", "time", 1_209_600.0),
    ("month months", "months", 1.0),
    ("year years", "months", 12.0),
    ("decade decades", "months", 120.0),
    ("mm millimetre millimetres millimeter millimeters", "length", 0.001),
    ("cm centimetre centimetres centimeter centimeters", "length", 0.01),
    ("m metre metres meter meters", "length", 1.0),
    ("km kilometre kilometres kilometer kilometers", "length", 1000.0),
    ("inch inches", "inches", 1.0),
    ("mile miles", "miles", 1.0),
    ("mg milligram milligrams", "mass", 0.001),
    ("mcg microgram micrograms", "mass", 0.000_001),
    ("g gram grams gramme grammes", "mass", 1.0),
    ("kg kilo kilos kilogram kilograms", "mass", 1000.0),
    ("oz ounce ounces", "ounces", 1.0),
    ("lb lbs", "pounds", 1.0),
    ("ml millilitre millilitres milliliter milliliters", "volume", 0.001),
    ("l litre litres liter liters", "volume", 1.0),
    ("% percent", "percent", 1.0),
    ("° degree degrees", "degrees", 1.0),
    ("time times", "times", 1.0),
    ("rep reps repetition repetitions", "times", 1.0),
    ("cent cents", "cents", 1.0),
    ("euro euros €", "euros", 1.0),
    ("dollar dollars $", "dollars", 1.0),
    ("pence penny", "pence", 1.0),
):
    UNITS |= dict.fromkeys(_names.split(), (_kind, _size))
# Seconds, and months, between two times.
PERIODS = {
    "hourly": 3600.0,
    "daily": 86_400.0,
    "nightly": 86_400.0,
    "weekly": 604_800.0,
    "fortnightly": 1_209_600.0,
}
PERIODS_MONTHS = {"monthly": 1.0, "yearly": 12.0, "annually": 12.0}
