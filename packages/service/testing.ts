export interface EventReaderOptions {
  /** A connection that is lost ends the stream like any other end, as when the test kills its server. */
  readonly mayBeLost?: boolean
}

/** What has come on an event stream so far. Disposing breaks it off. */
export class EventReader implements AsyncDisposable {
  readonly events: { readonly event: string; readonly data: unknown }[] = []
  /** False as soon as the other side has ended it, or the connection was lost. */
  isOpen = true
  readonly #abort: AbortController
  readonly #mayBeLost: boolean
  readonly #reading: Promise<void>

  /** @param abort what the request was made with */
  constructor(body: AsyncIterable<Uint8Array>, abort: AbortController, { mayBeLost = false }: EventReaderOptions = {}) {
    this.#abort = abort
    this.#mayBeLost = mayBeLost
    this.#reading = this.#read(body)
  }

  /** The data of all events of that name. */
  named(event: string): readonly unknown[] {
    return this.events.filter((each) => each.event === event).map(({ data }) => data)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#reading
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const piece of body) {
        const blocks = (text + decoder.decode(piece, { stream: true })).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      }
    } catch (error) {
      if (!this.#mayBeLost && !this.#abort.signal.aborted) throw error
    } finally {
      this.isOpen = false
    }
  }

  #take(block: string): void {
    const event = /^event: (.*)$/m.exec(block)?.[1]
    const data = /^data: (.*)$/m.exec(block)?.[1]
    if (event !== undefined && data !== undefined) this.events.push({ event, data: JSON.parse(data) })
  }
}
