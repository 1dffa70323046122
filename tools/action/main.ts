/** The step: asks the registry, and hands the ports to the steps after it. Run by the runner's Node as it is written. */
import { appendFile } from 'node:fs/promises'
import { ActionFailure, inputText, type RunnerEnvironment, readInputs } from './action-inputs.ts'
import { askForPorts, type GivenPorts } from './registry-request.ts'
import { fileLines, plainLine, workflowCommand } from './workflow-commands.ts'

/** To the runner: a line that `workflowCommand` has made. */
const command = (line: string) => process.stdout.write(`${line}\n`)
/** To people. */
const say = (text: string) => process.stdout.write(`${plainLine(text)}\n`)

try {
  await run(process.env)
} catch (error) {
  const title = error instanceof ActionFailure ? error.title : 'The step failed'
  const words = plainLine(error instanceof Error ? error.message : String(error))
  command(workflowCommand('error', words, { title: plainLine(title) }))
  process.exitCode = 1
}

async function run(environment: RunnerEnvironment): Promise<void> {
  const apiKey = inputText(environment, 'api-key')
  // First of all, so that no later line can show it.
  if (apiKey !== '') command(workflowCommand('add-mask', apiKey))
  const inputs = readInputs(environment)
  const { protocol, hostname } = new URL(inputs.registryUrl)
  if (protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    command(
      workflowCommand(
        'warning',
        'The key goes to the registry without TLS, for everybody on the way to read. Use https.',
      ),
    )
  }
  const ports = await askForPorts(inputs, say)
  await handOver(environment, ports)
  const { project = '', environment: target = '' } = inputs.body
  say(
    `${project} ${target}: ${wordsOf(ports)} on host ${ports.host}, token ${ports.token}${ports.isNew ? ' (new)' : ''}`,
  )
}

async function handOver(environment: RunnerEnvironment, given: GivenPorts): Promise<void> {
  const { blue, green, port, ports, host, token, claimId, isNew } = given
  const outputs = {
    blue_port: blue,
    green_port: green,
    port,
    ports,
    host,
    token,
    claim_id: claimId,
    is_new: String(isNew),
  }
  await append(environment, 'GITHUB_OUTPUT', fileLines(outputs))
  await append(environment, 'GITHUB_ENV', fileLines({ BLUE_PORT: blue, GREEN_PORT: green, PORTOLAN_TOKEN: token }))
}

async function append(environment: RunnerEnvironment, name: string, text: string): Promise<void> {
  const file = environment[name] ?? ''
  if (file === '') throw new ActionFailure('This is no runner', `${name} is not set, so the ports cannot be handed on.`)
  await appendFile(file, text)
}

function wordsOf({ blue, green, ports }: GivenPorts): string {
  return blue === undefined || green === undefined ? `port ${ports}` : `blue ${blue}, green ${green}`
}
