import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { errorCode } from '@portolan/errors'
import type { GatewayLogger } from '../log.ts'
import { CertificateStore } from './certificate-store.ts'
import { issuedFiles } from './issued-file.ts'
import type { TlsConfiguration } from './tls-configuration.ts'

/** What both sides may speak above TLS, the better one first (RFC 7301, RFC 9113 §3.2). */
const PROTOCOLS = ['h2', 'http/1.1']

export interface TlsGateOptions {
  readonly logger: GatewayLogger
  /** How long a handshake may take. */
  readonly handshakeMs: number
  /** How often certificate files are looked at. */
  readonly lookMs?: number | undefined
}

type OnSecure = (socket: TLSSocket, isHttp2: boolean) => void

/** Where connections are encrypted: takes raw ones, and hands on those whose handshake has succeeded. */
export class TlsGate {
  readonly #options: TlsGateOptions
  readonly #store: CertificateStore
  readonly #waiting = new Map<string, OnSecure>()
  #minimumVersion: TlsConfiguration['minimumVersion'] = 'TLSv1.2'
  #server: Server | undefined

  constructor(options: TlsGateOptions) {
    const { logger, lookMs } = options
    this.#options = options
    this.#store = new CertificateStore({ logger, lookMs, onChange: () => this.#showFirst() })
  }

  get certificates(): CertificateStore {
    return this.#store
  }

  /** @throws GATEWAY_CERTIFICATE_UNUSABLE, and what was shown before stays */
  async configure(tls: TlsConfiguration | undefined): Promise<void> {
    const { certificates = [], acme, minimumVersion = 'TLSv1.2' } = tls ?? {}
    this.#minimumVersion = minimumVersion
    await this.#store.configure(certificates, acme === undefined ? [] : issuedFiles(acme))
  }

  /** @param onSecure told the socket once it is encrypted; if its handshake fails it is closed, and nothing told */
  take(socket: Socket, onSecure: OnSecure): void {
    const key = keyOf(socket)
    this.#waiting.set(key, onSecure)
    socket.once('close', () => this.#waiting.delete(key))
    // What encrypts takes this over: who ends before anything is agreed on is gone, and is not waited for.
    socket.allowHalfOpen = false
    this.#server ??= this.#createServer()
    this.#server.emit('connection', socket)
  }

  close(): void {
    this.#store.close()
  }

  /** It listens to nothing: raw connections are put into it. */
  #createServer(): Server {
    const server = createServer({
      ALPNProtocols: PROTOCOLS,
      minVersion: this.#minimumVersion,
      handshakeTimeout: this.#options.handshakeMs,
      honorCipherOrder: true,
      ...this.#shownFirst(),
      SNICallback: (name, done) => done(null, this.#store.find(name)?.context),
    })
    server.on('secureConnection', (socket) => {
      const onSecure = this.#waiting.get(keyOf(socket))
      socket.allowHalfOpen = true
      if (onSecure === undefined) socket.destroy()
      else onSecure(socket, socket.alpnProtocol === 'h2')
    })
    server.on('tlsClientError', (error, socket) => {
      const code = errorCode(error) ?? error.message
      // Who only looks whether the port is open says nothing, and goes.
      if (code !== 'ECONNRESET') this.#options.logger.info({ code }, 'handshake failed')
      socket.destroy()
    })
    return server
  }

  #showFirst(): void {
    // `minVersion` is of the context that a handshake begins with, whichever certificate it ends with.
    this.#server?.setSecureContext({ minVersion: this.#minimumVersion, honorCipherOrder: true, ...this.#shownFirst() })
  }

  #shownFirst() {
    const first = this.#store.first
    return first === undefined ? {} : { cert: first.cert, key: first.key }
  }
}

/** Of a connection and of what is encrypted on it. */
function keyOf({ localPort, remoteAddress, remotePort }: Socket): string {
  return `${localPort} ${remoteAddress} ${remotePort}`
}
