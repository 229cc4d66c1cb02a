"""A real SLURM of one node on this machine, for tests: no systemd, no cgroups, two GPUs that are none.

Everything lies in one folder, which `/etc/slurm` links to. For throw-away machines only: all daemons run as root.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from debian import UnavailableError, install

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
DAEMONS = ("slurmd", "slurmctld", "munged")
CLUSTER = "blastvote-test"
"""A name that no job of another SLURM has."""


def configuration(folder: Path) -> str:
    """Return slurm.conf: four CPUs whatever there are, jobs of a partition `gpu` with two GPUs."""
    host = socket.gethostname().partition(".")[0]
    return f"""
ClusterName={CLUSTER}
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=2
KillWait=15
MinJobAge=300
ReturnToService=2
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=12000 Gres=gpu:2 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES DefaultTime=60 MaxTime=INFINITE State=UP
PartitionName=gpu Nodes={host} DefaultTime=60 MaxTime=INFINITE State=UP
"""


def start(folder: Path) -> None:
    """Install, configure and start SLURM; wait until it takes jobs."""
    install(PROGRAMS, ["slurm-wlm", "munge"])
    etc = Path("/etc/slurm")
    for name in ("slurm.conf", "gres.conf"):
        if (etc / name).exists() or (etc / name).is_symlink():
            raise UnavailableError(f"{etc / name} exists: this machine has a SLURM of its own")
    etc.mkdir(exist_ok=True)
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    host = socket.gethostname().partition(".")[0]
    gpus = "".join(f"NodeName={host} Name=gpu File={device}\n" for device in ("/dev/null", "/dev/zero"))
    for name, text in (("slurm.conf", configuration(folder)), ("gres.conf", gpus)):
        (folder / name).write_text(text, encoding="utf-8")
        (etc / name).symlink_to(folder / name)
    (folder / "munge.key").write_bytes(os.urandom(256))
    (folder / "munge.key").chmod(0o600)
    munge = ["--key-file", "munge.key", "--socket", "munge.socket", "--pid-file", "munged.pid"]
    munge += ["--log-file", "munged.log", "--seed-file", "munge.seed"]
    paths = [str(folder / word) if not word.startswith("--") else word for word in munge]
    subprocess.run(["munged", "--force", *paths], check=True, capture_output=True)
    subprocess.run(["slurmctld"], check=True)
    _wait("slurmctld", lambda: _ask("scontrol", "ping").returncode == 0)
    subprocess.run(["slurmd"], check=True)
    _wait("an idle node", lambda: "idle" in _ask("sinfo", "-h", "-o", "%T").stdout)


def stop(folder: Path) -> None:
    """Cancel all jobs, end the daemons by their process ids, and take the links away."""
    _ask("scancel", "--user", "root")
    end_left_over(CLUSTER)
    for daemon in DAEMONS:
        file = folder / f"{daemon}.pid"
        if file.exists():
            _ask("kill", file.read_text(encoding="utf-8").strip())
    for name in ("slurm.conf", "gres.conf"):
        link = Path("/etc/slurm", name)
        if link.is_symlink() and link.readlink() == folder / name:
            link.unlink()


def end_left_over(cluster: str) -> None:
    """Kill processes of jobs of this SLURM: where a test killed SLURM's own, nothing else ends them."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"SLURM_CLUSTER_NAME={cluster}".encode() in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)


def _ask(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def _wait(what: str, ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise UnavailableError(f"no answer from {what} within {seconds:.0f} s")
        time.sleep(0.2)
