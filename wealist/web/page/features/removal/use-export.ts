import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { saveFile } from '../../ui/save-file.ts'
import { exportAccount } from './export-account.ts'

/** Fetches one's data and hands it to the browser to be saved. */
export function useExport() {
  const { t } = useTranslation('account')
  return useMutation({
    mutationFn: exportAccount,
    onSuccess: (content) => saveFile(content, t('removal.fileName')),
  })
}
