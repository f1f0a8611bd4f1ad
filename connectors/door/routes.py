"""The door's API: records, bulks and files in; receipts and calls out."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from connectors.door import records
from connectors.door.access import Access
from connectors.door.bodies import Spool, Turns, small, spool
from connectors.door.bulk import AVRO, NDJSON
from connectors.door.bulk import MOST_BYTES as MOST_BULK_BYTES
from connectors.door.checking import check
from connectors.door.desk import Desk
from connectors.door.form import form_of
from connectors.door.problems import ProblemError, Spot, pointer
from connectors.intake.receipt import Receipt
from domain.contract import Contract

MOST_FILE_BYTES = 256 << 20
_DELIVERIES = 4  # of one provider, under way at the same time
_MOST_NAME = 200
_MOST_LISTED = 200
_MOST_REJECTS = 100
_MOST_DECISION = 4096
_JSON = "application/json"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_small_number = re.compile(r"[1-9][0-9]{0,8}", re.ASCII).fullmatch
_idempotency_key = re.compile(r"[\x21-\x7e]{8,200}").fullmatch


def api_router(desk: Desk, access: Access, spools: Spool) -> APIRouter:
    """Return the routes under ``/v1``. Every handler lets the provider in before it reads a body."""
    api = _Api(desk, access, spools)
    router = APIRouter(prefix="/v1")
    router.add_api_route("/providers/{slug}", api.describe, methods=["GET"])
    router.add_api_route("/providers/{slug}/records", api.take, methods=["POST"], status_code=202)
    router.add_api_route("/providers/{slug}/files", api.upload, methods=["POST"], status_code=202)
    router.add_api_route("/providers/{slug}/check", api.check_record, methods=["POST"])
    router.add_api_route("/providers/{slug}/receipts", api.history, methods=["GET"])
    router.add_api_route("/providers/{slug}/calls", api.calls, methods=["GET"])
    router.add_api_route("/receipts/{receipt_id}", api.receipt, methods=["GET"])
    router.add_api_route("/receipts/{receipt_id}/rejects.xlsx", api.rejects, methods=["GET"])
    router.add_api_route("/receipts/{receipt_id}/confirm", api.confirm, methods=["POST"])
    router.add_api_route("/receipts/{receipt_id}/cancel", api.cancel, methods=["POST"])
    return router


class _Api:
    """The handlers; what they do in the store, Kafka or files is done in a thread."""

    def __init__(self, desk: Desk, access: Access, spools: Spool) -> None:
        self._desk = desk
        self._access = access
        self._spools = spools
        self._turns = Turns(_DELIVERIES)

    async def describe(self, request: Request, slug: str) -> Response:
        """Tell what may be handed in: tables, columns, what they are called, which are required, their codes."""
        return _json(form_of(await self._let_in(request, slug)).as_json())

    async def take(self, request: Request, slug: str) -> Response:
        """Take one record, or a bulk.

        One record is JSON ``{"table", "op", "values"}``; a bulk is NDJSON of such, or an Avro container. An upsert is the whole
        record: with a key that is known it corrects that record, and what it leaves out becomes empty. The receipt can be followed.
        """
        contract = await self._let_in(request, slug)
        media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type == _JSON:
            return _accepted(await self._one(request, contract))
        if media_type in {NDJSON, AVRO}:
            return _accepted(await self._many(request, contract, media_type))
        raise ProblemError(415, "wrong_type", headers={"Accept-Post": f"{_JSON}, {NDJSON}, {AVRO}"})

    async def upload(self, request: Request, slug: str) -> Response:
        """Take a periodic copy: the file itself is the body, ``name`` its name. One receipt a table."""
        contract, call = await self._let_in(request, slug), _call(request)
        name = request.query_params.get("name", "")[-_MOST_NAME:] or "upload"
        async with self._turns.of(slug), self._spools.turn():
            with self._spools.named(name) as file:
                await spool(request, file, MOST_FILE_BYTES)
                table = request.query_params.get("table") or None
                taken = await run_in_threadpool(self._desk.file, contract, file.name, name, table, call)
        return _json({"receipts": [_receipt(each) for each in taken]}, 202)

    async def check_record(self, request: Request, slug: str) -> Response:
        """Say column by column what the stream's rules make of a record; nothing is kept."""
        contract = await self._let_in(request, slug)
        table, row = records.read_record(await small(request, records.MOST_BYTES), contract)
        checked = await run_in_threadpool(check, contract, table, row)
        columns = [verdict.as_json() for verdict in checked.verdicts]
        return _json({"ok": not checked.errors, "columns": columns, "errors": [spot.as_json() for spot in checked.errors]})

    async def history(self, request: Request, slug: str, limit: str = "20") -> Response:
        """List the provider's receipts, newest first."""
        contract = await self._let_in(request, slug)
        most = min(_number(limit), _MOST_LISTED)
        return _json({"receipts": [_receipt(each) for each in await run_in_threadpool(self._desk.history, contract, most)]})

    async def calls(self, request: Request, slug: str) -> Response:
        """List the office's calls, open ones first; ``now_ms`` is the clock their times are to be read by."""
        contract = await self._let_in(request, slug)
        return _json({"now_ms": self._desk.now_ms(), "calls": await run_in_threadpool(self._desk.calls, contract)})

    async def receipt(self, request: Request, receipt_id: str) -> Response:
        """Tell where a delivery is: received, sent, searchable, and how many of its rows are."""
        found = await self._own_receipt(request, receipt_id)
        return _json(_receipt(found, await run_in_threadpool(self._desk.progress, found)))

    async def rejects(self, request: Request, receipt_id: str) -> Response:
        """Give the workbook of rejected rows with the reason beside each: to mend in it, and hand in again."""
        found = await self._own_receipt(request, receipt_id)
        if not found.rejected:
            raise ProblemError(404, "not_found")
        async with self._spools.turn():
            path = await run_in_threadpool(self._spools.fill, ".xlsx", partial(self._desk.rejects, found))
        gone = BackgroundTask(Path(path).unlink, missing_ok=True)
        return FileResponse(path, media_type=_XLSX, filename=f"rejects-{found.id}.xlsx", background=gone)

    async def confirm(self, request: Request, receipt_id: str) -> Response:
        """Send a copy that waits because it is beyond its limits: ``{"by": office or post}``."""
        return await self._decide(request, receipt_id, confirm=True)

    async def cancel(self, request: Request, receipt_id: str) -> Response:
        """Drop a copy that waits: ``{"by": office or post}``."""
        return await self._decide(request, receipt_id, confirm=False)

    async def _one(self, request: Request, contract: Contract) -> Receipt:
        key, call = _key(request, required=False), _call(request)
        table, row = records.read_record(await small(request, records.MOST_BYTES), contract)
        async with self._turns.of(contract.provider):
            return await run_in_threadpool(self._desk.record, contract, table, row, key, call)

    async def _many(self, request: Request, contract: Contract, media_type: str) -> Receipt:
        key, call = _key(request, required=True), _call(request)
        table = records.table_of(contract, request.query_params.get("table"))
        if table is None:
            raise ProblemError(422, "unknown_table")
        async with self._turns.of(contract.provider), self._spools.turn():
            with self._spools.nameless() as file:
                digest = await spool(request, file, MOST_BULK_BYTES)
                return await run_in_threadpool(self._desk.bulk, contract, table, file, media_type, digest, key or "", call)

    async def _decide(self, request: Request, receipt_id: str, *, confirm: bool) -> Response:
        found = await self._own_receipt(request, receipt_id)
        try:
            by = orjson.loads(await small(request, _MOST_DECISION))["by"].strip()
        except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
            by = ""
        if not 0 < len(by) <= _MOST_NAME:
            raise ProblemError(422, "no_name", (Spot(pointer("by"), "no_name"),))
        return _json(_receipt(await run_in_threadpool(self._desk.decide, found, by, confirm=confirm)))

    async def _let_in(self, request: Request, slug: str) -> Contract:
        return await run_in_threadpool(self._access.provider, request, slug)

    async def _own_receipt(self, request: Request, receipt_id: str) -> Receipt:
        """Return a receipt of the provider that asks; another's, and one that is not there, look alike."""
        number = int(receipt_id) if _small_number(receipt_id) else 0
        found = await run_in_threadpool(self._desk.receipt, number)
        try:
            await self._let_in(request, found.provider if found else "")
        except ProblemError as error:
            if error.code == "not_let_in":
                raise ProblemError(404, "not_found") from None
            raise
        if found is None:
            raise ProblemError(404, "not_found")
        return found


