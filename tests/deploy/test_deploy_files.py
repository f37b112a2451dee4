"""What stands in `deploy/` and the Procfile names commands, settings and paths that there are."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "docker/Dockerfile").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
SETTINGS = {name.upper() for name in Settings.model_fields}
LONGEST_STOP_SECONDS = 10
"""What docs/delivery.md promises."""

Yaml = Mapping[str, Any]


def is_command(words: Sequence[str]) -> bool:
    """Whether `python -m bot` takes these words."""
    try:
        cli._parser().parse_args(words)
    except SystemExit:
        return False
    return True


def of_bot(command: str) -> list[str]:
    """What follows `python -m bot` in a command line."""
    return shlex.split(re.split(r"python -m bot ", command)[1])


def compose() -> Yaml:
    loaded: Yaml = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text(encoding="utf-8"))
    return loaded


def services() -> Iterator[tuple[str, Yaml]]:
    yield from compose()["services"].items()


def documents() -> Iterator[Yaml]:
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def workloads() -> dict[str, Yaml]:
    """The pods of each Deployment and StatefulSet."""
    kinds = ("Deployment", "StatefulSet")
    found = (each for each in documents() if each["kind"] in kinds)
    return {each["metadata"]["name"]: each["spec"] for each in found}


def unit(path: Path) -> dict[str, list[str]]:
    """A unit's [Service], each key with all its values."""
    found: dict[str, list[str]] = {}
    text = path.read_text(encoding="utf-8")
    for line in text.partition("[Service]")[2].partition("[Install]")[0].splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_procfile_runs_in_one_process_and_split() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    named = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    assert [of_bot(command) for command in named.values()] == [
        ["run"],
        ["poll"],
        ["deliver", "--platform", "telegram"],
        ["deliver", "--platform", "discord"],
    ]
    assert all(is_command(of_bot(command)) for command in named.values())


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    assert len(stages) == 3
    assert "--require-hashes" in stages[1]
    assert "pip install" not in stages[2]
    copied = re.findall(r"^COPY (?!--from)(\S+)", stages[1] + stages[2], re.MULTILINE)
    assert copied == ["requirements.lock", "bot", "handlers"]
    assert all((ROOT / each).exists() for each in copied)
    ignored = (DEPLOY / "docker/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line[1:] for line in ignored if line.startswith("!")] == copied
    assert "*" in ignored


def test_the_image_runs_as_nobody_special_and_is_looked_after() -> None:
    assert re.search(r"^USER [1-9][0-9]+:[1-9][0-9]+$", DOCKERFILE, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in DOCKERFILE
    assert "MPLCONFIGDIR=/tmp/" in DOCKERFILE
    check = DOCKERFILE.partition("HEALTHCHECK")[2]
    assert re.findall(r"'(/\w+)'", check) == ["/healthz"]
    assert 'ENTRYPOINT ["python", "-m", "bot"]\nCMD ["run"]' in DOCKERFILE
    set_here = re.findall(r"^(?:ENV)? +([A-Z_]+)=", DOCKERFILE, re.MULTILINE)
    own = {name for name in set_here if not name.startswith(("PYTHON", "MPL", "PATH"))}
    assert own == {"DATA_DIR", "PORT"} <= SETTINGS


@pytest.mark.parametrize(("name", "service"), list(services()), ids=list(compose()["services"]))
def test_each_container_is_confined_and_has_time_to_stop(name: str, service: Yaml) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - a file system of its own.
    assert service["restart"] == "unless-stopped"
    assert int(service["stop_grace_period"].removesuffix("s")) > LONGEST_STOP_SECONDS
    if name != "redis":
        assert is_command(service["command"])
        assert set(service["environment"]) <= SETTINGS
        assert service["depends_on"] == {"redis": {"condition": "service_healthy"}}
        assert (name == "bot") == ("profiles" not in service)


def test_the_containers_redis_forgets_nothing() -> None:
    redis = compose()["services"]["redis"]
    command = " ".join(redis["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert redis["volumes"] == ["redis:/data"]
    assert redis["user"] != "0:0"
    assert redis["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_each_unit_is_confined_and_stops_the_bot_alone(path: Path) -> None:
    found = unit(path)
    (command,) = found["ExecStart"]
    assert is_command(of_bot(command.replace("%i", "telegram")))
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["DynamicUser"] == ["yes"]
    assert found["Restart"] == ["on-failure"]
    codes = {int(code) for code in found["RestartPreventExitStatus"][0].split()}
    assert codes == {cli.EXIT_USAGE}, "A Redis that is away at the start ends the bot with 78."
    # Were the embedded server told to stop as well, the bot could write nothing any more.
    assert found["KillMode"] == ["mixed"]
    assert int(found["TimeoutStopSec"][0]) > LONGEST_STOP_SECONDS
    named = {each.partition("=")[0] for each in found["Environment"]}
    assert {name for name in named if not name.startswith(("PYTHON", "MPL"))} <= SETTINGS


def test_only_the_unit_of_one_process_keeps_anything() -> None:
    keeps = {path.name for path in UNITS if "StateDirectory" in unit(path)}
    assert keeps == {"altseason-bot.service"}
    assert "DATA_DIR=/var/lib/altseason-bot" in unit(UNITS[0])["Environment"]


def test_units_are_read_by_systemd(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    for path in UNITS:
        name = path.name.replace("@", "@telegram")
        text = path.read_text(encoding="utf-8")
        copied = tmp_path / name
        copied.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text), encoding="utf-8")
        ran = subprocess.run(  # noqa: S603 - our own arguments.
            [program, "verify", str(copied)], capture_output=True, text=True, check=False
        )
        assert name not in ran.stderr, ran.stderr


@pytest.mark.parametrize(("name", "spec"), list(workloads().items()), ids=list(workloads()))
def test_each_pod_is_confined(name: str, spec: Yaml) -> None:
    pod = spec["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] > LONGEST_STOP_SECONDS
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items(), name


def test_two_pollers_and_any_number_of_senders() -> None:
    found = workloads()
    assert set(found) == {"poller", "telegram", "discord", "redis"}
    assert found["poller"]["replicas"] == 2
    user = re.search(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)
    assert user is not None
    for name in ("poller", "telegram", "discord"):
        pod = found[name]["template"]["spec"]
        (container,) = pod["containers"]
        assert is_command(container["args"])
        assert pod["securityContext"]["runAsUser"] == int(user[1])
        probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness")]
        assert {probe["path"] for probe in probes} == {"/healthz"}
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert {each["name"] for each in container["env"]} <= SETTINGS
        assert [each["mountPath"] for each in container["volumeMounts"]] == ["/tmp"]  # noqa: S108


def test_the_clusters_redis_forgets_nothing_and_hears_the_bot_alone() -> None:
    redis = workloads()["redis"]
    command = " ".join(redis["template"]["spec"]["containers"][0]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert redis["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOnce"]
    policies = {
        each["metadata"]["name"]: each["spec"]
        for each in documents()
        if each["kind"] == "NetworkPolicy"
    }
    (rule,) = policies["redis"]["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": {"app": "altseason-bot"}}}]
    assert policies["redis"]["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in policies["redis"]


def test_the_kustomization_names_every_manifest_but_the_example() -> None:
    path = DEPLOY / "kubernetes/kustomization.yaml"
    named = yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]
    others = {"kustomization.yaml", "secret.example.yaml"}
    assert set(named) == {each.name for each in MANIFESTS} - others
    (secret,) = (each for each in documents() if each["kind"] == "Secret")
    assert set(secret["stringData"]) <= SETTINGS
    budgets = [each for each in documents() if each["kind"] == "PodDisruptionBudget"]
    assert {each["spec"]["selector"]["matchLabels"]["part"] for each in budgets} == {
        "poller", "telegram", "discord",
    }  # fmt: skip
