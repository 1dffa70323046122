import { setInterval as every } from 'node:timers/promises'
import { vi } from 'vitest'
import type { ApiAnswer } from './api-answer.ts'

const PACE_MS = 50
const WAIT = { timeout: 60_000, interval: 20 } as const

/** One question that was asked while something was broken, and how it went. */
export interface Observation {
  readonly question: string
  /** 0 when there was no answer at all. */
  readonly status: number
  /** The code of a refusal. */
  readonly code: string | undefined
  readonly tookMs: number
}

export type Questions = Readonly<Record<string, () => Promise<ApiAnswer>>>

/** Asks the same questions all the time, each as soon as its last answer is there, and remembers how each of them went. */
export class Traffic implements AsyncDisposable {
  readonly observed: Observation[] = []
  readonly #questions: Questions
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #working: Promise<void>

  constructor(questions: Questions) {
    this.#questions = questions
    this.#working = this.#work()
  }

  /** Resolves when every one of these questions has been answered well once from now on; all of them unless said. */
  allWork(questions: readonly string[] = Object.keys(this.#questions)): Promise<void> {
    return this.#each(questions, ({ status }) => status > 0 && status < 400)
  }

  /** Resolves when every one of these questions has been refused once from now on. */
  allFail(questions: readonly string[] = Object.keys(this.#questions)): Promise<void> {
    return this.#each(questions, ({ status }) => status >= 400)
  }

  /** What was not answered well so far. */
  get failures(): readonly Observation[] {
    return this.observed.filter(({ status }) => status === 0 || status >= 400)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#working
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #each(questions: readonly string[], isMeant: (observation: Observation) => boolean): Promise<void> {
    const from = this.observed.length
    await vi.waitFor(() => {
      const seen = new Set(
        this.observed
          .slice(from)
          .filter(isMeant)
          .map(({ question }) => question),
      )
      const missing = questions.filter((question) => !seen.has(question))
      if (missing.length > 0) throw new Error(`Not so yet: ${missing.join(', ')}; ${this.#lastOf(missing)}`)
    }, WAIT)
  }

  #lastOf(questions: readonly string[]): string {
    const last = questions.map((question) => this.observed.findLast((each) => each.question === question))
    return JSON.stringify(last)
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping
    try {
      for await (const _ of every(PACE_MS, undefined, { signal })) this.#askIdle()
    } catch (error) {
      if (!signal.aborted) throw error
    }
    await Promise.all(this.#underWay.values())
  }

  #askIdle(): void {
    for (const [question, ask] of Object.entries(this.#questions)) {
      if (this.#underWay.has(question)) continue
      const answered = observe(question, ask).then((observation) => {
        this.observed.push(observation)
        this.#underWay.delete(question)
      })
      this.#underWay.set(question, answered)
    }
  }
}

async function observe(question: string, ask: () => Promise<ApiAnswer>): Promise<Observation> {
  const startedAt = performance.now()
  const tookMs = () => Math.round(performance.now() - startedAt)
  try {
    const { status, code } = await ask()
    return { question, status, code, tookMs: tookMs() }
  } catch (error) {
    return { question, status: 0, code: String(error), tookMs: tookMs() }
  }
}
