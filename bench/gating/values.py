"""What options take."""

import argparse
import re


def share(text: str) -> float:
    match = re.fullmatch(r"(\d*\.?\d+)(%?)", text)
    value = float(match[1]) / (100 if match[2] else 1) if match else 0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no share; write 5% or 0.05")
    return value


def seconds(text: str) -> float:
    if not re.fullmatch(r"\d*\.?\d+", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds")
    return float(text)


def count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no positive whole number")
    return int(text)


def pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from error
    return text
