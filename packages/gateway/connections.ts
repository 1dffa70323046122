import type { Duplex } from 'node:stream'
import type { ServerConnection } from './http1/server-connection.ts'

/** Which client connections are open: what a drain and the time limits need to know. */
export class Connections {
  readonly #open = new Set<ServerConnection>()
  /** What have become WebSockets: they end by themselves. */
  readonly #tunnels = new Set<Duplex>()
  #isDraining = false

  get isDraining(): boolean {
    return this.#isDraining
  }

  add(connection: ServerConnection): void {
    this.#open.add(connection)
    connection.socket.once('close', () => this.#open.delete(connection))
  }

  keepTunnel(connection: ServerConnection, socket: Duplex): void {
    this.#open.delete(connection)
    this.#tunnels.add(socket)
    socket.once('close', () => this.#tunnels.delete(socket))
  }

  sweep(): void {
    for (const connection of this.#open) connection.sweep()
  }

  /** Ends the idle connections now, and each other one as soon as it becomes idle. */
  drain(): void {
    this.#isDraining = true
    for (const connection of this.#open) connection.closeWhenIdle()
  }

  /** Lets each go on until it has been asked once more, or has been idle for as long as it may be. */
  handOver(): void {
    for (const connection of this.#open) connection.closeAfterNext()
  }

  destroy(): void {
    this.#isDraining = true
    for (const { socket } of this.#open) socket.destroy()
    for (const socket of this.#tunnels) socket.destroy()
  }
}
