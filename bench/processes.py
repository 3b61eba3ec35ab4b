"""What Linux tells of a process's memory and children."""

from pathlib import Path


def children(process_id: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(child) for child in text.split()]


def pss(process_id: int) -> float:
    """Return the memory of a process in MB, of shared pages its share."""
    return _told(process_id, "smaps_rollup", "Pss")


def resident(process_id: int) -> float:
    """Return the memory a process has at the moment, in MB, and begin to watch for the most it has."""
    Path(f"/proc/{process_id}/clear_refs").write_text("5")
    return _told(process_id, "status", "VmRSS")


def most_resident(process_id: int) -> float:
    """Return the most memory that a process has had since `resident` was asked, in MB."""
    return _told(process_id, "status", "VmHWM")


def _told(process_id: int, file: str, name: str) -> float:
    lines = Path(f"/proc/{process_id}/{file}").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
