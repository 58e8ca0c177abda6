"""Files that appear whole or not at all."""

import os
import tempfile
from pathlib import Path

from gating.failures import HarnessFailure


def write(path: Path, text: str) -> None:
    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device is written to as it is.
            path.write_bytes(data)
            return
        # A link stays one: what it points to is replaced.
        target = path.resolve()
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise HarnessFailure(f"{path}: cannot be written: {error.strerror}") from error
