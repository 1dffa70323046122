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
import { findMissingFiles } from '../missing-files.ts'
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
    .addHelpText('after', () => helpOf(context.typing.program))
    .action(async (files: readonly string[], options: CheckOptions) => {
      const inputs = await readCheckInputs(files, context)
      const unusable = inputs.flatMap((input) => unusableIn(input, options.env))
      const findings = unusable.length > 0 ? unusable : await checkAll(inputs.filter(isReadable), options.env)
      const color = options.color && coloursFor(context.stdout, context).isColorSupported
      const sources = new Map(inputs.map(({ file, text }) => [file, text]))
      context.stdout.write(formatFindings(findings, { format: options.format, sources, color }))
      noteDifferentStacks(context, inputs.filter(isReadable))
      if (unusable.length > 0) return context.setExitCode(EXIT.unusable)
      if (findings.some(({ severity }) => severity === 'error')) context.setExitCode(EXIT.failed)
    })
}

function helpOf(program: string): string {
  return `
Exit status: 0 nothing but warnings and notes, 1 errors, 2 input that cannot be used.

The stack in this folder; one environment of it; where two files about one stack
disagree; as annotations of a pull request:
  ${program} check
  ${program} check --env production portolan.yaml
  ${program} check portolan.yaml guide.yaml
  ${program} check --format github .`
}

function isReadable(input: CheckInput): input is ReadableInput {
  return input.stack !== undefined
}

/** What keeps a file from being checked: faults of the file, or of one of its environments. */
function unusableIn(input: CheckInput, environment: string | undefined): readonly Finding[] {
  if (!isReadable(input)) return input.findings
  return faultsAsFindings(input.stack, environment)
}

async function checkAll(
  inputs: readonly ReadableInput[],
  environment: string | undefined,
): Promise<readonly Finding[]> {
  const alone = await Promise.all(inputs.map((input) => checkAlone(input, environment)))
  const pairs = inputs.flatMap((a, index) => inputs.slice(index + 1).map((b) => [a.stack, b.stack] as const))
  const together = pairs
    .filter(([a, b]) => a.name === b.name && a.file !== b.file)
    .flatMap(([a, b]) => compareStacks(a, b))
  // A pair of environments with different names stands as "development/local".
  const isAsked = (finding: Finding) =>
    environment === undefined || finding.environments.some((name) => name.split('/').includes(environment))
  return [...alone.flat(), ...together.filter(isAsked)]
}

async function checkAlone(
  { stack, isFromFile }: ReadableInput,
  environment: string | undefined,
): Promise<readonly Finding[]> {
  const choice = environment === undefined ? {} : { environment }
  // What comes from standard input is in no folder that its modules could be in.
  const facts = isFromFile ? { missingFiles: await findMissingFiles(stack, choice) } : {}
  return checkStack(stack, { ...choice, ...facts })
}

/** Two files are given to be compared; when they cannot be, silence would look like agreement. */
function noteDifferentStacks({ stderr }: CliContext, inputs: readonly ReadableInput[]): void {
  const [a, b, ...more] = inputs.map(({ stack }) => stack)
  if (a === undefined || b === undefined || more.length > 0 || a.name === b.name) return
  stderr.write(`"${a.file}" is about stack "${a.name}" and "${b.file}" about "${b.name}", so they were not compared.\n`)
}
