import { userInfo } from 'node:os'
import {
  type Door,
  type InputOf,
  OPERATIONS,
  type OperationDefinition,
  type OperationName,
  type OutputOf,
} from '@portolan/operations/remote'
import { Argument, Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { jsonText } from '../terminal.ts'
import { fieldsOf, type OperationField } from './operation-fields.ts'
import { addFieldOption, type GivenOptions, givenValue, optionName } from './operation-options.ts'
import { type Told, wordsOf } from './operation-words.ts'
import { withProblems } from './told-problem.ts'

/** Which fields are given by their place; everything else is an option. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  port_get: ['project', 'environment'],
  port_allocate: ['project', 'environment'],
  port_register: ['project', 'environment', 'ports'],
  port_check: ['ports'],
  port_list: ['project', 'environment'],
  port_release: ['project', 'environment'],
  port_renew: ['project', 'environment'],
  port_take_over: ['project', 'environment'],
  port_history: ['port'],
  port_sync: ['host'],
  slot_list: ['project', 'environment'],
  slot_promote: ['project', 'environment'],
  host_declare: ['name'],
  host_remove: ['host'],
  key_create: ['name'],
  key_revoke: ['id'],
}

type OperationsByName = {
  readonly [Name in OperationName]: { parseInput(value: unknown): InputOf<Name> }
}
const BY_NAME: OperationsByName = OPERATIONS

/** `port_take_over` → `take-over` */
export function commandWord(name: string): string {
  return name.split('_').slice(1).join('-')
}

/** A command of an operation, with everything that follows from the operation's own words and schemas. */
export function operationCommand(context: CliContext, name: OperationName): Command {
  const operation: OperationDefinition = OPERATIONS[name]
  const fields = fieldsOf(operation)
  const places = (ARGUMENTS[name] ?? []).flatMap((place) => fields.find((field) => field.name === place) ?? [])
  const options = fields.filter((field) => !places.includes(field))
  const command = new Command(commandWord(name)).summary(firstClause(operation.summary)).description(operation.summary)
  for (const field of places) command.addArgument(argumentOf(field))
  for (const field of options) addFieldOption(command, field)
  for (const field of places) if (!field.isRequired) addFieldOption(command, field, false)
  if (name === 'port_sync') command.option('--all', 'each port outside of every band too, with who holds it')
  command.option('--json', "the operation's own answer, for machines")
  return command.action(async (...given: readonly unknown[]) => {
    const chosen: GivenOptions = command.opts()
    await withProblems(context, chosen.json === true, async () => {
      const input = inputOf(fields, (field) => {
        const place = places.indexOf(field)
        const said = chosen[optionName(field)]
        return place < 0 ? said : (given[place] ?? said)
      })
      const { door } = await registryDoor(context)
      const output = await callOperation(door, name, { input, signal: context.stopped })
      tell(context, { name, output, isJson: chosen.json === true, isWhole: chosen.all === true })
    })
  })
}

function argumentOf({ name, description, isRequired, choices }: OperationField): Argument {
  const words = description.replace(/\.$/, '')
  const argument = new Argument(isRequired ? `<${name}>` : `[${name}]`, words.charAt(0).toLowerCase() + words.slice(1))
  return choices.length > 0 ? argument.choices([...choices]) : argument
}

/** In a list of commands there is room for no more. */
function firstClause(summary: string): string {
  const [clause = ''] = summary.split(/[.:;]/)
  return clause.charAt(0).toLowerCase() + clause.slice(1)
}

function inputOf(
  fields: readonly OperationField[],
  given: (field: OperationField) => unknown,
): Readonly<Record<string, unknown>> {
  const values = fields.map((field) => [field.name, givenValue(field, given(field)) ?? standardOf(field)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

/** Whoever types it is the one who asks, unless the command says another. */
function standardOf({ name }: OperationField): string | undefined {
  return name === 'actor' ? typist() : undefined
}

/** Who has the keyboard, for the history. */
export function typist(): string {
  return userInfo().username
}

interface Asked {
  readonly input: unknown
  readonly signal: AbortSignal
}

/** @throws REGISTRY_REQUEST_INVALID before anything is sent, and what the door throws */
export function callOperation<Name extends OperationName>(
  door: Door,
  name: Name,
  { input, signal }: Asked,
): Promise<OutputOf<Name>> {
  return door.call(name, BY_NAME[name].parseInput(input), { signal })
}

/** Prints an operation's answer: itself for machines, words and tables for people. */
export function tell(context: CliContext, told: Told & { readonly isJson: boolean }): void {
  const lines = told.isJson ? [jsonText(told.output)] : wordsOf(context, told)
  for (const line of lines) context.stdout.write(`${line}\n`)
}
