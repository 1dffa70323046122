import type { TFunction } from 'i18next'
import type { MemberAction } from './member-action.ts'

/** What an action is called in the menu. */
export function actionWords(t: TFunction<'workspace'>, action: MemberAction): string {
  switch (action.type) {
    case 'change-role':
      return t('members.changeRole', { role: t(`roles.${action.role}`) })
    case 'step-down':
      return t('members.stepDown', { role: t(`roles.${action.role}`) })
    default:
      return t(`members.${action.type}`)
  }
}
