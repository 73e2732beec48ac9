import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import type { RouterPart } from '../../openwrt/release/grow-to-card.ts';
import type { RouterFile } from '../../openwrt/release/router-file.ts';
import { NetworkNamespace } from './router-namespaces.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What OpenWrt's rc.common does for the scripts that are tried. */
const rcCommon = `
initscript="$1"
action="$2"
procd_open_instance() { :; }
procd_close_instance() { :; }
procd_add_reload_trigger() { :; }
procd_set_param() { [ "$1" != command ] || echo "$2" >"$BOARDSMITH_ROOT/procd-command"; }
. "$initscript"
if [ -n "$USE_PROCD" ]; then
	start() { start_service; }
	stop() { stop_service; }
	reload() { reload_service; }
fi
"$action"
`;

/** What of OpenWrt's functions finds the card. */
const bootDevice = `
include() { :; }
export_bootdevice() { :; }
export_partdevice() { [ "$2" = 0 ] && export "$1=card"; }
`;

/** Stands for fw4: loads what lies beside it and ends well, whatever nft says. */
const fw4 = `#!/bin/sh
here="$(dirname "$0")"
[ "$1" != -q ] || shift
case "$1" in
start | reload | restart) nft -f "$here/ruleset" 2>/dev/null ;;
print) cat "$here/warnings" >&2 ;;
esac
exit 0
`;

/** A router in a network namespace between a board and an uplink, with the scripts that we ship, a real nft and busybox. */
export class ClosedRouterTrial {
  readonly root: string;
  readonly #stubs: string;
  readonly #console: string;
  readonly #namespaces: NetworkNamespace[] = [];
  #guard: ChildProcess | undefined;

