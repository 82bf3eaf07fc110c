#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""module_loading.py PROGRAM FOLDER: the program has set CUDA_MODULE_LOADING when CUDA's driver is loaded.

FOLDER holds a libcuda.so.1 that reports the variable as it finds it. No device is needed.
"""

import os
import subprocess
import sys

PROGRAM, FOLDER = sys.argv[1:]
PREFIX = "driver loaded with CUDA_MODULE_LOADING="


def modes(given):
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_MODULE_LOADING"}
    environment["LD_LIBRARY_PATH"] = FOLDER
    if given:
        environment["CUDA_MODULE_LOADING"] = given
    result = subprocess.run([PROGRAM, "version"], env=environment, text=True, timeout=60,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return [line.removeprefix(PREFIX) for line in result.stderr.splitlines() if line.startswith(PREFIX)]


for given, expected in ((None, "EAGER"), ("LAZY", "LAZY")):
    found = modes(given)
    if found != [expected]:
        sys.exit(f"with CUDA_MODULE_LOADING {given or 'unset'} the driver found {found}; expected [{expected!r}]")
