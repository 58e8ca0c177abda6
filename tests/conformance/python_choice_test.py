"""The recorded draws of random.choice, drawn again by the Python that is installed.

The C++ tests read the same file. Python 2.7 is gone; its formula is evaluated on the generator that
has not changed since.
"""

import json
import random
import unittest
from pathlib import Path

VECTORS = Path(__file__).parent.parent / "data" / "python-choice.json"


class Choice(unittest.TestCase):
    def test_every_vector_is_drawn_again(self):
        draws = {
            "py3.11 choice": lambda own, n: own.choice(range(n)),
            "py2.7 int(random()*n)": lambda own, n: int(own.random() * n),
        }
        vectors = json.loads(VECTORS.read_text())
        self.assertEqual(len(vectors), 18)
        for vector in vectors:
            with self.subTest(seed=vector["seed"], n=vector["n"], algorithm=vector["algorithm"]):
                own = random.Random(vector["seed"])
                draw = draws[vector["algorithm"]]
                found = [draw(own, vector["n"]) for _ in vector["first20"]]
                self.assertEqual(found, vector["first20"])


if __name__ == "__main__":
    unittest.main()
