import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { errorCode, errorMessage } from '@portolan/errors'
import { identifyProcess } from '@portolan/observe'
import { recordUnusable, startFailed } from './errors.ts'
import type { Arrival, Runner, SlotPlace, Started } from './occupant.ts'
import { OCCUPANT_VARIABLE, processHome, processWords } from './process-home.ts'
import { type ProcessRecord, ProcessRecords } from './process-record.ts'

export interface CommandSettings {
  readonly command: string
  readonly args: readonly string[]
  /** Where it runs. */
  readonly folder: string
  /**
   * What it gets besides PORT and what says who it is (PORTOLAN_SLOT, PORTOLAN_VERSION …), and nothing else: of the
   * deployer's own environment `inheritedVariables` is what a program should have, and `readVariables` what it was given.
   */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface CommandRunnerOptions {
  /** Where it is written down what runs, and what it printed; the same for all deploys of this machine's user. */
  readonly stateFolder: string
}

/**
 * Waits for a word before it becomes the program, which keeps its pid and start time: a deployer that is killed before
 * it has written those down says nothing, and nothing runs that nobody knows of.
 */
const LAUNCHER = 'read -r word && exec "$@" </dev/null'
const OUTPUT_BYTES = 4_096
const OUTPUT_LINES = 20
const EXIT_WAIT_MS = 5_000

/**
 * Runs a version as a command of this machine, which goes on when the deployer has ended. Nothing starts it again when it
 * dies: for that there are containers.
 */
export function commandRunner(settings: CommandSettings, { stateFolder }: CommandRunnerOptions): Runner {
  return {
    kind: 'command',
    home: processHome(stateFolder),
    isLocal: true,
    addresses: ['127.0.0.1', '::1'],
    start: (place, arrival, { signal }) => {
      signal.throwIfAborted()
      return start(new ProcessRecords(stateFolder, place.port), settings, { place, arrival })
    },
  }
}

interface Start {
  readonly place: SlotPlace
  readonly arrival: Arrival
}

async function start(records: ProcessRecords, settings: CommandSettings, asked: Start): Promise<Started> {
  await records.prepare()
  const mark = randomUUID()
  const logPath = records.logPath(mark)
  await using log = await openLog(logPath, asked)
  const child = await spawnLauncher(settings, { log, mark, ...asked })
  const ending = endingOf(child)
  const record = await writtenDown(records, child, { mark, settings, ...asked })
  // From here on it is the program.
  child.stdin?.end('go\n')
  child.unref()
  const { version, token } = asked.arrival
  return {
    occupant: { kind: 'command', id: mark, words: processWords(record), version, token, isRunning: true },
    findEnd: async () => ending.words,
    readOutput: () => readOutput(logPath),
  }
}

/** With a first line, so that a full disk shows before anything runs. @throws DEPLOY_RECORD_UNUSABLE */
async function openLog(path: string, { place, arrival }: Start): Promise<FileHandle> {
  try {
    const log = await open(path, 'ax', 0o600)
    try {
      const { project, environment, half, port } = place
      await log.appendFile(`portolan: ${project} ${environment} ${half} ${port}, version ${arrival.version}\n`)
      await log.sync()
      return log
    } catch (error) {
      await log.close()
      await rm(path, { force: true })
      throw error
    }
  } catch (error) {
    throw recordUnusable(path, error)
  }
}

interface Launch extends Start {
  readonly log: FileHandle
  readonly mark: string
}

async function spawnLauncher(settings: CommandSettings, { log, mark, ...asked }: Launch): Promise<ChildProcess> {
  const { command, args, folder } = settings
  const child = spawn('/bin/sh', ['-c', LAUNCHER, 'sh', command, ...args], {
    cwd: folder,
    // A process group of its own: Ctrl-C at the deployer's terminal does not reach it, and it can be ended as a whole.
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: { ...settings.environment, ...ownVariables(asked), [OCCUPANT_VARIABLE]: mark },
  })
  try {
    await once(child, 'spawn')
    return child
  } catch (error) {
    // The system says ENOENT for the folder to run in, too.
    const why = errorCode(error) === 'ENOENT' ? new Error(`there is no folder "${folder}" to run in`) : error
    throw startFailed(`"${command}"`, why)
  }
}

function ownVariables({ place, arrival }: Start): Readonly<Record<string, string>> {
  return {
    PORT: String(place.port),
    PORTOLAN_PROJECT: place.project,
    PORTOLAN_ENVIRONMENT: place.environment,
    PORTOLAN_SLOT: place.half,
    PORTOLAN_VERSION: arrival.version,
  }
}

interface Ending {
  /** As the end of "it …"; undefined while it runs. */
  readonly words: string | undefined
}

function endingOf(child: ChildProcess): Ending {
  let words: string | undefined
  child.once('exit', (status, signal) => {
    words = `ended with ${signal === null ? `exit status ${status ?? 'unknown'}` : `signal ${signal}`}`
  })
  // A program that has ended reads no word; how it ended is known by then.
  child.stdin?.on('error', () => undefined)
  return {
    get words() {
      return words
    },
  }
}

interface Spawned extends Start {
  readonly mark: string
  readonly settings: CommandSettings
}

async function writtenDown(records: ProcessRecords, child: ChildProcess, spawned: Spawned): Promise<ProcessRecord> {
  const { mark, settings, place, arrival } = spawned
  try {
    const identity = await identifyProcess(child.pid ?? 0)
    if (identity === undefined) throw startFailed(`"${settings.command}"`, new Error('it ended at once'))
    const command = [settings.command, ...settings.args]
    const startedAt = new Date().toISOString()
    const record = { mark, identity, ...place, ...arrival, command, startedAt }
    await records.write(record)
    return record
  } catch (error) {
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(EXIT_WAIT_MS) })
    child.stdin?.end() // without the word the launcher ends by itself
    await exited
    throw error
  }
}

async function readOutput(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(OUTPUT_BYTES),
      position: Math.max(0, size - OUTPUT_BYTES),
    })
    const lines = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n').slice(-OUTPUT_LINES)
    return `It printed last:\n${lines.join('\n')}\nAll of it is in "${path}".`
  } catch (error) {
    return `Its output cannot be read: ${errorMessage(error)}.`
  }
}
