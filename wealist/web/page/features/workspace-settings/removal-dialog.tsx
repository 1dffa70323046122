import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { textOf } from '../../ui/form-rules.ts'
import { TextField } from '../../ui/text-field.tsx'
import { useFarewell } from '../../workspace/use-farewell.ts'
import { deleteWorkspace } from './change-workspace.ts'

interface RemovalDialogProps {
  readonly workspace: Workspace
  readonly onClose: () => void
}

/** Whoever deletes what belongs to everybody types its name first. */
export function RemovalDialog({ workspace: { id, name }, onClose }: RemovalDialogProps) {
  const { t } = useTranslation('workspace')
  const { t: tUi } = useTranslation()
  const sayFarewell = useFarewell()
  const remove = async () => {
    await deleteWorkspace(id)
    await sayFarewell(id, t('settings.removed', { name }))
  }
  const check = (values: FormData) =>
    textOf(values, 'name').normalize('NFC').trim() === name ? {} : ({ name: 'different' } as const)
  return (
    <Dialog title={t('settings.removeTitle', { name })} text={t('settings.removeText')} onClose={onClose}>
      <Form onSubmit={remove} check={check}>
        <TextField
          isFirst
          name="name"
          label={t('settings.removeName')}
          hint={t('settings.removeConfirmName', { name })}
          autoComplete="off"
        />
        <FormActions isAlarming submit={t('settings.remove')} align="end">
          <Button variant="default" onClick={onClose}>
            {tUi('cancel')}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
