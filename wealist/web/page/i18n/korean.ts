import { account } from './ko/account.ts'
import { entry } from './ko/entry.ts'
import { errors } from './ko/errors.ts'
import { ui } from './ko/ui.ts'
import { workspace } from './ko/workspace.ts'

export const korean = { ui, errors, entry, workspace, account } as const
