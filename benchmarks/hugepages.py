# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Hugepages for the programs beside it."""

import contextlib
import os
import pathlib
import sys

HUGEPAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")


def die(text):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {text}")


@contextlib.contextmanager
def hugepages(wanted):
    """Reserves at least this number of 2 MiB pages, and restores the old number afterwards."""
    before = int(HUGEPAGES.read_text())
    try:
        if before < wanted:
            HUGEPAGES.write_text(str(wanted))
            if int(HUGEPAGES.read_text()) < wanted:
                die(f"the kernel does not find {wanted} hugepages; free some memory")
        yield
    except PermissionError:
        die("hugepages can only be set aside by root")
    finally:
        if before < wanted:
            with contextlib.suppress(PermissionError):
                HUGEPAGES.write_text(str(before))
