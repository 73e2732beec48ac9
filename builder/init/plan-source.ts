import { isIPv4 } from 'node:net';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { parseAddress } from '../recipe/address/ip-network.ts';
import { hasIpv6, type MachineNetwork, type RouterLink } from '../recipe/machine-network.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { Capability, Port, ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { cString, cStringArray } from './c-literal.ts';
import { type Setting, settingsFor } from './default-deny.ts';
import { cGuid } from './guid-bytes.ts';
import { type Place, placesOf } from './landlock/places.ts';
import { tcpBindPorts, tcpConnectPorts } from './landlock/tcp-ports.ts';
import { filterProgram } from './seccomp/filter-program.ts';
import type { Instruction } from './seccomp/instructions.ts';
import { unitSource } from './unit-source.ts';

/** What init must know that neither the recipe nor the board says. */
export interface PlanFacts {
  /** Seconds since 1970 before which no clock is right: the lock's date. */
  readonly clockFloor: number;
  /** PARTUUIDs, as text. */
  readonly rootPartitionUuid: string;
  readonly dataPartitionUuid: string;
  readonly statePartitionUuid: string;
  readonly identityPartitionUuid: string;
  readonly slot: 'a' | 'b';
  readonly network: MachineNetwork;
  /** Paths inside the initramfs, in load order. */
  readonly moduleFiles: readonly string[];
}

/** Numbers of capabilities: include/uapi/linux/capability.h of the kernel. */
const capabilityNumbers: Readonly<Record<Capability, number>> = {
  net_bind_service: 10,
  net_admin: 12,
  net_raw: 13,
};

/** Threads and processes of the daemon: Node starts about a dozen, a pool of workers some more. */
const taskLimit = 256;
/** An SD card answers within a second or two; a board whose disk does not come reboots. */
const diskTimeoutSeconds = 10;
/** Linux seeds its generator from timing jitter within a second or two where there is no hardware source. */
const entropyTimeoutSeconds = 10;
/** A daemon that was ready for so long counts as well: its next failure is a new one. */
const stableAfterSeconds = 60;
/** A daemon that is not ready for so long gets what a person would try next: a reboot. */
const unreadyRebootSeconds = 600;
const failureRebootSeconds = 10;
/** As in health.c: the request is put together in 512 bytes. */
const longestHealthPath = 300;
/** PLAN_PORTS_MAX in plan.h. */
const mostPorts = 32;
/** PLAN_LINKS_MAX in plan.h: 256 boards and the uplink. */
const mostLinks = 257;

/**
 * The C source that holds everything init does for this recipe on this board; compiled together with overlays/init.
 * @throws BoardsmithError STEP_FAILED for what C or init cannot hold; recipe rules should have refused it before
 */
export function planSource(recipe: ResolvedRecipe, board: ResolvedBoard, facts: PlanFacts): string {
  try {
    return writePlan(recipe, board, facts);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new BoardsmithError('STEP_FAILED', `init cannot be made for ${recipe.name}: ${cause.message}`, {
      hint: 'boardsmith check shows what is wrong with the recipe',
      cause,
    });
  }
}