  private constructor(files: readonly RouterFile[]) {
    const folder = mkdtempSync(join(temporaryFolder('closed-router'), 'trial-'));
    this.root = join(folder, 'root');
    this.#stubs = join(folder, 'stubs');
    this.#console = join(folder, 'console');
    writeFileSync(this.#console, '');
    for (const { path, mode, content } of files) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
      chmodSync(join(this.root, path), mode);
    }
    mkdirSync(join(this.root, 'tmp'));
    mkdirSync(this.#stubs);
    for (const applet of [
      'sh',
      'cat',
      'chmod',
      'cmp',
      'cp',
      'dd',
      'dirname',
      'grep',
      'head',
      'mkfifo',
      'mktemp',
      'rm',
      'sed',
      'sleep',
      'tr',
    ]) {
      symlinkSync(pathOf('busybox'), join(this.#stubs, applet));
    }
    symlinkSync(pathOf('nft'), join(this.#stubs, 'nft'));
    writeFileSync(join(this.#stubs, 'rc.common'), rcCommon);
    this.stub('fw4', fw4);
    writeFileSync(join(this.#stubs, 'warnings'), '');
  }

  static async create(files: readonly RouterFile[]): Promise<ClosedRouterTrial> {
    const trial = new ClosedRouterTrial(files);
    const router = await NetworkNamespace.create();
    trial.#namespaces.push(router);
    for (const [name, net] of [
      ['board', 1],
      ['uplink', 2],
    ] as const) {
      const host = await NetworkNamespace.create(router);
      trial.#namespaces.push(host);
      await router.sh(`
        ip link add ${name} type veth peer name eth0 netns ${host.pid}
        ip address add 10.0.${net}.1/24 dev ${name}
        ip link set ${name} up`);
      await host.sh(`
        ip address add 10.0.${net}.2/24 dev eth0
        ip link set eth0 up
        ip route add default via 10.0.${net}.1`);
    }
    return trial;
  }

  /** Puts a program in the place of one that the scripts call. */
  stub(name: string, script: string): void {
    const file = join(this.#stubs, name);
    execaSync('rm', ['-f', file]);
    writeFileSync(file, script, { mode: 0o755 });
  }

  unstub(name: string): void {
    execaSync('rm', ['-f', join(this.#stubs, name)]);
  }

  /** What fw4 loads, and what it says on its standard error when it prints. */
  policy(ruleset: string, warnings = ''): void {
    writeFileSync(join(this.#stubs, 'ruleset'), ruleset);
    writeFileSync(join(this.#stubs, 'warnings'), warnings);
  }

  /** As rcS starts a script, or as a person does. */
  async service(name: string, action: string): Promise<number> {
    const script = join(this.root, 'etc/init.d', name);
    const [program, args] = this.#command('sh', join(this.#stubs, 'rc.common'), script, action);
    const { exitCode } = await execa(program, args, { reject: false, ...this.#options() });
    return exitCode ?? -1;
  }

  /** Starts a script that does not come back. */
  begin(name: string, action: string): ChildProcess {
    const script = join(this.root, 'etc/init.d', name);
    const [program, args] = this.#command('sh', join(this.#stubs, 'rc.common'), script, action);
    return spawn(program, args, { stdio: 'ignore', detached: true, ...this.#spawnOptions() });
  }

  /** What procd does with the command that the firewall's script gave it. */
  startGuard(): void {
    const command = readFileSync(join(this.root, 'procd-command'), 'utf8').trim();
    const [program, args] = this.#command('sh', command);
    this.#guard = spawn(program, args, { stdio: 'ignore', detached: true, ...this.#spawnOptions() });
  }

  /** @param signal KILL leaves it no time to close */
  async stopGuard(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const guard = this.#guard;
    this.#guard = undefined;
    if (guard?.pid === undefined || guard.exitCode !== null) return;
    const ended = once(guard, 'exit');
    if (signal === 'SIGKILL') process.kill(-guard.pid, signal);
    else process.kill(guard.pid, signal);
    await ended;
  }

  /** Runs a script in the router. */
  async run(script: string): Promise<number> {
    return await this.#namespaces[0]!.sh(script);
  }

  /** Whether a ping from the board reaches the uplink's side. @param source an address that the board takes for it */
  async forwards(source?: string): Promise<boolean> {
    const ping = 'busybox ping -c 1 -W 1 10.0.2.2';
    const script =
      source === undefined
        ? ping
        : `ip address add ${source}/24 dev eth0; ${ping} -I ${source}; code=$?; ip address del ${source}/24 dev eth0; exit $code`;
    return (await this.#namespaces[1]!.sh(script.replace(/^ip/, 'set +e; ip'))) === 0;
  }

  /** Puts a card in: its bytes, and what the kernel says of its partitions. A folder without `partition` is that of an eMMC's boot area. */
  card(bytes: Uint8Array, parts: readonly RouterPart[]): void {
    mkdirSync(join(this.root, 'dev'), { recursive: true });
    writeFileSync(join(this.root, 'dev/card'), bytes);
    const disk = join(this.root, 'sys/class/block/card');
    mkdirSync(join(disk, 'cardboot0'), { recursive: true });
    for (const { name, offset, size } of parts) {
      if (name === 'identity') continue;
      mkdirSync(join(disk, `card${name}`));
      for (const [file, number] of [
        ['partition', name.slice(1)],
        ['start', offset / 512],
        ['size', size / 512],
      ] as const) {
        writeFileSync(join(disk, `card${name}`, file), `${number}\n`);
      }
    }
    mkdirSync(join(this.root, 'lib'), { recursive: true });
    writeFileSync(join(this.root, 'lib/functions.sh'), bootDevice);
  }

  /** As hotplug-call runs a script for netifd. */
  async hotplug(name: string, event: Readonly<Record<string, string>>): Promise<void> {
    const [program, args] = this.#command('sh', join(this.root, 'etc/hotplug.d/iface', name));
    const { env } = this.#options();
    await execa(program, args, { env: { ...env, ...event }, extendEnv: false });
  }

  /** Whether a ping from the board reaches the router itself. */
  async answers(): Promise<boolean> {
    return (await this.#namespaces[1]!.sh('busybox ping -c 1 -W 1 10.0.1.1')) === 0;
  }

  get console(): string {
    return readFileSync(this.#console, 'utf8');
  }

  /** Resolves when the console's last line is this; with all that it says if that does not come. */
  async says(line: string): Promise<void> {
    await this.until(async () => this.console.trimEnd().split('\n').at(-1) === line);
  }

  /** Resolves when a condition holds; with all that the console says if that does not come. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 120_000;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`the console says:\n${this.console}`);
      await pause(10);
    }
  }

  async close(): Promise<void> {
    await this.stopGuard('SIGKILL');
    for (const namespace of this.#namespaces.reverse()) await namespace.close();
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  #command(...args: readonly string[]): readonly [string, readonly string[]] {
    return this.#namespaces[0]!.command(join(this.#stubs, args[0]!), ...args.slice(1));
  }

  #options(): { env: Record<string, string>; extendEnv: false } {
    return { env: this.#environment(), extendEnv: false };
  }

  #spawnOptions(): { env: Record<string, string> } {
    return { env: this.#environment() };
  }

  #environment(): Record<string, string> {
    // nsenter itself is found by the system's folders, which come last: what is not stubbed is not there for the scripts by another name.
    const path = [this.#stubs, '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
    return { PATH: path, BOARDSMITH_ROOT: this.root, BOARDSMITH_CONSOLE: this.#console };
  }
}

function pathOf(program: string): string {
  return execaSync('sh', ['-c', `command -v ${program}`]).stdout;
}
