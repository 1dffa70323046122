import type { StateChange, StateName } from '@portolan/supervise'
import type { CliContext } from './cli-context.ts'
import { type Colours, coloursFor, formatDuration, visibleLines } from './terminal.ts'

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const FRAME_MS = 100
const CLEAR_LINE = '\r\u001b[2K'

/**
 * What a person sees while a stack starts and stops: a line for everything that is settled, and at a terminal one
 * moving line below it for what is under way. In a file it is just the lines.
 */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream
  readonly #colours: Colours
  readonly #busy = new Map<string, StateName>()
  readonly #beganAt = new Map<string, number>()
  readonly #width: number
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(context: CliContext, serviceNames: readonly string[]) {
    this.#stream = context.stdout
    this.#colours = coloursFor(context.stdout, context)
    this.#width = Math.max(0, ...serviceNames.map((name) => name.length))
    if (this.#stream.isTTY) this.#timer = setInterval(() => this.#draw(), FRAME_MS)
  }

  show({ service, from, to, reason }: StateChange): void {
    const isUnderWay = to === 'starting' || to === 'stopping'
    if (isUnderWay) this.#busy.set(service, to)
    else this.#busy.delete(service)
    if (isUnderWay) this.#beganAt.set(service, performance.now())
    const tookMs = performance.now() - (this.#beganAt.get(service) ?? performance.now())
    const words = this.#words({ from, to, reason, tookMs })
    if (words !== undefined) this.say(`${words.sign} ${service.padEnd(this.#width)}  ${words.text}`)
  }

  /** One line that stays. */
  say(line: string): void {
    this.#stream.write(`${this.#clear()}${line}\n`)
    this.#draw()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#stream.write(this.#clear())
    this.#timer = undefined
  }

  #words(change: {
    readonly from: StateName
    readonly to: StateName
    readonly reason: string | undefined
    readonly tookMs: number
  }) {
    const { green, red, yellow, dim } = this.#colours
    const took = dim(formatDuration(change.tookMs))
    switch (change.to) {
      case 'healthy':
        return change.from === 'starting'
          ? { sign: green('✓'), text: `healthy  ${took}` }
          : { sign: green('✓'), text: 'healthy again' }
      case 'unhealthy':
        return { sign: yellow('!'), text: `unhealthy: ${visibleLines(change.reason ?? '')}` }
      case 'failed':
        return { sign: red('✗'), text: `failed: ${visibleLines(change.reason ?? '')}` }
      case 'stopped':
        return change.from === 'stopping'
          ? { sign: dim('·'), text: dim(`stopped  ${formatDuration(change.tookMs)}`) }
          : undefined
      case 'waiting':
      case 'starting':
      case 'stopping':
        return undefined
    }
  }

  #draw(): void {
    if (this.#timer === undefined || this.#busy.size === 0) return
    this.#frame = (this.#frame + 1) % SPINNER.length
    const sign = SPINNER[this.#frame] ?? ''
    const groups = Map.groupBy(this.#busy, ([, state]) => state)
    const text = [...groups]
      .map(([state, entries]) => `${state} ${entries.map(([name]) => name).join(', ')}`)
      .join('; ')
    const room = Math.max(20, (this.#stream.columns ?? 80) - 4)
    this.#stream.write(`${this.#clear()}${this.#colours.cyan(sign)} ${this.#colours.dim(text.slice(0, room))}`)
  }

  #clear(): string {
    return this.#timer === undefined ? '' : CLEAR_LINE
  }
}
