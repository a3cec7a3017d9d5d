"""What Redis says of itself (``INFO``), in the shape of a broker's reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from umbel.control.brokers.protocol import count


def of_info(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a ``BrokerReading`` that ``INFO`` tells; what it leaves out is not told."""
    valkey = info.get("valkey_version")
    policy = _word(info.get("maxmemory_policy"))
    role = _word(info.get("role"))
    return {
        "product": "Valkey" if valkey else "Redis",
        "version": _word(valkey or info.get("redis_version")),
        "role": "primary" if role == "master" else role,
        "connections": count(info.get("connected_clients")),
        "connections_limit": count(info.get("maxclients")),
        "memory_bytes": count(info.get("used_memory")),
        "memory_limit_bytes": count(info.get("maxmemory")) or None,
        "memory_peak_bytes": count(info.get("used_memory_peak")),
        "policy": policy,
        "evicted": count(info.get("evicted_keys")),
        "facts": tuple(_facts(info)),
        "alarms": tuple(_alarms(info, policy, role)),
    }


def _facts(info: Mapping[str, Any]) -> list[str]:
    facts = ["append-only file on" if count(info.get("aof_enabled")) else "append-only file off"]
    replicas = count(info.get("connected_slaves"))
    if replicas:
        facts.append("1 replica" if replicas == 1 else f"{replicas} replicas")
    return facts


def _alarms(info: Mapping[str, Any], policy: str | None, role: str | None) -> list[str]:
    alarms = []
    evicted, limit = count(info.get("evicted_keys")), count(info.get("maxmemory"))
    if policy is not None and policy.startswith("allkeys") and limit:
        alarms.append(
            f"When its memory is full, Redis deletes keys, whole queues too ({policy}; a broker needs noeviction)"
        )
    if evicted and policy is not None and policy.startswith("allkeys"):
        alarms.append(f"Redis has deleted {evicted:,} keys for want of memory since it started")
    if role == "slave":
        alarms.append("This is a replica: what it shows may be behind, and nothing can be written to it")
    used = count(info.get("used_memory"))
    if limit and used and used > 0.9 * limit:
        alarms.append(f"{used / limit:.0%} of the memory that Redis may use is taken")
    if info.get("rdb_last_bgsave_status") == "err" or info.get("aof_last_write_status") == "err":
        alarms.append("Redis could not save to its disk the last time")
    return alarms


def _word(value: object) -> str | None:
    return str(value)[:100] if value not in (None, "") else None
