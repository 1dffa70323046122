import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'

const run = promisify(execFile)
const PROGRAMS = ['bash', 'curl', 'jq'] as const

/** The programs that a runner has and this machine has not. */
export async function missingPrograms(PATH: string): Promise<readonly string[]> {
  const isThere = (program: string) =>
    run(program, ['--version'], { env: { PATH } }).then(
      () => true,
      () => false,
    )
  const found = await Promise.all(PROGRAMS.map(isThere))
  return PROGRAMS.filter((_, index) => found[index] === false)
}

export interface StepOptions {
  readonly workflow: string
  /** Where `https://registry.example.com` is. */
  readonly url: string
  /** The secret `CODEB_API_KEY`. */
  readonly key: string
  /** A folder for what the step writes. */
  readonly folder: string
  readonly PATH: string
}

/** Runs the step `Allocate ports` of a workflow as GitHub's runner does, and gives its outputs. */
export async function runAllocateStep(options: StepOptions): Promise<string> {
  const { workflow, url, key, folder, PATH } = options
  const script = runTextOf(await readFile(workflow, 'utf8'))
    .replaceAll('https://registry.example.com', url)
    .replaceAll('${{ secrets.CODEB_API_KEY }}', key)
  const outputs = path.join(folder, 'github-output')
  await run('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    env: { PATH, GITHUB_OUTPUT: outputs },
  })
  const text = await readFile(outputs, 'utf8')
  await rm(outputs)
  return text
}

/** Runs the action that a workflow uses, as GitHub's runner does: its inputs by the environment, its outputs by a file. */
export async function runActionStep({ workflow, url, key, folder, PATH }: StepOptions): Promise<string> {
  const { with: inputs = {} } = allocateStepOf(await readFile(workflow, 'utf8'))
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, String(value)])
  const own = { 'INPUT_REGISTRY-URL': url, 'INPUT_API-KEY': key }
  const outputs = path.join(folder, 'action-output')
  const files = { GITHUB_OUTPUT: outputs, GITHUB_ENV: path.join(folder, 'action-env') }
  for (const file of Object.values(files)) await writeFile(file, '')
  const env = { PATH, GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1', ...Object.fromEntries(given), ...own, ...files }
  await run(process.execPath, [ACTION], { env })
  return readFile(outputs, 'utf8')
}

const ACTION = path.join(import.meta.dirname, '..', '..', 'tools', 'action', 'main.ts')

interface Step {
  readonly name?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

function runTextOf(text: string): string {
  const { run: script } = allocateStepOf(text)
  if (script === undefined) throw new TypeError('The step "Allocate ports" runs nothing.')
  return script
}

function allocateStepOf(text: string): Step {
  const workflow: { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> } = parse(text)
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
  const step = steps.find(({ name }) => name === 'Allocate ports')
  if (step === undefined) throw new TypeError('The workflow has no step "Allocate ports".')
  return step
}
