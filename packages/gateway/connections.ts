import type { Socket } from 'node:net'

/** Which client connections are open and how many exchanges run on each: what a drain needs to know. */
export class Connections {
  readonly #openCounts = new Map<Socket, number>()
  #isDraining = false

  get isDraining(): boolean {
    return this.#isDraining
  }

  add(socket: Socket): void {
    this.#openCounts.set(socket, 0)
    socket.once('close', () => this.#openCounts.delete(socket))
  }

  /** Keeps the connection from counting as idle until the function that it gives back is called. */
  hold(socket: Socket): () => void {
    this.#openCounts.set(socket, this.openCount(socket) + 1)
    let isHeld = true
    return () => {
      if (!isHeld || !this.#openCounts.has(socket)) return
      isHeld = false
      this.#openCounts.set(socket, this.openCount(socket) - 1)
      if (this.#isDraining) this.#endIdle(socket)
    }
  }

  openCount(socket: Socket): number {
    return this.#openCounts.get(socket) ?? 0
  }

  /** Ends the idle connections now, and each other one as soon as it becomes idle. */
  drain(): void {
    this.#isDraining = true
    for (const socket of this.#openCounts.keys()) this.#endIdle(socket)
  }

  destroy(): void {
    this.#isDraining = true
    for (const socket of this.#openCounts.keys()) socket.destroy()
  }

  #endIdle(socket: Socket): void {
    // destroySoon writes out what is still buffered; destroy would cut off the end of an answer.
    if (this.openCount(socket) === 0) socket.destroySoon()
  }
}
