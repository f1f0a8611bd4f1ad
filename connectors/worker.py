"""Kafka Connect's REST interface, as far as a feed needs it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from connectors.errors import ConnectError
from connectors.failures import failure_of, known_failure

_TIMEOUT_SECONDS = 30.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector's state. ``state`` is running, failed, paused, stopped, starting or not_attached; ``reason`` of a failure, else empty."""

    state: str
    reason: str = ""


class Worker:
    """A Connect worker; every call raises ConnectError when it does not answer."""

    def __init__(self, url: str) -> None:
        """``url`` is the worker's REST address."""
        self._url = url
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def config(self, name: str) -> dict[str, str] | None:
        """Return a connector's configuration, or None when there is no such connector."""
        answer = self._ask("GET", f"/connectors/{name}/config", allowed=(404,))
        return None if answer.status_code == httpx.codes.NOT_FOUND else dict(answer.json())

    def put_config(self, name: str, config: Mapping[str, str]) -> None:
        """Create or change a connector."""
        self._ask("PUT", f"/connectors/{name}/config", json=dict(config))

    def validate(self, config: Mapping[str, str]) -> dict[str, Any]:
        """Return Connect's verdict on a configuration: every known option with its errors."""
        plugin = config["connector.class"].rsplit(".", 1)[1]
        return dict(self._ask("PUT", f"/connector-plugins/{plugin}/config/validate", json=dict(config)).json())

    def has_plugin(self, connector_class: str) -> bool:
        """Tell whether the worker has a connector of this class."""
        return any(plugin["class"] == connector_class for plugin in self._ask("GET", "/connector-plugins").json())

    def binlog_place(self, name: str) -> tuple[str, int] | None:
        """Return the log file and offset at which a connector for MariaDB or MySQL stands; None when it has not begun."""
        answer = self._ask("GET", f"/connectors/{name}/offsets", allowed=(404,))
        offsets = [] if answer.status_code == httpx.codes.NOT_FOUND else answer.json()["offsets"]
        places = [each["offset"] for each in offsets if each.get("offset") and "file" in each["offset"]]
        return (str(places[0]["file"]), int(places[0]["pos"])) if places else None

    def state(self, name: str) -> ConnectorState:
        """Return a connector's state; a connector without a task is only starting."""
        answer = self._ask("GET", f"/connectors/{name}/status", allowed=(404,))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return ConnectorState("not_attached")
        return state_of(answer.json())

    def states(self) -> dict[str, ConnectorState]:
        """Return every connector's state by name."""
        answer = self._ask("GET", "/connectors", params={"expand": "status"}).json()
        return {name: state_of(each["status"]) for name, each in answer.items()}

    def started_with(self, name: str, config: Mapping[str, str]) -> bool:
        """Tell whether the connector's task has been given this configuration."""
        answer = self._ask("GET", f"/connectors/{name}/tasks", allowed=(404,))
        tasks = [] if answer.status_code == httpx.codes.NOT_FOUND else answer.json()
        return bool(tasks) and all(config.items() <= task["config"].items() for task in tasks)

    def restart(self, name: str) -> None:
        """Start a connector and its task again."""
        self._ask("POST", f"/connectors/{name}/restart", params={"includeTasks": "true"})

    def resume(self, name: str) -> None:
        """Let a paused or stopped connector go on."""
        self._ask("PUT", f"/connectors/{name}/resume")

    def remove(self, name: str) -> bool:
        """Stop a connector, forget its position and remove it; return whether there was one."""
        if self.config(name) is None:
            return False
        self._ask("PUT", f"/connectors/{name}/stop")
        self._until(lambda: self.state(name).state == "stopped", f"{name} 没有停下 does not stop: see `huiliu logs connect`")
        self._ask("DELETE", f"/connectors/{name}/offsets", allowed=(404,))
        self._ask("DELETE", f"/connectors/{name}", allowed=(404,))
        return True

    def _until(self, done: Any, failure: str) -> None:  # noqa: ANN401  # a condition
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise ConnectError(failure)
            time.sleep(_POLL_SECONDS)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        allowed: tuple[int, ...] = (),
        json: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask; wait while the worker is rebalancing."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while True:
            try:
                answer = self._client.request(method, path, json=json, params=params)
            except httpx.HTTPError as error:
                message = f"Connect 没有回答 does not answer at {self._url} ({type(error).__name__}): run huiliu up, or see `huiliu status`"
                raise ConnectError(message) from error
            if _rebalancing(answer) and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
                continue
            if answer.is_error and answer.status_code not in allowed:
                raise ConnectError(f"Connect 拒绝 refused {method} {path} ({answer.status_code}): {_first_error(answer)}")
            return answer


def state_of(status: Mapping[str, Any]) -> ConnectorState:
    """Return the state in a status answer of Connect."""
    parts = [status["connector"], *status.get("tasks", ())]
    for part in parts:
        if part["state"] == "FAILED":
            return ConnectorState("failed", failure_of(part.get("trace", "")))
    states = {part["state"] for part in parts}
    if states <= {"PAUSED", "STOPPED"}:
        return ConnectorState(parts[0]["state"].lower())
    return ConnectorState("running" if states == {"RUNNING"} and len(parts) > 1 else "starting")


def _rebalancing(answer: httpx.Response) -> bool:
    """Tell whether the worker asks to come again: 409, or 500 with these words while connectors are being spread."""
    return answer.status_code == httpx.codes.CONFLICT or (answer.is_server_error and "rebalance" in answer.text)


def _first_error(answer: httpx.Response) -> str:
    """Return Connect's own sentence of what is wrong with a configuration."""
    try:
        said = str(answer.json()["message"])
    except (ValueError, KeyError):
        return "no reason given; see `huiliu logs connect`"
    lines = [line for line in said.splitlines() if line and not line.endswith("error(s):")]
    return known_failure(said) or (lines or [said])[0][:300]
