import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChromium, openBrowser } from './browser.ts'
import { openOwnStack, type StackCopy } from './stack-copy.ts'

const STACK = `stack: secure
gateway:
  ports: { http: 3000, https: 3001, admin: 3002 }
  tls: { certificates: [{ certificate: tls/a.pem, key: tls/a.key }] }
services:
  page:
    run: { command: node, args: [page.mjs] }
    ports: { http: 3003 }
    routes: [/, { path: /ws, websocket: true }]
`

const PAGE = `import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
const html = \`<!doctype html><title>secure</title><link rel="icon" href="data:,"><p id="socket"></p><p id="events"></p><script>
  const show = (id, text) => { document.getElementById(id).textContent += text }
  const socket = new WebSocket('wss://' + location.host + '/ws')
  socket.onopen = () => socket.send('hello')
  socket.onmessage = ({ data }) => show('socket', data)
  new EventSource('/events').onmessage = ({ data }) => show('events', data)
</script>\`
const server = createServer((request, response) => {
  if (request.url !== '/events') return response.setHeader('Content-Type', 'text/html').end(html)
  response.setHeader('Content-Type', 'text/event-stream').write('data: one\\n\\n')
  setTimeout(() => response.write('data: two\\n\\n'), 300)
})
const sockets = new WebSocketServer({ server })
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send('heard ' + data)))
server.listen(Number(process.env.PORT), '127.0.0.1')
`

const chromium = findChromium()
const WAIT = { timeout: 15_000, interval: 50 } as const
let copy: StackCopy
let browser: Browser

beforeAll(async () => {
  if (chromium === undefined) return
  copy = await openOwnStack({ 'portolan.yaml': STACK, 'page.mjs': PAGE })
  await makeCertificate(join(copy.folder, 'tls'))
  await copy.up()
  browser = await openBrowser(chromium)
}, 120_000)

afterAll(async () => {
  if (chromium === undefined) return
  await browser.close()
  await copy[Symbol.asyncDispose]()
}, 60_000)

async function makeCertificate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'a.key')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await promisify(execFile)('openssl', ['req', '-x509', ...key, '-out', join(folder, 'a.pem'), '-days', '2', ...names])
}

function textOf(page: Page, selector: string): Promise<string | null> {
  return page.locator(selector).textContent()
}

test.skipIf(chromium === undefined)(
  'a page, its WebSocket and its event stream come by one HTTP/2 connection over TLS',
  async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`https://localhost:${copy.port(3001)}/`)
    await expect.poll(() => textOf(page, '#socket'), WAIT).toBe('heard hello')
    await expect.poll(() => textOf(page, '#events'), WAIT).toBe('onetwo')
    const protocol = await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
    expect(protocol).toBe('h2')
    const figures = await (await fetch(`http://localhost:${copy.port(3002)}/metrics`)).text()
    expect(figures).toMatch(/connections_open\{[^}]*"h2-tls"[^}]*\} 1\n/)
    expect(figures).not.toMatch(/connections_open\{[^}]*"h1-tls"[^}]*\} [1-9]/)
    expect(complaints).toEqual([])
    await context.close()
  },
  60_000,
)
