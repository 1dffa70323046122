import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { type CliContext, EXIT } from '../cli-context.ts'
import { stopCopy } from '../copies/stop-copy.ts'
import { tellFailed } from '../detached.ts'
import { registryUnknown } from '../errors.ts'
import { withProblems } from '../operations/told-problem.ts'
import { checkOwnSettings } from '../registry/check-own-settings.ts'
import { claimOwnPorts } from '../registry/own-claims.ts'
import { settleOwnPorts } from '../registry/own-ports.ts'
import { prepareOwnRegistry } from '../registry/own-registry.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { findOwnAccess, type StatePlace, statePlace } from '../registry/registry-place.ts'
import { ownRegistryAnswers, startOwnRegistry } from '../registry/start-own-registry.ts'
import { stackMeant } from '../stack-argument.ts'
import { tableLines } from '../table-lines.ts'
import { jsonText } from '../terminal.ts'
import { typedCommand } from '../typing.ts'
import { upCommand } from './up.ts'

const HELP = `
The registry of this machine is a stack of its own, in \${XDG_STATE_HOME:-~/.local/state}/portolan/registry: portolan.yaml
(PostgreSQL and the registry, on loopback), registry.yaml (hosts, how each is looked at, bands, blocked ports), access.json
(its address and an admin's key, for this user alone). "up" writes what is missing, once. A team's registry is the same
server, run by "registry serve" or as a container, and named by PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY.`

export function registryCommand(context: CliContext): Command {
  const command = new Command('registry')
  for (const part of [registryUp, registryDown, registryStatus, registryServe]) {
    command.addCommand(part(context))
  }
  return command.addHelpText('after', HELP)
}

function registryUp(context: CliContext): Command {
  return new Command('up')
    .description("start this machine's registry in the background")
    .option('--foreground', 'stay with it, until Ctrl-C')
    .action(async ({ foreground = false }: { readonly foreground?: boolean }) => {
      const { place, values } = await prepareOwnRegistry(context)
      const folder = place.registryFolder
      if (await ownRegistryAnswers(context, place)) return tellUp(context, place, 'is up already, and answers')
      await checkOwnSettings(context, place)
      const chosen = await stackMeant(folder, {})
      await settleOwnPorts(context, place, chosen.folder)
      const within: CliContext = { ...context, environment: { ...context.environment, ...values } }
      if (foreground) {
        await upCommand(within).exitOverride().parseAsync([folder], { from: 'user' })
        return
      }
      const start = await startOwnRegistry(within, place, chosen.folder)
      if (start.type === 'failed') return tellFailed(context, start)
      if (start.type === 'elsewhere') return tellUp(context, place, 'is up already, and answers')
      const access = await findOwnAccess(place)
      if (access !== undefined) await claimOwnPorts(context, access)
      await tellUp(context, place, 'answers')
    })
}

/** @param words what it does, such as `answers` */
async function tellUp(context: CliContext, place: StatePlace, words: string): Promise<void> {
  const access = await findOwnAccess(place)
  if (access === undefined) return
  const hosts = typedCommand(context.typing, 'hosts list')
  context.stdout.write(`The registry ${words} at ${access.url}. Its hosts: ${hosts}\n`)
  context.stdout.write(`How it looks at them stands in ${place.registryFolder}/registry.yaml\n`)
}

function registryDown(context: CliContext): Command {
  return new Command('down').description("stop this machine's registry; its data stays").action(async () => {
    const place = statePlace(context)
    if ((await findOwnAccess(place)) === undefined) throw registryUnknown(false)
    const words = await stopCopy(context, await stackMeant(place.registryFolder, {}))
    context.stdout.write(`The registry ${words}\n`)
  })
}

interface StatusOptions {
  readonly json?: boolean
}

function registryStatus(context: CliContext): Command {
  return new Command('status')
    .description(
      'say which registry is asked, whether it answers, and which hosts it watches; exit status 1 when it does not',
    )
    .option('--json', 'for machines')
    .action(({ json = false }: StatusOptions) =>
      withProblems(context, json, async () => {
        const { door, access, isOwn } = await registryDoor(context)
        const { hosts } = await door.call('host_list', {}, { signal: context.stopped })
        const status = { success: true, url: access.url, isOwn, hosts }
        const rows = hosts.map(({ name, addresses, observers }) => [
          name,
          addresses.join(' '),
          observers.join(', ') || 'nobody',
        ])
        const lines = json
          ? [jsonText(status)]
          : [
              `The registry at ${access.url}${isOwn ? ", this machine's own," : ''} answers.`,
              '',
              ...tableLines(context, { header: ['host', 'addresses', 'looked at by'], rows }),
            ]
        for (const line of lines) context.stdout.write(`${line}\n`)
        context.setExitCode(EXIT.ok)
      }),
    )
}

const SERVE_HELP = `
Environment: DATABASE_URL (PostgreSQL), HOST and PORT (where it listens), REGISTRY_SETTINGS (the path of a registry.yaml),
REGISTRY_ADMIN_KEY (the first key; it stands in no table).`

function registryServe(context: CliContext): Command {
  return new Command('serve')
    .description('serve a registry on a database that is there: the server alone')
    .addHelpText('after', SERVE_HELP)
    .action(async () => {
      await import(pathToFileURL(context.registryServer).href)
    })
}
