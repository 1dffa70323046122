import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@portolan/service'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Entry } from './entry.ts'

/** What a page is told. The first message carries the protocol's version. */
export type GuestMessage =
  | { readonly type: 'hello'; readonly version: 1 }
  | { readonly type: 'entry'; readonly entry: Entry }

export interface GuestSocketsOptions {
  readonly path: string
  readonly pingMs?: number
  /** A page that lets more than this pile up is cut; it comes back and reads the list again. */
  readonly backlogBytes?: number
}

const DEFAULTS = { pingMs: 20_000, backlogBytes: 262_144 } as const
const GOING_AWAY = 1001 // RFC 6455 §7.4.1

/** The WebSockets of all open pages of this process. */
export class GuestSockets {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false })
  readonly #answering = new WeakSet<WebSocket>()
  readonly #pings: NodeJS.Timeout
  readonly #options: Required<GuestSocketsOptions>
  readonly #logger: Pick<Logger, 'info'>

  constructor(options: GuestSocketsOptions, logger: Pick<Logger, 'info'>) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
    this.#logger = logger
    this.#pings = setInterval(() => this.#ping(), this.#options.pingMs)
  }

  get count(): number {
    return this.#server.clients.size
  }

  /** A listener for `upgrade`. Whoever asks for another path is refused: the server has no other WebSocket. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== this.#options.path) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (client) => this.#accept(client))
  }

  announce(entry: Entry): void {
    for (const client of this.#server.clients) this.#send(client, { type: 'entry', entry })
  }

  /** Says goodbye to every page; one that does not answer is cut with its connection by whoever closes the server. */
  close(): void {
    clearInterval(this.#pings)
    for (const client of this.#server.clients) client.close(GOING_AWAY)
    this.#server.close()
  }

  #accept(client: WebSocket): void {
    this.#answering.add(client)
    client.on('pong', () => this.#answering.add(client))
    client.on('error', (error) => this.#logger.info({ err: error }, 'a page broke its WebSocket'))
    this.#send(client, { type: 'hello', version: 1 })
  }

  #send(client: WebSocket, message: GuestMessage): void {
    if (client.bufferedAmount > this.#options.backlogBytes) client.terminate()
    else client.send(JSON.stringify(message))
  }

  /** A page that did not answer the last ping is gone, though its connection may look open for hours. */
  #ping(): void {
    for (const client of this.#server.clients) {
      if (this.#answering.delete(client)) client.ping()
      else client.terminate()
    }
  }
}
