"""Makes the manual and the completions of a guanxid.

make.py GUANXID DIRECTORY    into DIRECTORY/man5, man8, bash/guanxid and zsh/_guanxid, which is made anew
"""

import pathlib
import shutil
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import completions  # noqa: E402
import pages  # noqa: E402
import program  # noqa: E402


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    target = pathlib.Path(sys.argv[2])
    guanxid = program.read_program(sys.argv[1])
    texts = sorted((pathlib.Path(__file__).parent / "texts").glob("*.in"))
    files = {f"man{name[-1]}/{name}": text for name, text in pages.make_pages(guanxid, texts).items()}
    files["bash/guanxid"] = completions.bash(guanxid)
    files["zsh/_guanxid"] = completions.zsh(guanxid)
    shutil.rmtree(target, ignore_errors=True)
    for name, text in files.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
