# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""check.py SOURCE COMPILER [FLAG]...: compiles SOURCE, which has a mistake of the authors of elements.

The compiler must refuse it with the text after `// EXPECT:`. A source that expects `nothing` must compile.
"""

import pathlib
import re
import subprocess
import sys


def main(source, *command):
    expected = re.search(r"^// EXPECT: (.*)$", pathlib.Path(source).read_text(), re.M)[1]
    result = subprocess.run([*command, "-S", "-o", "/dev/null", source], capture_output=True, text=True)
    # g++ splits no message, but repeats the parts of the string that it was written in.
    message = result.stderr.replace("\u2018", "'").replace("\u2019", "'")
    if expected == "nothing":
        if result.returncode != 0:
            sys.exit(f"{source} does not compile:\n{result.stderr}")
    elif result.returncode == 0:
        sys.exit(f"{source} compiles; expected an error with: {expected}")
    elif expected not in message:
        sys.exit(f"{source}: no message has: {expected}\n{result.stderr}")


main(*sys.argv[1:])
