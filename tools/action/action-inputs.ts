/** The environment that the runner hands over. */
export type RunnerEnvironment = Readonly<Record<string, string | undefined>>

export interface ActionInputs {
  readonly registryUrl: string
  readonly apiKey: string
  readonly operation: 'get' | 'allocate'
  /** As the operation takes it. */
  readonly body: Readonly<Record<string, string | number>>
  readonly waitMs: number
}

/** Something that keeps the step from doing its work, in words for the person who reads the log. */
export class ActionFailure extends Error {
  readonly title: string

  constructor(title: string, message: string) {
    super(message)
    this.name = 'ActionFailure'
    this.title = title
  }
}

/** An input as the runner hands it over: its name in capitals, spaces as underscores, hyphens as they are. */
export function inputText(environment: RunnerEnvironment, name: string): string {
  return (environment[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim()
}

/** @throws ActionFailure that names every input which cannot be used */
export function readInputs(environment: RunnerEnvironment): ActionInputs {
  const text = (name: string) => inputText(environment, name)
  const project = text('project') || repositoryName(environment)
  const [mode, shape] = [text('mode') || 'allocate', text('shape') || 'pair']
  const [lease, wait] = [text('lease'), text('wait-seconds') || '30']
  const faults = [
    urlFault(text('registry-url')),
    text('api-key') === '' ? '"api-key" is missing: give a key of the registry, from a secret' : undefined,
    text('environment') === '' ? '"environment" is missing, such as "production"' : undefined,
    project === '' ? '"project" is missing' : undefined,
    mode === 'get' || mode === 'allocate' ? undefined : `"mode" is "get" or "allocate", not "${mode}"`,
    shape === 'pair' || shape === 'single' ? undefined : `"shape" is "pair" or "single", not "${shape}"`,
    /^\d{0,15}$/.test(lease) ? undefined : `"lease" is a number of milliseconds, not "${lease}"`,
    /^\d{1,4}$/.test(wait) ? undefined : `"wait-seconds" is a number of seconds, not "${wait}"`,
  ].filter((fault) => fault !== undefined)
  if (faults.length > 0) throw new ActionFailure('The inputs cannot be used', `${faults.join('; ')}.`)
  const need = {
    project,
    environment: text('environment'),
    ...given({ kind: text('kind'), purpose: text('purpose'), host: text('host') }),
  }
  const operation = mode === 'get' ? 'get' : 'allocate'
  return {
    registryUrl: text('registry-url').replace(/\/+$/, ''),
    apiKey: text('api-key'),
    operation,
    body: operation === 'get' ? need : { ...need, ...allocation(environment, { need, shape, lease }) },
    waitMs: Number(wait) * 1_000,
  }
}

function urlFault(text: string): string | undefined {
  if (text === '') return '"registry-url" is missing, such as "https://registry.example.com"'
  const isWeb = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
  return isWeb ? undefined : '"registry-url" is no address such as "https://registry.example.com"'
}

/** `team/worb` → `worb`, as names are in the registry. */
function repositoryName({ GITHUB_REPOSITORY: repository = '' }: RunnerEnvironment): string {
  return (repository.split('/').at(-1) ?? '').toLowerCase()
}

interface Allocation {
  readonly need: Readonly<Record<string, string>>
  readonly shape: string
  readonly lease: string
}

function allocation(environment: RunnerEnvironment, { need, shape, lease }: Allocation) {
  const { GITHUB_WORKFLOW: workflow = '', GITHUB_RUN_ID: run = '', GITHUB_ACTOR: actor = '' } = environment
  const reason = run === '' ? '' : `${workflow} run ${run}`.trim().slice(0, 500)
  const idempotencyKey =
    inputText(environment, 'idempotency-key') || runKey(environment, [...Object.values(need), shape, lease])
  return { shape, ...given({ actor, reason, idempotencyKey }), ...(lease === '' ? {} : { leaseMs: Number(lease) }) }
}

/** A second step of a run asks for something else, and a second attempt of a run asks anew. */
function runKey(environment: RunnerEnvironment, request: readonly string[]): string {
  const { GITHUB_RUN_ID: run = '', GITHUB_RUN_ATTEMPT: attempt = '1', GITHUB_JOB: job = '' } = environment
  return run === '' ? '' : ['github', run, attempt, job, ...request].join('/').slice(0, 500)
}

/** What was said. */
function given(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}
