import { type Door, entryInputs, fileClaimsOf, type InputOf, type OutputOf } from '@portolan/operations/remote'
import { type PortFile, readPortFiles, writePortFile } from '@portolan/port-files'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { usage } from '../errors.ts'
import { callOperation, typist } from '../operations/operation-command.ts'
import { readNamedPortFiles } from '../operations/port-file-paths.ts'
import { withProblems } from '../operations/told-problem.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { replaceFile } from '../replace-file.ts'
import { jsonText, visibleLines } from '../terminal.ts'

interface ImportOptions {
  readonly host?: string
  readonly apply?: string | true
  readonly write?: boolean
  readonly rules?: string
  readonly evenIfUnknown?: boolean
  readonly reason?: string
  readonly json?: boolean
}

const HELP = `
Without --apply nothing is changed. The plan names each place that has to say something else, as file:line:column.
  portolan ports import /opt/codeb/registry worb vsvs-kr            the plan
  portolan ports import /opt/codeb/registry worb vsvs-kr --apply    all of it, or nothing
  portolan ports import … --apply 4f1c… --write                     exactly that plan, and then the files`

export function importCommand(context: CliContext): Command {
  return new Command('import')
    .summary('plan where everything that files say and that runs will be, and claim it')
    .description(
      'Read files in which ports stand today (ports.json, ssot.json, slot files, GitHub workflows, compose files), plan ' +
        'with the fewest moves where everything will be, and claim it: all or nothing.',
    )
    .argument('<path...>', 'files, or folders in which they are')
    .option('--host <host>', 'the machine that they are about; needed only where there are several')
    .option('--apply [hash]', 'claim it; with the hash of a plan that was shown only if it is still the same')
    .option('--write', 'write the ports back into the files afterwards')
    .option('--rules <json>', 'whose the ports are that nobody has labelled, as a list')
    .option('--even-if-unknown', 'plan although not everything that looks at the host answers')
    .option('--reason <reason>', 'why, for the history')
    .option('--json', "the operation's own answer, for machines")
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: ImportOptions) =>
      withProblems(context, options.json === true, () => importFiles(context, paths, options)),
    )
}

async function importFiles(context: CliContext, paths: readonly string[], options: ImportOptions): Promise<void> {
  const { apply, write = false, json = false } = options
  if (write && apply === undefined) throw usage('--write goes with --apply: only what is claimed is written.')
  const files = await readNamedPortFiles(paths)
  const { entries, reserved, remarks } = readPortFiles(files)
  for (const { file, line, column, message } of remarks) {
    context.stderr.write(`${visibleLines(`${file}:${line}:${column}: ${message}`)}\n`)
  }
  const { door } = await registryDoor(context)
  const input = {
    entries: entryInputs(entries),
    reserved: [...new Set(reserved.map(({ port }) => port))],
    ...askedOf(options),
  }
  const output = await planned(door, { input, apply, signal: context.stopped })
  if (json) context.stdout.write(`${jsonText(output)}\n`)
  else context.stdout.write(`${visibleLines(output.diff)}\n${outcomeWords(output)}\n`)
  if (write) await writeBack(context, door, { files, host: output.host })
}

/** Numbers stand in the files as text, so what is asked is checked by the operation itself. */
function askedOf({ host, rules, evenIfUnknown, reason }: ImportOptions): Readonly<Record<string, unknown>> {
  return {
    actor: typist(),
    ...(host === undefined ? {} : { host }),
    ...(rules === undefined ? {} : { rules: parseRules(rules) }),
    ...(evenIfUnknown === undefined ? {} : { evenIfUnknown }),
    ...(reason === undefined ? {} : { reason }),
  }
}

function parseRules(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw usage('--rules takes a list in JSON, and this is none.')
  }
}

interface Planning {
  readonly input: Readonly<Record<string, unknown>>
  readonly apply: string | true | undefined
  readonly signal: AbortSignal
}

/** Without a hash the plan of this very moment is the one that is meant. */
async function planned(door: Door, { input, apply, signal }: Planning): Promise<OutputOf<'port_import'>> {
  if (apply === undefined) return callOperation(door, 'port_import', { input, signal })
  const planHash = apply === true ? (await callOperation(door, 'port_import', { input, signal })).hash : apply
  return callOperation(door, 'port_import', { input: { ...input, planHash }, signal })
}

function outcomeWords({ isApplied, hash, keptCount, movedCount }: OutputOf<'port_import'>): string {
  const counts = `${keptCount} keep their ports, ${movedCount} move`
  return isApplied
    ? `Claimed: ${counts}.`
    : `Nothing is changed yet: ${counts}. Claim exactly this with --apply ${hash}`
}

interface WriteBack {
  readonly files: readonly PortFile[]
  readonly host: string
}

async function writeBack(context: CliContext, door: Door, { files, host }: WriteBack): Promise<void> {
  const asked: InputOf<'port_export'> = { host }
  const claims = fileClaimsOf((await door.call('port_export', asked, { signal: context.stopped })).claims)
  const now = new Date()
  // All are made before one is written: a file that cannot be is said before.
  const written = files.map((file) => ({
    path: file.file,
    before: file.text,
    after: writePortFile(file, { claims, now }).text,
  }))
  for (const { path, after } of written.filter((one) => one.before !== one.after)) {
    await replaceFile(path, after)
    context.stderr.write(`Wrote ${visibleLines(path)}\n`)
  }
}
