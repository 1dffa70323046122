import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openOwnPodman } from './own-podman.ts'

const IMAGE = 'portolan/workspace'

export interface WorkspaceHost extends AsyncDisposable {
  /** What the stack file asks for from outside. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Where the example's containers run: a podman of its own, whose images and containers are apart from the machine's and
 * gone afterwards, with an image of nothing but folders. Programs come from this machine, mounted to be read.
 */
export async function openWorkspaceHost(): Promise<WorkspaceHost> {
  await using releasers = new AsyncDisposableStack()
  const podman = releasers.use(await openOwnPodman())
  const root = path.join(podman.folder, 'workspace-image')
  for (const folder of ['usr', 'proc', 'sys', 'dev', 'etc', 'tmp', 'home/code', 'home/node_modules']) {
    await mkdir(path.join(root, folder), { recursive: true })
  }
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${folder}`, path.join(root, folder))
  await pack(root, `${root}.tar`)
  await podman.command(['import', '--quiet', `${root}.tar`, IMAGE])
  const owned = releasers.move()
  return {
    environment: { CODE_HUB_ENGINE_SOCKET: podman.socketPath, CODE_HUB_IMAGE: `localhost/${IMAGE}` },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function pack(folder: string, archive: string): Promise<void> {
  const [code]: unknown[] = await once(
    spawn('tar', ['-c', '-f', archive, '-C', folder, '.'], { stdio: 'inherit' }),
    'exit',
  )
  if (code !== 0) throw new Error(`tar ended with ${String(code)}.`)
}

export const STACK_FOLDER = fileURLToPath(new URL('.', import.meta.url))
export const CLI = fileURLToPath(new URL('../../tools/cli/main.ts', import.meta.url))
