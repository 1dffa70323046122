import { ROOT } from './root.mjs'

/**
 * Goes to the folder that `npm run portolan` was typed in. npm runs a script in the folder of its package.json, which for
 * `npm --prefix <clone>` is another one; the paths behind the `--` are from where the person is.
 */
export function enterTypedFolder() {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn = '' } = process.env
  // Whatever that script starts inherits these variables; only npm's own child is in the repository's folder.
  if (script === 'portolan' && process.cwd() === ROOT && typedIn !== '') process.chdir(typedIn)
}
