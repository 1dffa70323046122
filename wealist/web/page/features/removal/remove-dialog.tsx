import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { ExportStep } from './export-step.tsx'
import { RemoveForm } from './remove-form.tsx'
import { useExport } from './use-export.ts'

interface RemoveDialogProps {
  readonly onClose: () => void
}

/** Nothing is removed before its data was downloaded. */
export function RemoveDialog({ onClose }: RemoveDialogProps) {
  const { t } = useTranslation('account')
  const query = useQuery(meQuery)
  const exporting = useExport()
  return (
    <Dialog title={t('removal.removeTitle')} text={t('removal.removeText')} onClose={onClose}>
      <ExportStep exporting={exporting} />
      <Loaded query={query}>
        {(me) => <RemoveForm me={me} isDisabled={!exporting.isSuccess} onCancel={onClose} />}
      </Loaded>
    </Dialog>
  )
}
