# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Packets of the peer that somebody sends again or has changed."""


def run(bench):
    return {}
