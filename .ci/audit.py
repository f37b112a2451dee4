"""Looks what is known against our dependencies: `python .ci/audit.py [LOCK...]`.

PyPI is asked, then OSV where PyPI cannot tell. A finding is an error. Where no service answers, say
on a machine without internet or behind a mirror that knows no advisories, the audit is skipped and
says why: silence must not look like a clean bill.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
SECONDS = 300
LONGEST_REASON = 400


class NoAnswer(Exception):
    """A service told nothing; the text says why."""


def main() -> int:
    """0 for no finding and for a skipped audit, 1 for a finding."""
    parser = argparse.ArgumentParser(prog="python .ci/audit.py", description=__doc__)
    parser.add_argument("locks", nargs="*", default=[str(ROOT / name) for name in LOCKS])
    parser.add_argument("--osv-url", help="another OSV than api.osv.dev, and no PyPI")
    asked = parser.parse_args()
    if asked.osv_url:
        services = {"OSV": ("-s", "osv", "--osv-url", asked.osv_url)}
    else:
        services = {"PyPI": ("-s", "pypi"), "OSV": ("-s", "osv")}
    reasons = []
    for name, options in services.items():
        try:
            return told(name, answer(asked.locks, options))
        except NoAnswer as reason:
            reasons.append(f"{name}: {reason}")
    print("SKIPPED, no service can tell of the dependencies.", *reasons, sep="\n  ")
    return 0


def answer(locks: list[str], options: tuple[str, ...]) -> list[dict[str, object]]:
    """What one service says of each dependency; raises NoAnswer."""
    files = [word for lock in locks for word in ("-r", lock)]
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", *files]
    try:
        done = subprocess.run(
            [*command, *options, "--format", "json", "--progress-spinner", "off"],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"no answer within {SECONDS} s") from None
    try:
        found: list[dict[str, object]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise NoAnswer(words[-1][:LONGEST_REASON]) from None
    if all("skip_reason" in each for each in found):
        reason = str(found[0]["skip_reason"]) if found else "there are no dependencies"
        raise NoAnswer(f"{reason}, and {max(0, len(found) - 1)} more")
    return found


def told(service: str, found: list[dict[str, object]]) -> int:
    """Say what was found."""
    bad = [each for each in found if each.get("vulns")]
    for each in bad:
        for hole in each["vulns"]:  # type: ignore[attr-defined]
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            print(f"{each['name']} {each['version']}: {hole['id']}, mended by {fixed}")
    unknown = [str(each["name"]) for each in found if "skip_reason" in each]
    if unknown:
        print(f"{service} does not know {', '.join(unknown)}")
    print(f"{service}: {len(found) - len(unknown)} dependencies, {len(bad)} with known holes")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
