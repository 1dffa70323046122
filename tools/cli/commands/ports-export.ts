import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { errorMessage } from '@portolan/errors'
import type { OutputOf } from '@portolan/operations'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { folderUnusable, usage } from '../errors.ts'
import { callOperation } from '../operation-command.ts'
import { registryDoor } from '../registry-door.ts'
import { visibleLines } from '../terminal.ts'
import { withProblems } from '../told-problem.ts'

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
        if (json) context.stdout.write(`${JSON.stringify(output, null, 2)}\n`)
        else if (to === undefined) context.stdout.write(shown(output))
      }),
    )
}

function shown({ files }: OutputOf<'port_export'>): string {
  return files.map(({ file, text }) => `# ${file}\n${visibleLines(text)}\n`).join('\n')
}

async function writeFiles(context: CliContext, { files }: OutputOf<'port_export'>, folder: string): Promise<void> {
  for (const { file, text } of files) {
    const path = join(folder, file)
    // Names come from a registry, and a registry may be anybody's.
    if (!resolve(path).startsWith(resolve(folder) + sep)) throw usage(`"${file}" would be outside of "${folder}".`)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    } catch (error) {
      throw folderUnusable(folder, errorMessage(error))
    }
    context.stderr.write(`Wrote ${visibleLines(path)}\n`)
  }
}
