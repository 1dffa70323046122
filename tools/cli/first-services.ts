import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import type { ServiceDraft } from './draft-stack.ts'

/** It serves no files: the folder has the stack's own data in it, secrets among them. */
const PLACEHOLDER =
  "require('node:http').createServer((_, response) => response.end('Hello from your first stack.\\n')).listen(process.env.PORT, process.env.HOST)"

/** What a stack file begins with when nobody says anything: the folder's own dev script, else a placeholder. */
export async function firstServices(folder: string): Promise<readonly ServiceDraft[]> {
  const script = await devScript(folder)
  const run =
    script === undefined ? { command: 'node', args: ['-e', PLACEHOLDER] } : { command: 'npm', args: ['run', script] }
  const comment =
    script === undefined ? 'Says hello; put your own program here.' : 'It is told its port by the variable PORT.'
  return [
    { name: 'web', comment, run: { kind: 'command', ...run }, ports: [{ name: 'http', port: 8000 }], routes: ['/'] },
  ]
}

async function devScript(folder: string): Promise<string | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const scripts = typeof manifest === 'object' && manifest !== null && 'scripts' in manifest ? manifest.scripts : {}
    return ['dev', 'start'].find((name) => typeof scripts === 'object' && scripts !== null && name in scripts)
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR' || error instanceof SyntaxError)
      return undefined
    throw error
  }
}
