import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { App } from '@portolan/service'

const HTML = 'text/html; charset=utf-8'
const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

// A list and not a folder: nothing is served that nobody has named.
const TYPES_BY_FILE = {
  'index.html': HTML,
  'page.css': CSS,
  'cards.css': CSS,
  'page.js': SCRIPT,
  'words.js': SCRIPT,
  'language.js': SCRIPT,
  'element.js': SCRIPT,
  'stream-state.js': SCRIPT,
  'clock-card.js': SCRIPT,
  'tide-card.js': SCRIPT,
  'tide-chart.js': SCRIPT,
  'guestbook-card.js': SCRIPT,
  'guest-form.js': SCRIPT,
  'guest-socket.js': SCRIPT,
  'port-table.js': SCRIPT,
  'icon.svg': 'image/svg+xml',
} as const

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const

/** Serves the page's files. Each is read when it is asked for, so that a change shows at the next reload. */
export function addPageFiles(app: App, folder: URL): void {
  for (const [name, type] of Object.entries(TYPES_BY_FILE)) {
    app.get(name === 'index.html' ? '/' : `/${name}`, async (request, reply) => {
      const bytes = await readFile(new URL(name, folder))
      const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
      void reply.headers({ ...HEADERS, etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(type).send(bytes)
    })
  }
}
