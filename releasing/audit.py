"""Ask the package index for known weaknesses of all that is pinned: `make audit`.

Exit codes: 0 none is known of what was looked at, 1 some are, 2 pip-audit itself failed. An index
that tells nothing (a mirror, no network) proves nothing, and that is said.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-release.lock")


def main() -> int:
    """Audit each lock of the repository; return the exit code."""
    return max(audited(Path(lock)) for lock in LOCKS)


def audited(lock: Path) -> int:
    """Audit a lock, print what came of it, and return the exit code."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip",
        "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if not done.stdout.startswith("{"):
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        print(f"{lock}: not audited, the index cannot be asked: {last[0][:200]}")
        return 0 if unreachable(done.stderr) else 2
    known = json.loads(done.stdout)["dependencies"]
    looked, weak = told(known)
    print(f"{lock}: {looked} of {len(known)} packages looked at, {len(weak)} known weaknesses")
    if not looked:
        print("  the index that pip uses here tells of none of them: nothing is proved")
    print("".join(f"  {line}\n" for line in weak), end="")
    return 1 if weak else 0


def told(known: list[dict[str, object]]) -> tuple[int, list[str]]:
    """Return how many packages were looked at, and a line for each known weakness.

    >>> told([{"name": "a", "skip_reason": "not found"},
    ...       {"name": "b", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}])
    (1, ['b 1: X-1, mended in 2'])
    """
    looked = [one for one in known if "vulns" in one]
    weak = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions'])}"
        for one in looked
        for flaw in one["vulns"]  # type: ignore[attr-defined]
    ]
    return len(looked), weak


def unreachable(message: str) -> bool:
    """Tell whether pip-audit failed since it could not reach its index."""
    words = ("ConnectionError", "Timeout", "ServiceError", "resolve", "SSLError", "Max retries")
    return any(word in message for word in words)


if __name__ == "__main__":
    sys.exit(main())
