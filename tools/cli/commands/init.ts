import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { errorCode } from '@portolan/errors'
import { Command } from 'commander'
import { askForDraft } from '../ask-for-draft.ts'
import type { CliContext } from '../cli-context.ts'
import { formatDraft, nameFrom, type ServiceDraft, type StackDraft } from '../draft-stack.ts'
import { fileExists, folderUnusable, nothingListens } from '../errors.ts'
import { firstServices } from '../first-services.ts'
import { listListeningServices } from '../listening-services.ts'
import { type SchemaReference, schemaReferenceFor } from '../schema-reference.ts'
import { STACK_FILE_NAME } from '../stack-argument.ts'
import { alignColumns, coloursFor } from '../terminal.ts'
import { shellWord, typedCommand } from '../typing.ts'

interface InitOptions {
  readonly name?: string
  readonly fromListening?: boolean
  readonly yes?: boolean
  readonly force?: boolean
}

export function initCommand(context: CliContext): Command {
  return new Command('init')
    .description('write a first stack file')
    .argument('[folder]', 'where; it is made when it is not there', '.')
    .option('--name <name>', 'the name of the stack; the folder’s unless given')
    .option('--from-listening', 'one service for each process that listens on this machine now')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'write over a stack file that is there')
    .action(async (folder: string, options: InitOptions) => {
      const schema = await schemaReferenceFor(folder)
      const proposal = await proposeDraft(folder, options, { schema, signal: context.stopped })
      const isAsking = options.yes !== true && context.stdin.isTTY && context.stdout.isTTY
      const draft = isAsking ? await askForDraft(proposal, options, context) : proposal
      if (draft === undefined) return
      const file = await writeDraft(folder, draft, options)
      for (const line of nextLines(context, { file, folder, draft, schema })) context.stdout.write(`${line}\n`)
    })
}

async function proposeDraft(
  folder: string,
  options: InitOptions,
  { schema, signal }: { readonly schema: SchemaReference; readonly signal: AbortSignal },
): Promise<StackDraft> {
  const name = nameFrom(options.name ?? basename(resolve(folder)), { fallback: 'my-stack' })
  if (options.fromListening !== true) {
    return { name, schema: schema.path, gatewayPort: 3000, services: await firstServices(folder) }
  }
  return { name, schema: schema.path, gatewayPort: undefined, services: await listeningDrafts(signal) }
}

async function listeningDrafts(signal: AbortSignal): Promise<readonly ServiceDraft[]> {
  const services = (await listListeningServices({ signal })).filter(({ isSystem }) => !isSystem)
  if (services.length === 0) throw nothingListens()
  return services.map(({ draft }) => draft)
}

/** Writing is what finds out whether the file is there: looking first would be a race. */
async function writeDraft(folder: string, draft: StackDraft, { force }: InitOptions): Promise<string> {
  const file = join(folder, STACK_FILE_NAME)
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw folderUnusable(folder, cause)
  })
  try {
    await writeFile(file, formatDraft(draft), { flag: force === true ? 'w' : 'wx' })
    return file
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? fileExists(file) : folderUnusable(folder, error)
  }
}

interface Written {
  readonly file: string
  readonly folder: string
  readonly draft: StackDraft
  readonly schema: SchemaReference
}

function nextLines(context: CliContext, { file, folder, draft, schema }: Written): readonly string[] {
  const { typing } = context
  const schemaFile = relative(typing.folder, resolve(folder, schema.path))
  const { bold, dim } = coloursFor(context.stdout, context)
  const count = draft.services.length === 1 ? '1 service' : `${draft.services.length} services`
  const schemaLine = schema.isThere
    ? []
    : [[`${typing.quietProgram} schema > ${shellWord(schemaFile)}`, dim('so that your editor completes the file')]]
  const rows = [
    [typedCommand(typing, 'check', { stack: folder }), dim('what is wrong with it')],
    [typedCommand(typing, 'up', { stack: folder }), dim('starts it')],
    ...schemaLine,
  ]
  return [`Wrote ${bold(file)}: stack ${draft.name}, ${count}.`, '', ...alignColumns(rows).map((row) => `  ${row}`)]
}
