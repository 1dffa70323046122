import type { MailWords } from './mail.ts'

const NOT_YOU = '직접 요청하지 않았다면 이 메일을 무시하세요. 링크를 열지 않으면 아무 일도 일어나지 않습니다.'

export const KOREAN_WORDS: MailWords = {
  'verify-email': ({ name, url }) => ({
    subject: 'weAlist 이메일 주소를 확인해 주세요',
    lines: [`${name} 님, 안녕하세요.`, 'weAlist에 오신 것을 환영합니다. 주소를 확인하면 바로 로그인할 수 있습니다.'],
    action: { label: '주소 확인', url },
    footnotes: ['링크는 24시간 동안 유효합니다.', NOT_YOU],
  }),
  'address-taken': ({ name, url, resetUrl }) => ({
    subject: '이미 weAlist 계정이 있습니다',
    lines: [
      `${name} 님, 안녕하세요.`,
      '방금 이 주소로 weAlist 가입이 요청되었지만, 이미 계정이 있는 주소입니다.',
      '직접 요청하셨다면 그대로 로그인하세요.',
    ],
    action: { label: '로그인', url },
    footnotes: [`비밀번호를 잊으셨나요? 새로 정하기: ${resetUrl}`, '직접 요청하지 않았다면 따로 하실 일은 없습니다.'],
  }),
  'password-reset': ({ name, url }) => ({
    subject: 'weAlist 비밀번호를 새로 정하세요',
    lines: [`${name} 님, 안녕하세요.`, '새 비밀번호가 요청되었습니다. 아래 링크에서 정해 주세요.'],
    action: { label: '새 비밀번호 정하기', url },
    footnotes: ['링크는 1시간 동안 한 번만 쓸 수 있습니다.', NOT_YOU],
  }),
  'password-changed': ({ name, url }) => ({
    subject: 'weAlist 비밀번호가 변경되었습니다',
    lines: [`${name} 님, 안녕하세요.`, '계정의 비밀번호가 변경되었고, 다른 기기에서는 로그아웃되었습니다.'],
    action: { label: '새 비밀번호 정하기', url },
    footnotes: ['직접 변경하지 않았다면 지금 바로 새 비밀번호를 정하세요.'],
  }),
  'totp-enabled': ({ name, url }) => ({
    subject: '2단계 로그인이 켜졌습니다',
    lines: [`${name} 님, 안녕하세요.`, '이제 로그인할 때 인증 앱의 코드도 확인합니다.'],
    action: { label: '보안 설정', url },
    footnotes: ['복구 코드를 안전한 곳에 보관하세요.', '직접 켜지 않았다면 지금 바로 새 비밀번호를 정하세요.'],
  }),
  'totp-disabled': ({ name, url }) => ({
    subject: '2단계 로그인이 꺼졌습니다',
    lines: [`${name} 님, 안녕하세요.`, '이제 로그인할 때 인증 앱의 코드를 확인하지 않습니다.'],
    action: { label: '보안 설정', url },
    footnotes: ['직접 끄지 않았다면 지금 바로 새 비밀번호를 정하세요.'],
  }),
  invitation: ({ inviter, workspace, url }) => ({
    subject: `${inviter} 님이 ‘${workspace}’에 초대했습니다`,
    lines: ['안녕하세요.', `${inviter} 님이 weAlist 워크스페이스 ‘${workspace}’에 초대했습니다.`],
    action: { label: '초대 보기', url },
    footnotes: ['초대한 사람을 모른다면 이 메일을 무시하세요.'],
  }),
}
