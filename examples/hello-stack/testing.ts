import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** One service of the stack as a process of its own, on a port that the system chose; ended with the test. */
export class ServiceProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>
  readonly #port = Promise.withResolvers<string>()

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    const env = { PATH: process.env.PATH, PORT: '0', ...environment }
    this.#child = spawn(command, args, { cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#exit = once(this.#child, 'exit').then(([code, signal]: unknown[]) => code ?? signal)
    let output = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const port = /(?:on port |"port":)(\d+)/.exec(output)?.[1]
      if (port !== undefined) this.#port.resolve(port)
    })
    this.#child.once('close', () => this.#port.reject(new Error(`It ended before it said its port:\n${output}`)))
    this.#port.promise.catch(() => undefined) // whoever asks for the origin is told
  }

  /** Resolves when the service has said its port. */
  async origin(): Promise<string> {
    return `http://127.0.0.1:${await this.#port.promise}`
  }

  /** SIGTERM, as the supervisor stops it. @returns the exit code, or the signal that ended it */
  stop(): Promise<unknown> {
    this.#child.kill('SIGTERM')
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }
}

export function startClock(): ServiceProcess {
  return new ServiceProcess(process.execPath, ['clock/server.mjs'], {})
}

export function startTides(): ServiceProcess {
  return new ServiceProcess('python3', ['tides/server.py'], {})
}

export function startModule(folder: string, environment: Readonly<Record<string, string>>): ServiceProcess {
  return new ServiceProcess(process.execPath, [`${folder}/main.ts`], environment)
}

/** Reads the text of an answer as it comes. */
export async function readUntil(answer: Response, isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  if (answer.body === null) return text
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (isEnough(text)) break
  }
  return text
}