def _call(request: Request) -> int | None:
    text = request.query_params.get("call") or request.headers.get("huiliu-call")
    return _number(text) if text else None


def _number(text: str) -> int:
    if not _small_number(text):
        raise ProblemError(422, "bad_number")
    return int(text)


def _key(request: Request, *, required: bool) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        if required:
            raise ProblemError(400, "no_idempotency_key")
        return None
    if not _idempotency_key(key):
        raise ProblemError(400, "bad_idempotency_key")
    return key


def _accepted(receipt: Receipt) -> Response:
    location = f"/v1/receipts/{receipt.id}"
    return Response(orjson.dumps(_receipt(receipt)), 202, {"Location": location}, _JSON)


def _receipt(receipt: Receipt, searchable: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a receipt as the API shows it; never a value."""
    state = {"staged": "received", "sending": "received", "done": "sent"}.get(receipt.state, receipt.state)
    if state == "sent" and searchable is not None and searchable["found"] == searchable["of"]:
        state = "searchable"
    counts = {name: getattr(receipt, name) for name in ("rows", "created", "updated", "deleted", "unchanged", "rejected", "flagged")}
    return {
        "id": receipt.id,
        "href": f"/v1/receipts/{receipt.id}",
        "provider": receipt.provider,
        "table": receipt.table,
        "kind": receipt.kind,
        "name": receipt.name,
        "state": state,
        **counts,
        "received_ms": receipt.received_ms,
        "done_ms": receipt.done_ms,
        "reason": receipt.reason,
        "call_id": receipt.call_id,
        "notes": list(receipt.notes),
        "rejects": [
            {"line": each.line, "column": each.column, "reason": each.reason, "remedy": each.remedy}
            for each in receipt.rejects[:_MOST_REJECTS]
        ],
        "searchable": searchable and {**searchable, "sent": receipt.created + receipt.updated + receipt.deleted},
    }


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type=_JSON)
