"""The router of code-hub's document: FastAPI and httpx. Kinder to it than the sketch, which opens a client for each
request and reads every answer whole: one client with kept connections here, and answers are streamed."""
import asyncio
import os
import uuid

import httpx
import websockets
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

REQUESTS = f"http://127.0.0.1:{os.environ['REQUEST_PORT']}"
LIVE = f"127.0.0.1:{os.environ['LIVE_PORT']}"
HOPS = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}

app = FastAPI()
limits = httpx.Limits(max_connections=None, max_keepalive_connections=256, keepalive_expiry=600)
client = httpx.AsyncClient(limits=limits, timeout=httpx.Timeout(None, connect=5))


@app.websocket("/live/{path:path}")
async def tunnel(page: WebSocket, path: str):
    async with websockets.connect(f"ws://{LIVE}/live/{path}", compression=None) as service:
        await page.accept()

        async def up():
            try:
                while True:
                    await service.send(await page.receive_text())
            except WebSocketDisconnect:
                await service.close()

        async def down():
            async for message in service:
                await page.send_text(message)

        await asyncio.gather(up(), down())


@app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
async def route(request: Request, path: str):
    request_id = uuid.uuid4().hex
    headers = {name: value for name, value in request.headers.items() if name not in HOPS}
    headers["x-forwarded-for"] = request.client.host
    headers["x-forwarded-proto"] = "http"
    headers["x-forwarded-host"] = request.headers["host"]
    headers["x-request-id"] = request_id
    upstream = f"http://{LIVE}" if path.startswith("live/") else REQUESTS
    content = request.stream() if "content-length" in headers else None
    outgoing = client.build_request(request.method, f"{upstream}/{path}", headers=headers, content=content)
    answer = await client.send(outgoing, stream=True)
    kept = {name: value for name, value in answer.headers.items() if name not in HOPS}
    kept["x-request-id"] = request_id
    return StreamingResponse(
        answer.aiter_raw(), status_code=answer.status_code, headers=kept, background=Closing(answer)
    )


class Closing:
    def __init__(self, answer):
        self.answer = answer

    async def __call__(self):
        await self.answer.aclose()
