"""Builds sdist and wheel, looks into them, and plays the story from the installed wheel (tox: ``package``)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = (
    "migrations",
    "templates",
    "templatetags",
    "static",
    "locale",
    "sandbox/data",
    "management/commands",
)
SOURCE_ONLY = ("LICENSE", "README.md", "CHANGELOG.md", "tox.ini", "docs/conf.py", "tests/settings.py",
               "example_project/__init__.py")  # fmt: skip


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Runs ``command`` and stops everything when it fails. The source tree is kept off Python's path."""
    print("+", *command, flush=True)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=True)


def expected() -> set[str]:
    """Every file of the package; a folder that exists must not have been lost on the way."""
    files = {path for path in (ROOT / "django_vyte").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    return {path.relative_to(ROOT).as_posix() for path in files}


def compare(what: str, found: set[str], wanted: set[str]) -> None:
    """Stops when something is missing, or when the wheel carries what is not the package's."""
    if missing := sorted(wanted - found):
        sys.exit(f"The {what} lacks: {', '.join(missing)}")
    for folder in FOLDERS:
        files = [name for name in found if name.startswith(f"django_vyte/{folder}/")]
        print(f"{what}: {len(files)} files in {folder}")
    if "django_vyte/py.typed" not in found:
        sys.exit(f"The {what} lacks py.typed.")


def build(target: Path) -> tuple[Path, Path]:
    """The sdist, and the wheel that was built from it."""
    run(sys.executable, "-m", "build", "--installer", "uv", "--outdir", target)
    (sdist,), (wheel,) = target.glob("*.tar.gz"), target.glob("*.whl")
    return sdist, wheel


def look_into(sdist: Path, wheel: Path) -> None:
    """Compares both archives with the source tree."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    compare("sdist", names, expected() | set(SOURCE_ONLY))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    compare("wheel", names, expected())
    if strangers := [name for name in names if not name.startswith(("django_vyte/", "django_vyte-"))]:
        sys.exit(f"The wheel carries what is not the package: {', '.join(strangers)}")


def play_the_story(wheel: Path, folder: Path) -> None:
    """The demo of the example project, next to which there is no django_vyte but the installed one."""
    shutil.copytree(ROOT / "example_project", folder / "example_project")
    shutil.copy(ROOT / "pyproject.toml", folder)
    python = folder / "venv" / "bin" / "python"
    run("uv", "venv", "--python", sys.executable, folder / "venv")
    run(
        "uv",
        "pip",
        "install",
        "--python",
        python,
        f"{wheel}[all]",
        "--group",
        f"{ROOT / 'pyproject.toml'}:demo",
    )
    (folder / "pyproject.toml").unlink()
    code = "import django_vyte, sys; assert sys.prefix in django_vyte.__file__, django_vyte.__file__"
    run(python, "-c", code, cwd=folder)
    run(python, "-m", "example_project.demo", "--check", cwd=folder)


def main() -> None:
    """Every step in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="django-vyte-") as name:
        folder = Path(name)
        sdist, wheel = build(folder / "dist")
        look_into(sdist, wheel)
        play_the_story(wheel, folder)
    print("The package is complete, and its story plays from the installed wheel.")


if __name__ == "__main__":
    main()
