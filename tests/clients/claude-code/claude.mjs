// The real `claude` program, run by itself: own home, own settings, nobody to talk to but the gateway.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { kGateway, kModel } from '../under_test.mjs';

const kMostMs = 60_000;
const kPlatform = `${process.platform}-${process.arch}`;

// The program comes in an optional package for the platform. The script that would copy it into the main package does
// not run (npm --ignore-scripts), so it is taken from where it is.
const kProgram = ['', '-musl']
  .map((libc) => `node_modules/@anthropic-ai/claude-code-${kPlatform}${libc}/claude`)
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync);

// Why the tests cannot run here, or false.
export const kMissing = kProgram
  ? false
  : `Claude Code could not be installed here (${kPlatform}): its tests are skipped`;

// A place for the program to work in, with `remove`.
export function workplace() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'claif-claude-')));
  for (const name of ['home', 'work', 'tmp']) mkdirSync(join(root, name));
  return { root, work: join(root, 'work'), remove: () => rmSync(root, { recursive: true, force: true }) };
}

// Runs `claude -p` with `args`; resolves to {code, stdout, stderr}. A request is made once: a second attempt would hide
// a fault of the first.
export function claude(place, args, { env = {} } = {}) {
  const settings = {
    PATH: process.env.PATH,
    HOME: join(place.root, 'home'),
    TMPDIR: join(place.root, 'tmp'),
    CLAUDE_CONFIG_DIR: join(place.root, 'home', '.claude'),
    ANTHROPIC_BASE_URL: kGateway,
    ANTHROPIC_API_KEY: 'sk-test',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_MAX_RETRIES: '0',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
    ...env,
  };
  const options = { cwd: place.work, env: settings, timeout: kMostMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 };
  return new Promise((resolve) => {
    const child = execFile(kProgram, ['-p', '--model', kModel, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
    child.stdin.end();
  });
}