function writePlan(recipe: ResolvedRecipe, board: ResolvedBoard, facts: PlanFacts): string {
  const { health } = recipe;
  const patient = (seconds: number): string => milliseconds(seconds * board.patience);
  const cage = {
    filter: filterProgram(recipe),
    places: placesOf(recipe),
    bind: tcpBindPorts(recipe),
    connect: tcpConnectPorts(recipe),
  };
  const { router, ipv6Suffix } = facts.network;
  const unit = unitSource(recipe, board, facts.identityPartitionUuid);
  const settings = settingsFor(facts.network);
  if (router !== null && facts.network.ruleset === null) throw new RangeError('a router without a ruleset');
  const ruleset = Buffer.from(facts.network.ruleset ?? '', 'base64');
  const links = router?.links ?? [];
  const timeServers = router?.timeServers ?? [];
  const fields: readonly (readonly [string, string])[] = [
    ['recipe', cString(recipe.name)],
    ['board', cString(board.name)],
    ['slot', cString(facts.slot)],
    ['modules', 'modules'],
    ['module_count', number(facts.moduleFiles.length)],
    ['root_partition', cGuid(facts.rootPartitionUuid)],
    ['data_partition', cGuid(facts.dataPartitionUuid)],
    ['state_partition', cGuid(facts.statePartitionUuid)],
    ['has_data', String(recipe.data !== null)],
    ['data_minimum_mib', number(recipe.data?.minimumMiB ?? 0)],
    ['unit', unit === null ? 'NULL' : '&unit'],
    ['settings', 'settings'],
    ['setting_count', number(settings.length)],
    ['ruleset', 'ruleset'],
    ['ruleset_size', number(ruleset.length)],
    ['connections', number(router?.connections ?? 0)],
    ['links', 'links'],
    ['link_count', number(links.length)],
    ['forwards_ipv4', String(router?.forwarded.includes('ipv4') ?? false)],
    ['forwards_ipv6', String(router?.forwarded.includes('ipv6') ?? false)],
    ['has_ipv6', String(hasIpv6(facts.network))],
    ['ipv6_suffix', ipv6Suffix === null ? '{ 0 }' : cAddress6(ipv6Suffix)],
    ['clock_floor', number(facts.clockFloor)],
    ['needs_dns', String(recipe.needs.dns)],
    ['needs_time', String(recipe.needs.time)],
    ['time_servers', 'time_servers'],
    ['time_server_count', number(timeServers.length)],
    ['serves_time', String(router?.servesTime ?? false)],
    ['last_words', String(board.lastWords !== null)],
    ['watchdog_device', board.watchdog === null ? 'NULL' : cString(board.watchdog.device)],
    ['watchdog_timeout_s', number(board.watchdog?.timeoutSeconds ?? 0)],
    ['power_button', String(board.powerButton)],
    ['program', cString(`/usr/bin/${recipe.name}`)],
    ['arguments', 'arguments'],
    ['environment', 'environment'],
    ['working_directory', cString(workingDirectory(recipe))],
    ['capabilities', `UINT64_C(0x${capabilityBits(recipe.capabilities).toString(16)})`],
    ['memory_limit_mib', number(recipe.memoryLimitMiB)],
    ['task_limit', number(taskLimit)],
    ['filter', 'filter'],
    ['filter_length', number(cage.filter.length)],
    ['places', 'places'],
    ['place_count', number(cage.places.length)],
    ['tcp_bind', 'tcp_bind'],
    ['tcp_bind_count', number(cage.bind.length)],
    ['tcp_connect', 'tcp_connect'],
    ['tcp_connect_count', number(cage.connect.length)],
    ['readiness', recipe.readiness === 'descriptor' ? 'READY_BY_DESCRIPTOR' : 'READY_BY_PORTS'],
    ['ports', 'ports'],
    ['port_count', number(portCount(recipe.ports))],
    ['health', health.kind === 'http' ? 'HEALTH_HTTP' : 'HEALTH_LISTEN'],
    ['health_port', number(health.kind === 'http' ? healthPort(recipe, health.port) : 0)],
    ['health_path', health.kind === 'http' ? cString(healthPath(health.path)) : 'NULL'],
    ['health_interval_ms', milliseconds(health.intervalSeconds)],
    ['health_timeout_ms', patient(health.timeoutSeconds)],
    ['health_failures', number(health.failures)],
    ['disk_timeout_ms', milliseconds(diskTimeoutSeconds)],
    ['entropy_timeout_ms', milliseconds(entropyTimeoutSeconds)],
    ['start_timeout_ms', patient(recipe.startTimeoutSeconds)],
    ['stop_timeout_ms', patient(recipe.stopTimeoutSeconds)],
    ['stable_after_ms', milliseconds(stableAfterSeconds)],
    ['unready_reboot_after_ms', patient(unreadyRebootSeconds)],
    ['failure_reboot_after_ms', milliseconds(failureRebootSeconds)],
  ];
  return [
    '#include "plan.h"\n',
    cStringArray('modules', facts.moduleFiles),
    cStringArray('arguments', [recipe.name, ...recipe.arguments]),
    cStringArray('environment', environment(recipe)),
    cSettings(settings),
    cPorts(recipe.ports),
    cBytes('ruleset', ruleset),
    cLinks(links),
    cAddresses('time_servers', timeServers),
    cFilter(cage.filter),
    cPlaces(cage.places),
    cNumbers('tcp_bind', cage.bind),
    cNumbers('tcp_connect', cage.connect),
    ...(unit === null ? [] : [unit]),
    `const struct plan appliance_plan = {\n${fields.map(([name, value]) => `\t.${name} = ${value},\n`).join('')}};\n`,
  ].join('\n');
}

