import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A client's connection, whichever version of HTTP it speaks. */
interface ClientConnection {
  readonly socket: Socket
  /** Ends what has stood still for too long. */
  sweep(): void
  closeWhenIdle(): void
  /** It may be asked once more, and closes then. */
  closeAfterNext(): void
  destroy(): void
}

/** Which client connections are open: what a drain and the time limits need to know. */
export class Connections {
  readonly #open = new Set<ClientConnection>()
  /** What have become WebSockets: they end by themselves. */
  readonly #tunnels = new Set<Duplex>()
  #isDraining = false

  get isDraining(): boolean {
    return this.#isDraining
  }

  add(connection: ClientConnection): void {
    this.#open.add(connection)
    if (this.#isDraining) connection.closeWhenIdle()
    connection.socket.once('close', () => this.#open.delete(connection))
  }

  /** It is somebody else's from now on. */
  forget(connection: ClientConnection): void {
    this.#open.delete(connection)
  }

  keepTunnel(connection: ClientConnection, socket: Duplex): void {
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
    for (const connection of this.#open) connection.destroy()
    for (const socket of this.#tunnels) socket.destroy()
  }
}
