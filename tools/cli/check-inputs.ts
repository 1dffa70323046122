import { text as readAll } from 'node:stream/consumers'
import type { Finding } from '@portolan/check'
import { faultsOf, parseStack, type Stack } from '@portolan/stack'
import type { CliContext } from './cli-context.ts'
import { usage } from './errors.ts'
import { findingOfFault } from './fault-finding.ts'
import { readStackText } from './stack-argument.ts'

/** A file to check: read, and either a stack or the findings that say why it is none. */
export type CheckInput = ReadableInput | UnreadableInput
export interface ReadableInput {
  readonly file: string
  readonly text: string
  readonly stack: Stack
  /** Not from standard input, where nobody knows what folder it belongs to. */
  readonly isFromFile: boolean
}
interface UnreadableInput {
  readonly file: string
  readonly text: string
  readonly stack: undefined
  readonly findings: readonly Finding[]
}

const STANDARD_INPUT = '-'

/** @throws CLI_STACK_FILE_MISSING, CLI_STACK_FILE_UNREADABLE, CLI_USAGE when standard input is asked for twice */
export async function readCheckInputs(files: readonly string[], context: CliContext): Promise<readonly CheckInput[]> {
  if (files.filter((file) => file === STANDARD_INPUT).length > 1)
    throw usage('"-" stands for standard input, which can be read only once.')
  const inputs: CheckInput[] = []
  for (const argument of files) {
    const isStandardInput = argument === STANDARD_INPUT
    inputs.push(
      isStandardInput
        ? inputOf({ file: 'standard-input', text: await readAll(context.stdin), isFromFile: false })
        : inputOf({ ...(await readStackText(argument)), isFromFile: true }),
    )
  }
  return inputs
}

function inputOf({ file, text, isFromFile }: Omit<ReadableInput, 'stack'>): CheckInput {
  try {
    return { file, text, isFromFile, stack: parseStack(text, file) }
  } catch (error) {
    const faults = faultsOf(error)
    if (faults.length === 0) throw error
    return { file, text, stack: undefined, findings: faults.map((fault) => findingOfFault(fault)) }
  }
}
