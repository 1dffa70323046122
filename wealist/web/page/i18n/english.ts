import { account } from './en/account.ts'
import { entry } from './en/entry.ts'
import { errors } from './en/errors.ts'
import { ui } from './en/ui.ts'
import { workspace } from './en/workspace.ts'

export const english = { ui, errors, entry, workspace, account } as const
