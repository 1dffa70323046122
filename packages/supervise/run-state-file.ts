import { errorMessage } from '@portolan/errors'
import type { DataFolder } from './data-folder.ts'
import { type RunState, writeRunState } from './run-state.ts'

/**
 * Keeps the run's state on disk up to date, one write at a time: what changes during a write is in the next one. A full
 * disk must not end what runs: it is said once, and the next change is written again.
 */
export class RunStateFile {
  readonly #folder: DataFolder
  readonly #current: () => RunState
  readonly #onNote: (note: string) => void
  #writing: Promise<void> | undefined
  #isStale = false
  #isFailing = false
  #isClosed = false

  constructor(folder: DataFolder, current: () => RunState, onNote: (note: string) => void) {
    this.#folder = folder
    this.#current = current
    this.#onNote = onNote
  }

  /** Returns at once; `close` waits for it. */
  save(): void {
    if (this.#isClosed) return
    this.#isStale = true
    this.#writing ??= this.#write()
  }

  /** Writes the last state; nothing is written after it. */
  async close(): Promise<void> {
    this.save()
    this.#isClosed = true
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      try {
        await writeRunState(this.#folder, this.#current())
        this.#isFailing = false
      } catch (error) {
        if (!this.#isFailing) this.#onNote(`The state could not be written: ${errorMessage(error)}`)
        this.#isFailing = true
      }
    }
    this.#writing = undefined
  }
}
