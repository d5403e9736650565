const words = {
  en: {
    title: 'No connection to the server',
    text: 'The console shows no points that it cannot vouch for, so there is nothing to show now. Nothing that was confirmed is lost.',
    again: 'Try again',
    soon: 'It tries by itself every few seconds.',
  },
  de: {
    title: 'Keine Verbindung zum Server',
    text: 'Die Konsole zeigt keine Punkte, für die sie nicht bürgen kann; darum gibt es jetzt nichts zu zeigen. Was bestätigt war, ist nicht verloren.',
    again: 'Noch einmal versuchen',
    soon: 'Alle paar Sekunden versucht sie es von selbst.',
  },
} as const

const AGAIN_SECONDS = 5

/** Stands in for a page that did not come. Nothing in it is of anybody, or from anywhere: it is never out of date. */
export function offlineAnswer(): Response {
  return new Response(offlinePage(navigator.language.startsWith('de') ? 'de' : 'en'), {
    status: 503,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    },
  })
}

function offlinePage(language: keyof typeof words): string {
  const { title, text, again, soon } = words[language]
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${AGAIN_SECONDS}">
<title>loyalty-live</title>
<style>
  body { display: grid; min-height: 100dvh; margin: 0; place-content: center; padding: 24px; box-sizing: border-box;
    font: 1rem/1.5 system-ui, sans-serif; color: light-dark(#14232a, #e4ebed); background: light-dark(#f4f7f7, #10181c) }
  main { max-width: 30rem }
  h1 { margin: 0 0 8px; font-size: 1.375rem }
  p { margin: 0 0 16px; color: light-dark(#52646d, #9fb0b7) }
  a { display: inline-block; padding: 8px 16px; border-radius: 8px; color: #fff; background: #0f6a74; font-weight: 600; text-decoration: none }
</style>
<main>
  <h1>${title}</h1>
  <p>${text}</p>
  <p>${soon}</p>
  <a href="">${again}</a>
</main>`
}
