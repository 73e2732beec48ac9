import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSettings, SettingsInvalid } from '../../recipes/cxo/config/read-settings.ts';

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsInvalid) return error.problems;
    throw error;
  }
  return [];
}

test('an empty environment gives the defaults', () => {
  assert.equal(readSettings({ PATH: '/bin' }), {
    dataFolder: '/data',
    host: '0.0.0.0',
    port: 8003,
    quotaBytes: null,
    freeReserveBytes: 4 * 1024 * 1024,
    maxObjectBytes: 1024 * 1024 * 1024,
    maxConnections: 256,
    headerTimeoutMs: 10_000,
    transferTimeoutMs: 30_000,
    idleTimeoutMs: 5000,
    stopTimeoutMs: 8000,
    scrubBytesPerSecond: 4 * 1024 * 1024,
    scrubPauseMs: 86_400_000,
    logRequests: false,
    readyDescriptor: null,
  });
});

test('everything can be set', () => {
  const settings = readSettings({
    CXO_DATA: '/srv',
    CXO_HOST: '::',
    CXO_PORT: '80',
    CXO_QUOTA_MIB: '2',
    CXO_LOG: 'requests',
    BOARDSMITH_READY_FD: '3',
  });
  assert.is(settings.host, '::');
  assert.is(settings.quotaBytes, 2 * 1024 * 1024);
  assert.is(settings.logRequests, true);
  assert.is(settings.readyDescriptor, 3);
});

const wrong: readonly [string, string][] = [
  ['CXO_DATA', 'data'],
  ['CXO_DATA', ''],
  ['CXO_HOST', 'localhost'],
  ['CXO_HOST', ''],
  ['CXO_PORT', '65536'],
  ['CXO_PORT', '-1'],
  ['CXO_PORT', '08'],
  ['CXO_PORT', '1e3'],
  ['CXO_PORT', ' 80'],
  ['CXO_PORT', ''],
  ['CXO_QUOTA_MIB', '0'],
  ['CXO_QUOTA_MIB', ''],
  ['CXO_FREE_RESERVE_MIB', '1.5'],
  ['CXO_MAX_OBJECT_MIB', '65537'],
  ['CXO_MAX_CONNECTIONS', '0'],
  ['CXO_HEADER_TIMEOUT_S', '0'],
  ['CXO_TRANSFER_TIMEOUT_S', '9999'],
  ['CXO_IDLE_TIMEOUT_S', 'x'],
  ['CXO_STOP_TIMEOUT_S', '3601'],
  ['CXO_SCRUB_MIB_PER_S', '-4'],
  ['CXO_SCRUB_PAUSE_S', '0'],
  ['CXO_LOG', 'all'],
  ['CXO_QUOTA_MB', '5'],
  ['BOARDSMITH_READY_FD', '2'],
  ['BOARDSMITH_READY_FD', 'three'],
];
for (const [name, value] of wrong) {
  test(`refused: ${name}=${value}`, () => {
    const found = problems({ [name]: value });
    assert.is(found.length, 1);
    assert.ok(found[0]!.startsWith(`${name}: `));
  });
}

test('all mistakes are named at once, and long values cut', () => {
  const found = problems({ CXO_PORT: 'x'.repeat(1000), CXO_HOST: '?', CXO_LOG: '?', CXO_ODD: '1' });
  assert.is(found.length, 4);
  assert.ok(found.every((line) => line.length < 400));
});

test.run();
