import { mkdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type AppError, errorCode, isAppError } from '@portolan/errors'
import type { OutputOf } from '@portolan/operations'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { folderUnusable, usage } from '../errors.ts'
import { callOperation } from '../operations/operation-command.ts'
import { withProblems } from '../operations/told-problem.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { replaceFile } from '../replace-file.ts'
import { jsonText, visible, visibleLines } from '../terminal.ts'

interface ExportOptions {
  readonly host?: string
  readonly project?: string
  readonly to?: string
  readonly json?: boolean
}

export function exportCommand(context: CliContext): Command {
  return new Command('export')
    .summary('the claims of a host as the files in which others expect them')
    .description(
      'The claims of a host as the files in which others expect them: ports.json, ssot.json, a file for each project, slot files.',
    )
    .option('--host <host>', 'the machine; needed only where there are several')
    .option('--project <project>', 'only this one')
    .option('--to <folder>', 'write them there; without it they are shown')
    .option('--json', "the operation's own answer, for machines")
    .action((options: ExportOptions) =>
      withProblems(context, options.json === true, async () => {
        const { host, project, to, json = false } = options
        const input = { ...(host === undefined ? {} : { host }), ...(project === undefined ? {} : { project }) }
        const { door } = await registryDoor(context)
        const output = await callOperation(door, 'port_export', { input, signal: context.stopped })
        if (to !== undefined) await writeFiles(context, output, to)
        if (json) context.stdout.write(`${jsonText(output)}\n`)
        else if (to === undefined) context.stdout.write(shown(output))
      }),
    )
}

function shown({ files }: OutputOf<'port_export'>): string {
  return files.map(({ file, text }) => `# ${visible(file)}\n${visibleLines(text)}\n`).join('\n')
}

async function writeFiles(context: CliContext, { files }: OutputOf<'port_export'>, folder: string): Promise<void> {
  for (const { file, text } of files) {
    try {
      const path = join(await folderBelow(folder, file), basename(file))
      await replaceFile(path, text)
    } catch (error) {
      throw isAppError(error) ? error : folderUnusable(folder, error)
    }
    context.stderr.write(`Wrote ${visibleLines(join(folder, file))}\n`)
  }
}

/**
 * The folder of a file that a registry has named, made where it is missing. A registry may be anybody's, and what is there
 * already too: nothing is written outside of the folder that was asked for, whatever a name or a link says.
 * @throws CLI_USAGE
 */
async function folderBelow(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const parts = file.split(/[/\\]/)
  if (parts.some((part) => ['', '.', '..'].includes(part))) throw outside(file, folder)
  let place = await realpath(folder)
  for (const part of parts.slice(0, -1)) {
    place = join(place, part)
    await mkdir(place).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error // it is there, or something else is, which comes next
    })
    if ((await realpath(place)) !== place) throw outside(file, folder)
  }
  return place
}

function outside(file: string, folder: string): AppError {
  return usage(`The registry names a file "${file}", which would be outside of "${folder}". Nothing was written there.`)
}