function number(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number: ${value}`);
  return String(value);
}

function milliseconds(seconds: number): string {
  return number(Math.round(seconds * 1000));
}

function workingDirectory(recipe: ResolvedRecipe): string {
  return recipe.data === null ? '/' : '/data';
}

/** Sorted by name. The recipe may say more, but not what init itself promises. PATH is absent: there is nothing to find. */
function environment(recipe: ResolvedRecipe): readonly string[] {
  const values: Record<string, string> = {
    HOME: workingDirectory(recipe),
    TMPDIR: '/tmp',
    ...recipe.environment,
    ...(recipe.readiness === 'descriptor' ? { BOARDSMITH_READY_FD: '3' } : {}),
  };
  return Object.keys(values)
    .sort()
    .map((name) => `${name}=${values[name]}`);
}

function capabilityBits(capabilities: readonly Capability[]): bigint {
  return capabilities.reduce((bits, name) => bits | (1n << BigInt(capabilityNumbers[name])), 0n);
}

function portCount(ports: readonly Port[]): number {
  if (ports.length > mostPorts) throw new RangeError(`more than ${mostPorts} ports`);
  return ports.length;
}

function cPorts(ports: readonly Port[]): string {
  const lines = ports.map(({ port, protocol }) => `\t{ ${number(port)}, ${protocol === 'udp'} },\n`).join('');
  /* An array of nothing is not C. */
  return `static const struct plan_port ports[] = {\n${lines || '\t{ 0, false },\n'}};\n`;
}

/** A line of nothing is how a setting that holds a text is emptied. */
function cSettings(settings: readonly Setting[]): string {
  const lines = settings.map(
    ({ name, value }) => `\t{ ${cString(`/proc/sys/${name}`)}, ${cString(value === '' ? '\n' : value)} },\n`,
  );
  return `static const struct plan_setting settings[] = {\n${lines.join('')}};\n`;
}

/** Lines of 32 bytes. */
function cBytes(name: string, bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    lines.push(`\t${[...bytes.subarray(at, at + 32)].map((byte) => `${byte},`).join('')}\n`);
  }
  return `static const uint8_t ${name}[] = {\n${lines.join('') || '\t0\n'}};\n`;
}

function cLinks(links: readonly RouterLink[]): string {
  if (links.length > mostLinks) throw new RangeError(`more than ${mostLinks} links`);
  if (links.filter(({ ipv4 }) => ipv4.kind === 'dhcp').length > 1)
    throw new RangeError('more than one link with DHCP');
  const lines = links.map((link) => `\t${cLink(link)},\n`).join('');
  return `static const struct plan_link links[] = {\n${lines || '\t{ .device = NULL },\n'}};\n`;
}

function cAddresses(name: string, addresses: readonly string[]): string {
  const values = addresses.length === 0 ? ['0'] : addresses.map(cAddress);
  return `static const uint32_t ${name}[] = { ${values.join(', ')} };\n`;
}

function cLink({ device, vlan, ipv4, ipv6 }: RouterLink): string {
  const fields = [
    `.device = ${cString(deviceName(device))}`,
    ...(vlan === null ? [] : [`.trunk = ${cString(deviceName(vlan.trunk))}`, `.vlan = ${number(vlan.id)}`]),
    ...(ipv4.kind === 'dhcp'
      ? ['.dhcp = true']
      : [
          `.address = ${cAddress(ipv4.address)}`,
          `.prefix = ${number(ipv4.prefixLength)}`,
          ...(ipv4.gateway === null ? [] : [`.gateway = ${cAddress(ipv4.gateway)}`]),
        ]),
    ...cIpv6(ipv6),
  ];
  return `{ ${fields.join(', ')} }`;
}

function cIpv6(ipv6: RouterLink['ipv6']): string[] {
  if (ipv6 === null) return [];
  if (ipv6.kind === 'router-advertisement') return ['.advertised6 = true'];
  return [
    `.address6 = ${cAddress6(ipv6.address)}`,
    `.prefix6 = ${number(ipv6.prefixLength)}`,
    ...(ipv6.gateway === null ? [] : [`.has_gateway6 = true, .gateway6 = ${cAddress6(ipv6.gateway)}`]),
  ];
}

function cAddress6(address: string): string {
  const parsed = parseAddress(address);
  if (parsed?.family !== 'ipv6') throw new RangeError(`${address} is no IPv6 address`);
  const hex = parsed.address.toString(16).padStart(32, '0');
  return `{ ${(hex.match(/../g) ?? []).map((byte) => `0x${byte}`).join(', ')} }`;
}

function deviceName(name: string): string {
  if (!/^[a-z][a-z0-9.-]{0,14}$/.test(name)) throw new RangeError(`${name} is no name of a network device`);
  return name;
}

/** In the host's order, as init's functions take it. */
function cAddress(address: string): string {
  if (!isIPv4(address)) throw new RangeError(`${address} is no IPv4 address`);
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return `UINT32_C(0x${value.toString(16).padStart(8, '0')})`;
}

function cFilter(filter: readonly Instruction[]): string {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const lines = filter.map(
    ({ code, ifTrue, ifFalse, operand }) => `\t{ ${hex(code)}, ${ifTrue}, ${ifFalse}, ${hex(operand)} },\n`,
  );
  return `static const struct plan_instruction filter[] = {\n${lines.join('')}};\n`;
}

function cPlaces(places: readonly Place[]): string {
  const lines = places.map(
    ({ path, access }) => `\t{ ${cString(path)}, UINT64_C(0x${access.toString(16)}) },\n`,
  );
  return `static const struct plan_place places[] = {\n${lines.join('')}};\n`;
}

function cNumbers(name: string, numbers: readonly number[]): string {
  return `static const uint16_t ${name}[] = { ${(numbers.length === 0 ? [0] : numbers).map(number).join(', ')} };\n`;
}

function healthPort(recipe: ResolvedRecipe, name: string): number {
  const port = recipe.ports.find((candidate) => candidate.name === name);
  if (port?.protocol !== 'tcp') throw new RangeError(`the health check's port ${name} is no TCP port`);
  return port.port;
}

/** It becomes part of a request line. */
function healthPath(path: string): string {
  if (!/^\/[!-~]*$/.test(path) || path.length > longestHealthPath) {
    throw new RangeError(`the health check's path ${JSON.stringify(path)} is no path of a request`);
  }
  return path;
}
