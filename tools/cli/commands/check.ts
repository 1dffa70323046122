import {
  checkStack,
  compareStacks,
  FINDING_FORMATS,
  type Finding,
  type FindingFormat,
  formatFindings,
} from '@portolan/check'
import { Command, Option } from 'commander'
import { type CheckInput, type ReadableInput, readCheckInputs } from '../check-inputs.ts'
import { type CliContext, EXIT } from '../cli-context.ts'
import { faultsAsFindings } from '../fault-finding.ts'
import { coloursFor } from '../terminal.ts'

interface CheckOptions {
  readonly env?: string
  readonly format: FindingFormat
  readonly json?: boolean
  readonly color: boolean
}

export function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description('say what is wrong with stack files, and where files about the same stack contradict each other')
    .argument('[files...]', 'stack files, folders they are in, or "-" for standard input', ['.'])
    .addOption(new Option('-e, --env <name>', 'only this environment; all of them unless given'))
    .addOption(new Option('--format <format>', 'how findings are written').choices(FINDING_FORMATS).default('text'))
    .addOption(new Option('--json', 'short for --format json').implies({ format: 'json' }))
    .option('--no-color', 'without colours, as NO_COLOR=1 does')
    .addHelpText('after', HELP)
    .action(async (files: readonly string[], options: CheckOptions) => {
      const inputs = await readCheckInputs(files, context)
      const unusable = inputs.flatMap((input) => unusableIn(input, options.env))
      const findings = unusable.length > 0 ? unusable : checkAll(inputs.filter(isReadable), options.env)
      const color = options.color && coloursFor(context.stdout, context).isColorSupported
      const sources = new Map(inputs.map(({ file, text }) => [file, text]))
      context.stdout.write(formatFindings(findings, { format: options.format, sources, color }))
      noteDifferentStacks(context, inputs.filter(isReadable))
      if (unusable.length > 0) return context.setExitCode(EXIT.unusable)
      if (findings.some(({ severity }) => severity === 'error')) context.setExitCode(EXIT.failed)
    })
}

const HELP = `
Exit status: 0 nothing but warnings and notes, 1 errors, 2 input that cannot be used.

Examples:
  portolan check                                the stack in this folder
  portolan check --env production portolan.yaml
  portolan check portolan.yaml guide.yaml       where two files about one stack disagree
  portolan check --format github .              as annotations of a pull request`

function isReadable(input: CheckInput): input is ReadableInput {
  return input.stack !== undefined
}

/** What keeps a file from being checked: faults of the file, or of one of its environments. */
function unusableIn(input: CheckInput, environment: string | undefined): readonly Finding[] {
  if (!isReadable(input)) return input.findings
  return faultsAsFindings(input.stack, environment)
}

function checkAll(inputs: readonly ReadableInput[], environment: string | undefined): readonly Finding[] {
  const alone = inputs.flatMap(({ stack }) => checkStack(stack, environment === undefined ? {} : { environment }))
  const pairs = inputs.flatMap((a, index) => inputs.slice(index + 1).map((b) => [a.stack, b.stack] as const))
  const together = pairs
    .filter(([a, b]) => a.name === b.name && a.file !== b.file)
    .flatMap(([a, b]) => compareStacks(a, b))
  // A pair of environments with different names stands as "development/local".
  const isAsked = (finding: Finding) =>
    environment === undefined || finding.environments.some((name) => name.split('/').includes(environment))
  return [...alone, ...together.filter(isAsked)]
}

/** Two files are given to be compared; when they cannot be, silence would look like agreement. */
function noteDifferentStacks({ stderr }: CliContext, inputs: readonly ReadableInput[]): void {
  const [a, b, ...more] = inputs.map(({ stack }) => stack)
  if (a === undefined || b === undefined || more.length > 0 || a.name === b.name) return
  stderr.write(`"${a.file}" is about stack "${a.name}" and "${b.file}" about "${b.name}", so they were not compared.\n`)
}
