/** `npm run example -- code-hub`: the stack, with containers of its own, until Ctrl-C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { podmanLacks } from './own-podman.ts'
import { CLI, openWorkspaceHost, STACK_FOLDER } from './workspace-host.ts'

const { CODE_HUB_ENGINE_SOCKET: socket, CODE_HUB_IMAGE: image } = process.env

/** An engine that is there already has an image with node and what it needs below /usr. */
async function run(): Promise<number> {
  if (socket !== undefined && image !== undefined) return up({})
  const lacks = podmanLacks()
  if (lacks !== undefined) {
    process.stderr.write(`This example runs real containers, and ${lacks}.\n`)
    return 1
  }
  await using host = await openWorkspaceHost()
  return await up(host.environment)
}

async function up(environment: Readonly<Record<string, string>>): Promise<number> {
  const env = { ...process.env, ...environment }
  const stack = spawn(process.execPath, [CLI, 'up', ...process.argv.slice(2)], {
    cwd: STACK_FOLDER,
    env,
    stdio: 'inherit',
  })
  // Ctrl-C reaches the stack by itself; it ends in its own time.
  const wait = (): void => undefined
  process.on('SIGINT', wait).on('SIGTERM', () => stack.kill('SIGTERM'))
  const [code]: unknown[] = await once(stack, 'exit')
  return typeof code === 'number' ? code : 1
}

process.exitCode = await run()
