import { type DataFolder, readHeldPorts } from '@portolan/supervise'

/** So that a machine that slept, or a clock that was set, is noticed; a timer alone counts neither. */
const LOOK_MS = 15_000

/** Fires when a preview's time is over, which `preview renew` may have put off meanwhile. */
export class PreviewClock implements Disposable {
  readonly #folder: DataFolder
  readonly #name: string
  readonly #ended = new AbortController()
  #until: Date
  #timer: NodeJS.Timeout | undefined
  #isDisposed = false

  constructor(folder: DataFolder, { name, until }: { readonly name: string; readonly until: Date }) {
    this.#folder = folder
    this.#name = name
    this.#until = until
  }

  /** Once its ports are held: what an earlier preview of this name has written down is its end, not this one's. */
  begin(): void {
    this.#wait()
  }

  /** Its reason is the sentence that says so. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    clearTimeout(this.#timer)
  }

  #wait(): void {
    if (this.#isDisposed) return
    const leftMs = this.#until.getTime() - Date.now()
    if (leftMs <= 0) {
      this.#end()
      return
    }
    this.#timer = setTimeout(
      () => {
        // What cannot be read leaves the time as it is known.
        this.#look().catch(() => this.#wait())
      },
      Math.min(leftMs, LOOK_MS),
    )
  }

  async #look(): Promise<void> {
    const written = (await readHeldPorts(this.#folder))?.until
    const until = new Date(written ?? Number.NaN)
    if (!Number.isNaN(until.getTime())) this.#until = until
    this.#wait()
  }

  #end(): void {
    this.#ended.abort(`The time of preview "${this.#name}" is over (${this.#until.toISOString()}).`)
  }
}
